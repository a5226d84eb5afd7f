package io.quiver.storage;

import static io.quiver.storage.Tables.items;
import static io.quiver.storage.Tables.row;
import static io.quiver.storage.Tables.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are read into memory only after a database has been opened, and who wants them. */
class KeysAfterOpeningTest {
  private static final int SEGMENTS = 5;
  private static final int SEGMENT_ROWS = 3_000;
  private static final int KEYS = SEGMENTS * SEGMENT_ROWS;

  private final FileSystem files = new MemoryFileSystem();
  private final Random names = new Random(7);
  private final TableDefinition items;

  /** Five segments with deleted rows, and in the log a deletion, a row, and one that moved. */
  KeysAfterOpeningTest() {
    try (LocalStore store = LocalStore.open(options(false))) {
      items = Tables.create(store, items("items"));
      for (int segment = 0; segment < SEGMENTS; segment++) {
        int first = segment * SEGMENT_ROWS;
        Tables.commit(
            store,
            t -> {
              List<List<@Nullable Object>> added = new ArrayList<>();
              for (int i = 0; i < SEGMENT_ROWS; i++) {
                added.add(row(first + i, 0));
              }
              t.append(items.id(), rows(items, added));
            });
        delete(store, first + 7);
        store.flush();
      }
      assertThat(files.list("segments")).hasSize(SEGMENTS);
      delete(store, 1);
      Tables.commit(
          store,
          t -> {
            Map<Long, Tables.Row> now = Tables.read(t, items);
            t.delete(items.id(), new long[] {Tables.at(now, 4_000).rowId()});
            t.append(items.id(), rows(items, row(4_000, 1), row(KEYS, 1)));
          });
    }
  }

  private StoreOptions options(boolean background) {
    StoreOptions.Limits usual = StoreOptions.Limits.USUAL;
    // Segments that are large enough not to be merged by the next flush.
    return new StoreOptions(files, names, 1 << 24, background)
        .withLimits(
            new StoreOptions.Limits(
                usual.memTableRows(),
                usual.memTableAge(),
                1 << 14,
                usual.compactionBytesPerSecond(),
                usual.bulkBytes()));
  }

  private void delete(Store store, long key) {
    Tables.commit(
        store,
        t -> {
          long rowId = Tables.at(Tables.read(t, items), key).rowId();
          t.delete(items.id(), new long[] {rowId});
        });
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoeverLooksUpFindsWhatIsThere(boolean background) {
    try (LocalStore store = LocalStore.open(options(background));
        Snapshot snapshot = store.snapshot()) {
      check(snapshot);
      checkDuplicates(store);
    }
    try (LocalStore store = LocalStore.openReadOnly(options(background));
        Snapshot snapshot = store.snapshot()) {
      check(snapshot);
    }
  }

  private void checkDuplicates(Store store) {
    for (long key : new long[] {0, 4_000, KEYS}) {
      assertThatThrownBy(() -> insert(store, key))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("23505"));
    }
    for (long key : new long[] {1, 7, KEYS + 1}) {
      insert(store, key);
    }
  }

  private void insert(Store store, long key) {
    Tables.commit(store, t -> t.append(items.id(), rows(items, row(key, 2))));
  }

  @Test
  void rowsThatWereRearrangedFirstAreFound() {
    try (LocalStore store = LocalStore.open(options(false))) {
      try (Snapshot old = store.snapshot()) {
        store.optimize(items.id(), () -> false);
        check(store.snapshot());
        check(old);
      }
      checkDuplicates(store);
    }
  }

  @Test
  void aDeletionComesFirst() {
    try (LocalStore store = LocalStore.open(options(false));
        Snapshot old = store.snapshot()) {
      delete(store, 5_000);
      insert(store, 5_000);
      delete(store, 5_001);
      check(old);
      check(store.snapshot());
    }
  }

