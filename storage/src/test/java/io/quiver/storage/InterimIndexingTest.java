package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexDefinition.Kind;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.index.InterimIndex;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.transaction.SegmentIndexes;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What serves rows until their index is made, and when it goes. */
@ExtendWith(IndexedSegments.class)
class InterimIndexingTest {
  private final LocalStore store =
      LocalStore.open(new StoreOptions(new MemoryFileSystem(), new Random(7), 1 << 20, false));
  private final TableDefinition table = Tables.create(store, Tables.items("items"));
  private int next;
  private IndexDefinition index = define(Kind.HNSW);

  private IndexDefinition define(Kind kind) {
    IndexDefinition[] made = new IndexDefinition[1];
    Tables.commit(
        store,
        t -> {
          made[0] = VectorSearches.index(t, table, "by_" + kind, kind);
          t.change(new CatalogChange.PutIndex(made[0]));
        });
    return Objects.requireNonNull(made[0]);
  }

  @BeforeEach
  void someRows() {
    append(200);
    store.makeInterimIndexes();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void append(int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++, next++) {
      rows.add(Tables.row(next, next * 31 % 97));
    }
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
  }

  private void deleteFirst() {
    Tables.commit(
        store,
        t ->
            t.delete(
                table.id(),
                new long[] {Objects.requireNonNull(Tables.read(t, table).get(0L)).rowId()}));
  }

  private SegmentIndexes.Extent extent() {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.extent(index);
    }
  }

  /** What serves the only part, such as {@code 0-64 ivf_rabitq}. */
  private List<String> runs() {
    try (Snapshot snapshot = store.snapshot()) {
      List<String> runs = new ArrayList<>();
      for (InterimIndex.Run run :
          snapshot.interimIndex(index, snapshot.table(table.id()).segments().getFirst())) {
        assertThat(run.index().rowCount()).isEqualTo(run.range().to() - run.range().from());
        String kind = run.index().index().spec().kind();
        runs.add(run.range().from() + "-" + run.range().to() + " " + kind);
      }
      return runs;
    }
  }

  @Test
  void rowsAreServedUntilTheIndexHasThem() {
    assertThat(runs()).containsExactly("0-192 ivf_rabitq");
    assertThat(extent().interim()).isEqualTo(192);
    assertThat(extent().left()).isEqualTo(200);
    append(100);
    store.makeInterimIndexes();
    assertThat(runs()).containsExactly("0-256 ivf_rabitq");
    store.buildIndexes();
    assertThat(runs()).isEmpty();
    assertThat(extent().interim()).isZero();
    assertThat(extent().left()).isEqualTo(300 - 256);
  }

  @Test
  void aFlushKeepsThem() {
    store.flush();
    assertThat(runs()).containsExactly("0-192 ivf_rabitq");
    store.makeInterimIndexes();
    // No more rows come: the rest has codes, too, and then all have them together.
    assertThat(runs()).containsExactly("0-200 ivf_rabitq");
    store.buildIndexes();
    assertThat(runs()).isEmpty();
    assertThat(VectorSearches.check(store, true, "flushed")).isEqualTo(1);
  }

  @Test
  void aFlushThatMovesRowsWithinThemLetsThemGo() {
    deleteFirst();
    store.flush();
    assertThat(runs()).isEmpty();
    store.makeInterimIndexes();
    assertThat(runs()).containsExactly("0-199 ivf_rabitq");
  }

  @Test
  void theIndexOfABlockServesInItsSegment() {
    store.buildIndexes();
    append(100);
    store.makeInterimIndexes();
    assertThat(runs()).containsExactly("192-256 ivf_rabitq");
    store.flush();
    assertThat(runs()).containsExactly("0-192 hnsw", "192-256 ivf_rabitq");
    assertThat(extent().rows()).isZero();
    assertThat(extent().interim()).isEqualTo(256);
    // A graph is better than codes: it stays.
    append(64);
    store.flush();
    store.makeInterimIndexes();
    assertThat(runs()).first().isEqualTo("0-192 hnsw");
  }

  @Test
  void anIndexThatIsGivenUpHasNone() {
    try (Snapshot snapshot = store.snapshot()) {
      TablePart part = (TablePart) snapshot.table(table.id()).segments().getFirst();
      MissingIndex why = new MissingIndex(MissingIndex.Cause.KILLED, "");
      Objects.requireNonNull(store.installed()).indexes().vectors().giveUp(part, index, why);
    }
    assertThat(runs()).isEmpty();
    store.makeInterimIndexes();
    assertThat(runs()).isEmpty();
  }

  @Test
  void aFlatIndexNeedsNone() {
    index = define(Kind.FLAT);
    store.makeInterimIndexes();
    assertThat(runs()).isEmpty();
  }

  @Test
  void aFileThatIsThereIsOpenedInstead() {
    store.flush();
    store.buildIndexes();
    assertThat(runs()).isEmpty();
    store.makeInterimIndexes();
    assertThat(runs()).isEmpty();
  }
}
