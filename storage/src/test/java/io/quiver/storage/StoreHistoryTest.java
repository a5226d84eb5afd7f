package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random histories of one store, against maps. The seed is the test's argument. */
class StoreHistoryTest {
  private static final int STEPS = 200;
  private static final int KEYS = 60;

  private final MemoryFileSystem files = new MemoryFileSystem();
  private final List<TableDefinition> tables = new ArrayList<>();
  private final List<Map<Long, String>> committed = new ArrayList<>();
  private final List<Old> old = new ArrayList<>();
  private int revision;

  /** A snapshot that is kept, and what it must show for ever. */
  private record Old(Snapshot snapshot, TableDefinition table, Map<Long, String> rows) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void aStoreHoldsWhatWasCommitted(long seed) {
    Random random = new Random(seed);
    // Some write nearly every transaction's rows straight to segments.
    long bulkBytes = seed < 4 ? 1 << 20 : 250;
    StoreOptions options =
        new StoreOptions(files, random, 20_000, seed % 2 == 0).withBulkBytes(bulkBytes);
    LocalStore store = LocalStore.open(options);
    try {
      for (int step = 0; step < STEPS; step++) {
        int choice = random.nextInt(100);
        if (choice < 4 || tables.isEmpty()) {
          TableDefinition made = Tables.create(store, Tables.items("t" + step));
          tables.add(made);
          committed.add(new TreeMap<>());
        } else if (choice < 6) {
          dropTable(store, random.nextInt(tables.size()));
        } else if (choice < 10) {
          store.flush();
        } else if (choice < 13) {
          store.close();
          Tables.assertClean(files, "seed " + seed + ", step " + step);
          store = LocalStore.open(options);
        } else if (choice < 16) {
          int table = random.nextInt(tables.size());
          Map<Long, String> rows = new TreeMap<>(committed.get(table));
          old.add(new Old(store.snapshot(), tables.get(table), rows));
        } else {
          transaction(store, random);
        }
        check(store);
      }
      for (Old each : old) {
        assertThat(values(Tables.read(each.snapshot(), each.table()))).isEqualTo(each.rows());
        each.snapshot().close();
      }
      assertThat(store.flushFailure()).isNull();
    } finally {
      store.close();
    }
    Tables.assertClean(files, "seed " + seed);
  }

  private void dropTable(LocalStore store, int table) {
    Tables.commit(store, t -> t.dropTable(tables.get(table).id()));
    tables.remove(table);
    committed.remove(table);
  }

  private void transaction(LocalStore store, Random random) {
    int table = random.nextInt(tables.size());
    TableDefinition definition = tables.get(table);
    Map<Long, String> expected = new TreeMap<>(committed.get(table));
    IsolationLevel isolation =
        random.nextBoolean() ? IsolationLevel.READ_COMMITTED : IsolationLevel.REPEATABLE_READ;
    try (Transaction transaction = store.begin(isolation, false)) {
      int statements = 1 + random.nextInt(4);
      for (int i = 0; i < statements; i++) {
        transaction.beginStatement();
        Map<Long, String> before = new TreeMap<>(expected);
        try {
          statement(transaction, definition, expected, random);
          if (random.nextInt(6) == 0) {
            throw new IllegalStateException("given up");
          }
        } catch (QuiverException | IllegalStateException e) {
          transaction.undoStatement();
          expected = before;
        }
        assertThat(values(Tables.read(transaction, definition))).isEqualTo(expected);
      }
      if (random.nextInt(5) == 0) {
        transaction.rollback();
      } else {
        transaction.commit();
        committed.set(table, expected);
      }
    }
  }

  private void statement(
      Transaction transaction,
      TableDefinition definition,
      Map<Long, String> expected,
      Random random) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int count = random.nextInt(12);
    long[] deleted = new long[count];
    int deletedCount = 0;
    Map<Long, Tables.Row> visible = Tables.read(transaction, definition);
    Set<Long> deletedKeys = new HashSet<>();
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(KEYS);
      Tables.Row there = visible.get(key);
      if (there != null && random.nextInt(4) > 0 && deletedKeys.add(key)) {
        deleted[deletedCount++] = there.rowId();
      }
      if (random.nextInt(3) > 0) {
        List<@Nullable Object> row = Tables.row(key, ++revision);
        rows.add(row);
      }
    }
    transaction.delete(definition.id(), Arrays.copyOf(deleted, deletedCount));
    // A key that is taken makes the whole statement fail.
    transaction.append(definition.id(), Tables.rows(definition, rows));
    expected.keySet().removeAll(deletedKeys);
    for (List<@Nullable Object> row : rows) {
      expected.put((Long) Objects.requireNonNull(row.get(0)), Tables.text(row));
    }
  }

  private void check(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.catalog().tables()).containsExactlyInAnyOrderElementsOf(tables);
      for (int i = 0; i < tables.size(); i++) {
        assertThat(values(Tables.read(snapshot, tables.get(i)))).isEqualTo(committed.get(i));
      }
    }
  }

  private static Map<Long, String> values(Map<Long, Tables.Row> rows) {
    Map<Long, String> values = new TreeMap<>();
    rows.forEach((key, row) -> values.put(key, row.values()));
    return values;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStoreIsOpenedOnce(boolean background) {
    StoreOptions options = new StoreOptions(files, new Random(1), 1_000, background);
    try (LocalStore store = LocalStore.open(options)) {
      assertThat(store.flushFailure()).isNull();
      assertThatThrownBy(() -> LocalStore.open(options))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("55P03"));
    }
    LocalStore.open(options).close();
  }
}
