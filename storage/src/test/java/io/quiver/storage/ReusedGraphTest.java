package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexDefinition.Kind;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.index.ReusedGraph;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.vector.index.BuildOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What has been linked in one graph is taken over by the next. */
@ExtendWith(IndexedSegments.class)
class ReusedGraphTest {
  /** So many at once are a block of their own, which ends the one before. */
  private static final int BLOCK_ROWS = 4_096;

  private int next;

  private void append(LocalStore store, TableDefinition table, int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++, next++) {
      rows.add(Tables.row(next, next * 31 % 97));
    }
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
  }

  private static void delete(LocalStore store, TableDefinition table, long from, long to) {
    Tables.commit(
        store,
        t ->
            t.delete(
                table.id(),
                Tables.read(t, table).entrySet().stream()
                    .filter(row -> row.getKey() >= from && row.getKey() < to)
                    .mapToLong(row -> row.getValue().rowId())
                    .sorted()
                    .toArray()));
  }

  private static IndexDefinition define(LocalStore store, TableDefinition table, Kind kind) {
    IndexDefinition[] made = new IndexDefinition[1];
    Tables.commit(
        store,
        t -> {
          made[0] = VectorSearches.index(t, table, "graph", kind);
          t.change(new CatalogChange.PutIndex(made[0]));
        });
    return Objects.requireNonNull(made[0]);
  }

  private static TablePart onlyPart(LocalStore store, TableDefinition table) {
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.table(table.id()).segments()).hasSize(1);
      return (TablePart) snapshot.table(table.id()).segments().getFirst();
    }
  }

  private record Indexed(
      LocalStore store, TableDefinition table, IndexDefinition index, VectorIndexes indexes)
      implements AutoCloseable {
    @Nullable ReusedGraph planned(TablePart part) {
      return indexes
          .plan(part, table, index, BuildOptions.threads(1), indexes.reusable(part, index))
          .reuse();
    }

    @Override
    public void close() {
      store.close();
    }
  }

  /** On a disk, with a table whose index has the first 64 of 70 rows. */
  private Indexed onDisk(Kind kind) {
    LocalStore store =
        LocalStore.open(new StoreOptions(new MemoryFileSystem(), new Random(7), 1 << 20, false));
    TableDefinition table = Tables.create(store, Tables.items("items"));
    IndexDefinition index = define(store, table, kind);
    append(store, table, 70);
    store.buildIndexes();
    VectorIndexes indexes = Objects.requireNonNull(store.installed()).indexes().vectors();
    return new Indexed(store, table, index, indexes);
  }

  @Test
  void anIndexOfRowsThatAreFlushedGoesOnWithTheirGraphInMemory() {
    try (Indexed indexed = onDisk(Kind.HNSW)) {
      LocalStore store = indexed.store();
      TableDefinition table = indexed.table();
      append(store, table, 30);
      delete(store, table, 3, 13);
      store.flush();
      TablePart part = onlyPart(store, table);
      ReusedGraph graph = Objects.requireNonNull(indexed.planned(part));
      // The block's index has a multiple of 64 of its rows; they keep their order.
      int[] numbers = new int[64];
      Arrays.setAll(numbers, row -> row < 3 ? row : row < 13 ? -1 : row - 10);
      assertThat(graph.newNumbers()).containsExactly(numbers);
      store.buildIndexes();
      assertThat(VectorSearches.check(store, true, "flushed")).isEqualTo(1);
      assertThat(indexed.indexes().reusable(part, indexed.index())).isNull();
    }
  }

  @Test
  void anIndexOfABlockThatGrowsGoesOnWithItsGraph() {
    try (Indexed indexed = onDisk(Kind.HNSW)) {
      LocalStore store = indexed.store();
      TableDefinition table = indexed.table();
      append(store, table, 130);
      TablePart part = onlyPart(store, table);
      assertThat(Objects.requireNonNull(indexed.planned(part)).newNumbers()).hasSize(64);
      store.buildIndexes();
      assertThat(VectorSearches.check(store, false, "grown")).isEqualTo(1);
      assertThat(Objects.requireNonNull(indexed.indexes().find(part, indexed.index())).rowCount())
          .isEqualTo(192);
    }
  }

  @Test
  void whatCannotGoOnIsMadeAnew() {
    try (Indexed indexed = onDisk(Kind.IVF_SQ8)) {
      LocalStore store = indexed.store();
      TableDefinition table = indexed.table();
      append(store, table, 30);
      store.flush();
      assertThat(indexed.planned(onlyPart(store, table))).isNull();
      store.buildIndexes();
      assertThat(VectorSearches.check(store, true, "flushed")).isEqualTo(1);
    }
  }

  /** The index of a block that has grown lacks the last of its rows when the block ends. */
  @Test
  void aMergeOfBlocksThatHaveGrownKeepsTheirIndex() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      define(store, table, Kind.HNSW);
      for (int i = 0; i < 3; i++) {
        append(store, table, 70);
        store.buildIndexes();
        append(store, table, BLOCK_ROWS);
        delete(store, table, next - BLOCK_ROWS, next - 50);
        store.buildIndexes();
      }
      try (Snapshot snapshot = store.snapshot()) {
        assertThat(snapshot.table(table.id()).segments()).hasSizeLessThan(6);
      }
      // What a merge has written would be a job of its own if it came without.
      assertThat(store.jobs())
          .filteredOn(job -> job.kind() == Job.Kind.INDEX)
          .extracting(Job::rowsTotal)
          .contains(70L)
          .isSubsetOf(50L, 70L, (long) BLOCK_ROWS);
      assertThat(VectorSearches.check(store, false, "merged")).isPositive();
    }
  }
}
