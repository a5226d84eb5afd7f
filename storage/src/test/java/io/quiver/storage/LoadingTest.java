package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.cache.Content;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tables that are brought into memory before they are read. */
class LoadingTest {
  private static final int ROWS = 3_000;

  @TempDir Path directory;

  private StoreOptions options() {
    return new StoreOptions(new LocalFileSystem(directory), new Random(1), 1L << 30, false);
  }

  @BeforeEach
  void fill() {
    try (LocalStore store = LocalStore.open(options())) {
      for (String name : List.of("a", "b")) {
        TableDefinition table = Tables.create(store, Tables.items(name));
        List<List<Object>> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
          rows.add(new ArrayList<>(Tables.row(i, i)));
        }
        Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, List.copyOf(rows))));
      }
      store.flush();
    }
  }

  private static CacheUsage columns(LocalStore store) {
    return store.cacheUsage().stream()
        .filter(usage -> usage.content() == Content.COLUMNS)
        .findFirst()
        .orElseThrow();
  }

  private static Job last(LocalStore store) {
    return store.jobs().getLast();
  }

  @Test
  void whatIsLoadedIsReadFromCopiesUntilItIsReleased() {
    try (LocalStore store = LocalStore.open(options())) {
      TableDefinition table = Tables.table(store, "a");
      store.load(table.id(), List.of(), () -> false);
      long misses = columns(store).misses();
      assertThat(Tables.read(store, table)).hasSize(ROWS);
      assertThat(columns(store).misses()).isEqualTo(misses);
      Job job = last(store);
      assertThat(job.kind()).isEqualTo(Job.Kind.LOAD);
      assertThat(job.state()).isEqualTo(Job.State.FINISHED);
      assertThat(job.rowsDone()).isEqualTo(ROWS);
      assertThat(job.bytesDone())
          .isEqualTo(job.bytesTotal())
          .isEqualTo(store.cacheUsage().stream().mapToLong(CacheUsage::bytes).sum());
      store.release(table.id());
      assertThat(store.cacheUsage()).allMatch(usage -> usage.bytes() == 0);
      assertThat(Tables.read(store, table)).hasSize(ROWS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsStayTheSame(StorageMemory memory) {
    try (LocalStore store = LocalStore.open(options().withMemory(memory))) {
      TableDefinition table = Tables.table(store, "a");
      for (int i = 0; i < 2; i++) {
        store.load(table.id(), List.of(), () -> false);
        assertThat(last(store).bytesDone()).isEqualTo(last(store).bytesTotal());
        assertThat(Tables.at(Tables.read(store, table), 7).values())
            .isEqualTo(Tables.text(Tables.row(7, 7)));
        store.release(table.id());
        assertThat(Tables.at(Tables.read(store, table), 7).values())
            .isEqualTo(Tables.text(Tables.row(7, 7)));
      }
    }
  }

  @Test
  void whatWasReadBeforeGivesWayAndTheBudgetHolds() {
    long all;
    try (LocalStore store = LocalStore.open(options())) {
      store.load(Tables.table(store, "a").id(), List.of(), () -> false);
      all = last(store).bytesTotal();
    }
    try (LocalStore store = LocalStore.open(options().withCacheBytes(all))) {
      Tables.read(store, Tables.table(store, "a"));
      assertThat(columns(store).entries()).isPositive();
      store.load(Tables.table(store, "b").id(), List.of(), () -> false);
      assertThat(columns(store).evictions()).isPositive();
      assertThat(last(store).bytesDone()).isEqualTo(last(store).bytesTotal());
    }
    try (LocalStore store = LocalStore.open(options().withCacheBytes(all / 2))) {
      store.load(Tables.table(store, "a").id(), List.of(), () -> false);
      assertThat(last(store).state()).isEqualTo(Job.State.FINISHED);
      assertThat(last(store).bytesDone()).isPositive().isLessThanOrEqualTo(all / 2);
      assertThat(last(store).bytesTotal()).isEqualTo(all);
      assertThat(last(store).rowsDone()).isZero();
    }
  }

  @Test
  void columnsAreLoadedAlone() {
    try (LocalStore store = LocalStore.open(options())) {
      TableDefinition table = Tables.table(store, "a");
      ColumnId first = table.columns().getFirst().id();
      store.load(table.id(), List.of(first), () -> false);
      assertThat(columns(store).entries()).isEqualTo(1);
    }
  }

  @Test
  void loadingIsCancelled() {
    try (LocalStore store = LocalStore.open(options())) {
      TableDefinition table = Tables.table(store, "a");
      int[] looks = {0};
      assertThatThrownBy(() -> store.load(table.id(), List.of(), () -> ++looks[0] > 2))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_CANCELED));
      assertThat(last(store).state()).isEqualTo(Job.State.CANCELED);
      assertThat(last(store).bytesDone()).isPositive().isLessThan(last(store).bytesTotal());
    }
  }
}