  @Test
  void theJobTellsOfAllRows() throws InterruptedException {
    try (LocalStore store = LocalStore.open(options(true))) {
      List<Job> jobs = keyJobs(store);
      for (int i = 0; i < 1_000 && (jobs.isEmpty() || jobs.getFirst().finished() == null); i++) {
        Thread.sleep(10);
        jobs = keyJobs(store);
      }
      assertThat(jobs).hasSize(1);
      assertThat(jobs.getFirst().state()).isEqualTo(Job.State.FINISHED);
      assertThat(jobs.getFirst().tableName()).isEqualTo("items");
      assertThat(jobs.getFirst().rowsTotal()).isEqualTo(KEYS - SEGMENTS);
      assertThat(jobs.getFirst().rowsDone()).isEqualTo(KEYS - SEGMENTS);
    }
  }

  private static List<Job> keyJobs(Store store) {
    return store.jobs().stream().filter(job -> job.kind() == Job.Kind.KEYS).toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keysThatCannotBeReadAreToldToWhoeverWantsThem(boolean background) {
    String path = "segments/" + files.list("segments").getFirst() + "/data.arrow";
    try (StorageFile file = files.open(path, FileSystem.Mode.WRITE)) {
      // The first column is that of the row ids, the next one is the key: 8 bytes a row each.
      long middle = 12L * SEGMENT_ROWS;
      byte[] flipped = {(byte) (file.read(middle, 1).get(ValueLayout.JAVA_BYTE, 0) ^ 4)};
      file.write(middle, MemorySegment.ofArray(flipped));
    }
    try (LocalStore store = LocalStore.open(options(background))) {
      assertThatThrownBy(() -> insert(store, KEYS + 1)).isInstanceOf(CorruptionException.class);
      assertThatThrownBy(() -> insert(store, KEYS + 1))
          .isInstanceOfSatisfying(
              CorruptionException.class, e -> assertThat(e.getMessage()).contains("data.arrow"));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void manyWhoWriteFirstMakeNoKeyTwice(long seed) throws Exception {
    int threads = 4;
    try (LocalStore store = LocalStore.open(options(seed % 2 == 0));
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> writers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Random random = new Random(seed * threads + i);
        writers.add(pool.submit(() -> write(store, random)));
      }
      store.optimize(items.id(), () -> false);
      int added = 0;
      for (Future<Integer> writer : writers) {
        added += writer.get();
      }
      try (Snapshot snapshot = store.snapshot()) {
        check(snapshot);
        assertThat(snapshot.table(items.id()).rowCount())
            .as("seed %d", seed)
            .isEqualTo(KEYS - SEGMENTS + added);
      }
    }
  }

  /** Adds some rows whose keys are new, and moves others; gives how many were added. */
  private int write(Store store, Random random) {
    int added = 0;
    for (int i = 0; i < 60; i++) {
      long key = KEYS + 10L + random.nextInt(100);
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false);
          Snapshot seen = transaction.snapshot()) {
        long[] holders = transaction.appendNew(items.id(), rows(items, row(key, i)), seen, null);
        if (holders[0] != Transaction.FREE) {
          transaction.delete(items.id(), holders);
          transaction.append(items.id(), rows(items, row(key, i)));
        }
        transaction.commit();
        added += holders[0] == Transaction.FREE ? 1 : 0;
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isEqualTo("40001");
      }
    }
    return added;
  }

  private void check(Snapshot snapshot) {
    Map<Long, Tables.Row> expected = Tables.read(snapshot, items);
    for (long key = -1; key <= KEYS + 120; key++) {
      RowLocation found = find(snapshot, key);
      Tables.Row row = expected.get(key);
      assertThat(found == null).as("key %d is not there", key).isEqualTo(row == null);
      if (found != null && row != null) {
        assertThat(found.segment().rowId(found.row())).as("key %d", key).isEqualTo(row.rowId());
        assertThat(found.segment().column(ColumnId.ROW_ID).getLong(found.row()))
            .isEqualTo(row.rowId());
      }
    }
  }

  private @Nullable RowLocation find(Snapshot snapshot, long key) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.appendLong(key);
    List<Column> keys = List.of(builder.build());
    return snapshot.table(items.id()).find(keys, 0);
  }
}
