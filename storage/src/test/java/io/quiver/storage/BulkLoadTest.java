package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Transactions that write their rows straight to segments. */
class BulkLoadTest {
  private static final long BULK_BYTES = 2_000;
  private static final int BATCH_ROWS = 40;

  private final MemoryFileSystem files = new MemoryFileSystem();
  private long seed;

  private LocalStore open(FileSystem on, boolean background) {
    return LocalStore.open(
        new StoreOptions(on, new Random(++seed), 1 << 20, background).withBulkBytes(BULK_BYTES));
  }

  private LocalStore open() {
    return open(files, false);
  }

  private static Batch batch(TableDefinition table, long first) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long key = first; key < first + BATCH_ROWS; key++) {
      rows.add(Tables.row(key, (int) key % 7));
    }
    return Tables.rows(table, rows);
  }

  /** Appends so many batches, the first of a key. */
  private static void load(Transaction transaction, TableDefinition table, long first, int count) {
    for (int i = 0; i < count; i++) {
      transaction.append(table.id(), batch(table, first + (long) i * BATCH_ROWS));
    }
  }

  private static Long[] keys(long from, long to) {
    return LongStream.range(from, to).boxed().toArray(Long[]::new);
  }

  private long logBytes() {
    long bytes = 0;
    for (String name : files.list("log/0")) {
      try (StorageFile file = files.open("log/0/" + name, FileSystem.Mode.READ)) {
        bytes += file.size();
      }
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLoadStaysOutOfMemoryAndOutOfTheLog(boolean background) {
    TableDefinition table;
    try (LocalStore store = open(files, background)) {
      table = Tables.create(store, Tables.items("items"));
      long before = logBytes();
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        for (int i = 0; i < 20; i++) {
          load(transaction, table, i * (long) BATCH_ROWS, 1);
          // What another thread writes is in memory until it is written.
          assertThat(transaction.memoryBytes())
              .isLessThan((background ? 2 : 1) * BULK_BYTES + 1_000);
        }
        assertThat(Tables.read(transaction, table)).containsOnlyKeys(keys(0, 800));
        transaction.commit();
      }
      assertThat(logBytes() - before).isLessThan(4 * BULK_BYTES);
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 800));
    }
    try (LocalStore store = open()) {
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 800));
      Tables.commit(store, t -> load(t, table, 800, 1));
      store.flush();
    }
    try (LocalStore store = open()) {
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 840));
    }
  }

  @Test
  void aRollbackRemovesTheSegmentsWhenNobodyReadsThem() {
    try (LocalStore store = open()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false);
      load(transaction, table, 0, 10);
      assertThat(files.list("segments")).isNotEmpty();
      Snapshot open = transaction.snapshot();
      transaction.rollback();
      assertThat(Tables.read(open, table)).containsOnlyKeys(keys(0, 400));
      open.close();
      try (Transaction other = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        load(other, table, 0, 10);
      }
      assertThat(files.list("segments")).isEmpty();
      assertThat(Tables.read(store, table)).isEmpty();
    }
  }

  @Test
  void aSavepointTakesWrittenRowsBack() {
    TableDefinition table;
    try (LocalStore store = open()) {
      table = Tables.create(store, Tables.items("items"));
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        load(transaction, table, 0, 5);
        Transaction.Savepoint savepoint = transaction.savepoint();
        load(transaction, table, 1_000, 5);
        transaction.rollbackTo(savepoint);
        assertThat(Tables.read(transaction, table)).containsOnlyKeys(keys(0, 200));
        load(transaction, table, 1_000, 5);
        long first = Tables.at(Tables.read(transaction, table), 0).rowId();
        assertThat(transaction.delete(table.id(), new long[] {first})).isEqualTo(1);
        transaction.commit();
      }
      assertThat(Tables.read(store, table)).hasSize(399).doesNotContainKey(0L);
    }
    try (LocalStore store = open()) {
      assertThat(Tables.read(store, table)).hasSize(399).doesNotContainKey(0L);
      store.flush();
      assertThat(files.list("segments"))
          .hasSameSizeAs(store.snapshot().table(table.id()).segments());
    }
  }

  @Test
  void keysAreCheckedAgainstWrittenRows() {
    try (LocalStore store = open()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      try (Transaction first = store.begin(IsolationLevel.READ_COMMITTED, false);
          Transaction second = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        load(first, table, 0, 10);
        assertThatThrownBy(() -> load(first, table, 5, 1))
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("23505"));
        load(second, table, 399, 10);
        first.commit();
        assertThatThrownBy(second::commit)
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("23505"));
      }
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 400));
      assertThatThrownBy(() -> Tables.commit(store, t -> load(t, table, 399, 1)))
          .isInstanceOf(QuiverException.class);
    }
  }

  @Test
  void whatIsDroppedBeforeAFlushIsRemovedByIt() {
    try (LocalStore store = open()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Tables.commit(store, t -> load(t, table, 0, 10));
      Tables.commit(
          store,
          t -> {
            TableDefinition made = t.createTable(Tables.items("gone"));
            load(t, made, 0, 10);
            t.dropTable(made.id());
          });
      Tables.commit(store, t -> t.dropTable(table.id()));
      assertThat(files.list("segments")).isNotEmpty();
    }
    try (LocalStore store = open()) {
      // The log still names them.
      assertThat(files.list("segments")).isNotEmpty();
      store.flush();
      assertThat(files.list("segments")).isEmpty();
    }
  }

  @Test
  void aMissingSegmentThatTheLogNamesIsDamage() {
    try (LocalStore store = open()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Tables.commit(store, t -> load(t, table, 0, 10));
    }
    String directory = "segments/" + files.list("segments").getFirst();
    files.list(directory).forEach(name -> files.delete(directory + "/" + name));
    assertThatThrownBy(this::open)
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(directory)
        .hasMessageContaining("missing");
  }

  @Test
  void aSegmentThatCannotBeForcedEndsItsTransactionAlone() {
    FaultyFileSystem faulty = new FaultyFileSystem(files, FaultyFileSystem.Plan.never());
    try (LocalStore store = open(faulty, false)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        load(transaction, table, 0, 10);
        faulty.follow(FaultyFileSystem.Plan.failEvery(Operation.FORCE));
        assertThatThrownBy(transaction::commit)
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58030"));
        faulty.follow(FaultyFileSystem.Plan.never());
      }
      assertThat(files.list("segments")).isEmpty();
      Tables.commit(store, t -> load(t, table, 0, 10));
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 400));
    }
  }

  @Test
  void aDatabaseInMemoryKeepsItsRowsThere() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Tables.commit(store, t -> load(t, table, 0, 10));
      assertThat(Tables.read(store, table)).containsOnlyKeys(keys(0, 400));
    }
  }
}
