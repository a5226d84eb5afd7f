package io.quiver.storage;

import static io.quiver.storage.Tables.at;
import static io.quiver.storage.Tables.commit;
import static io.quiver.storage.Tables.items;
import static io.quiver.storage.Tables.read;
import static io.quiver.storage.Tables.row;
import static io.quiver.storage.Tables.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What transactions see of each other, over a store in memory. */
class TransactionTest {
  private final Store store = LocalStore.inMemory();
  private final TableDefinition items = Tables.create(store, items("items"));

  private Transaction begin(IsolationLevel isolation) {
    return store.begin(isolation, false);
  }

  private static void assertState(ThrowingCallable call, String sqlState, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(sqlState))
        .hasMessageContaining(message);
  }

  private void insert(long id, int revision) {
    commit(store, t -> t.append(items.id(), rows(items, row(id, revision))));
  }

  private long rowId(long id) {
    return at(read(store, items), id).rowId();
  }

  @Test
  void uncommittedRowsAreSeenByTheirTransactionAlone() {
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      own.append(items.id(), rows(items, row(1, 1), row(2, 2)));
      assertThat(read(own, items)).containsOnlyKeys(1L, 2L);
      assertThat(read(store, items)).isEmpty();
      own.commit();
    }
    assertThat(read(store, items)).containsOnlyKeys(1L, 2L);
  }

  @Test
  void rollbackLeavesNothing() {
    insert(1, 1);
    Map<Long, Tables.Row> before = read(store, items);
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      own.append(items.id(), rows(items, row(2, 1)));
      own.delete(items.id(), new long[] {rowId(1)});
      own.createTable(items("other"));
      own.rollback();
    }
    assertThat(read(store, items)).isEqualTo(before);
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.catalog().tables()).containsExactly(items);
    }
    insert(2, 1);
  }

  @Test
  void aSnapshotStaysAsItWas() {
    insert(1, 1);
    try (Snapshot old = store.snapshot()) {
      Map<Long, Tables.Row> before = read(old, items);
      commit(
          store,
          t -> {
            t.delete(items.id(), new long[] {rowId(1)});
            for (int id = 2; id < 300; id++) {
              t.append(items.id(), rows(items, row(id, id)));
            }
          });
      for (int id = 300; id < 600; id++) {
        insert(id, id);
      }
      assertThat(read(old, items)).isEqualTo(before);
      assertThat(read(store, items)).hasSize(598).doesNotContainKey(1L);
    }
  }

  @Test
  void repeatableReadKeepsItsFirstSnapshotAndReadCommittedDoesNot() {
    insert(1, 1);
    try (Transaction repeatable = begin(IsolationLevel.REPEATABLE_READ);
        Transaction committed = begin(IsolationLevel.READ_COMMITTED)) {
      assertThat(read(repeatable, items)).containsOnlyKeys(1L);
      assertThat(read(committed, items)).containsOnlyKeys(1L);
      insert(2, 2);
      assertThat(read(repeatable, items)).containsOnlyKeys(1L);
      assertThat(read(committed, items)).containsOnlyKeys(1L, 2L);
    }
  }

  @Test
  void anUpdateIsNeverLost() {
    insert(1, 1);
    long row = rowId(1);
    try (Transaction first = begin(IsolationLevel.REPEATABLE_READ);
        Transaction second = begin(IsolationLevel.REPEATABLE_READ);
        Transaction third = begin(IsolationLevel.READ_COMMITTED)) {
      assertThat(read(first, items)).isEqualTo(read(second, items));
      for (Transaction each : List.of(first, second)) {
        each.delete(items.id(), new long[] {row});
        each.append(items.id(), rows(items, row(1, 7)));
      }
      first.commit();
      assertState(second::commit, "40001", "changed by another transaction");
      assertState(() -> third.delete(items.id(), new long[] {row}), "40001", "items");
      assertThat(third.delete(items.id(), new long[] {rowId(1)})).isEqualTo(1);
    }
    assertThat(read(store, items)).containsOnlyKeys(1L);
  }

  @Test
  void anUpdateOfARowThatAnotherUpdatedIsAConflictAndNoDuplicate() {
    insert(1, 1);
    long row = rowId(1);
    try (Transaction late = begin(IsolationLevel.READ_COMMITTED)) {
      late.delete(items.id(), new long[] {row});
      commit(
          store,
          t -> {
            t.delete(items.id(), new long[] {row});
            t.append(items.id(), rows(items, row(1, 2)));
          });
      assertState(() -> late.append(items.id(), rows(items, row(1, 3))), "40001", "items");
    }
  }

  @Test
  void writeSkewIsPossibleAsUnderAnySnapshotIsolation() {
    insert(1, 1);
    insert(2, 1);
    try (Transaction first = begin(IsolationLevel.REPEATABLE_READ);
        Transaction second = begin(IsolationLevel.REPEATABLE_READ)) {
      first.delete(items.id(), new long[] {at(read(first, items), 1).rowId()});
      second.delete(items.id(), new long[] {at(read(second, items), 2).rowId()});
      first.commit();
      second.commit();
    }
    assertThat(read(store, items)).isEmpty();
  }

  @Test
  void aKeyIsTakenOnce() {
    insert(7, 1);
    assertState(
        () -> insert(7, 2),
        "23505",
        "violates unique constraint \"items_pkey\" of table \"items\": (id) = (7)");
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      own.append(items.id(), rows(items, row(8, 1)));
      assertState(() -> own.append(items.id(), rows(items, row(8, 2))), "23505", "(8)");
      assertState(() -> own.append(items.id(), rows(items, row(9, 2), row(9, 3))), "23505", "(9)");
      own.append(items.id(), rows(items, row(9, 4)));
      own.commit();
    }
    assertThat(read(store, items)).containsOnlyKeys(7L, 8L, 9L);
  }

  @Test
  void aDeletedKeyIsFreeInTheSameTransaction() {
    insert(7, 1);
    commit(
        store,
        t -> {
          t.delete(items.id(), new long[] {rowId(7)});
          t.append(items.id(), rows(items, row(7, 2)));
          t.delete(items.id(), new long[] {at(read(t, items), 7).rowId()});
          t.append(items.id(), rows(items, row(7, 4)));
        });
    assertThat(at(read(store, items), 7).values()).isEqualTo(Tables.text(row(7, 4)));
  }

  @Test
  void oneOfEightThreadsGetsAKey() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      AtomicInteger taken = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        int revision = thread;
        all.add(
            threads.submit(() -> {
              for (int id = 0; id < 500; id++) {
                try {
                  insert(id, revision);
                  taken.incrementAndGet();
                } catch (QuiverException e) {
                  assertThat(e.sqlState()).isEqualTo("23505");
                  refused.incrementAndGet();
                }
              }
            }));
      }
      for (Future<?> each : all) {
        each.get();
      }
      assertThat(taken).hasValue(500);
      assertThat(refused).hasValue(3_500);
    }
    assertThat(read(store, items)).hasSize(500);
  }

  @Test
  void aFailedStatementTakesBackItsOwnChangesAlone() {
    insert(1, 1);
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      own.beginStatement();
      own.append(items.id(), rows(items, row(2, 1)));
      own.beginStatement();
      own.append(items.id(), rows(items, row(3, 1)));
      own.delete(items.id(), new long[] {rowId(1), at(read(own, items), 2).rowId()});
      own.createTable(items("other"));
      assertThat(read(own, items)).containsOnlyKeys(3L);
      own.undoStatement();
      assertThat(read(own, items)).containsOnlyKeys(1L, 2L);
      assertState(() -> own.append(items.id(), rows(items, row(2, 5))), "23505", "(2)");
      own.append(items.id(), rows(items, row(3, 2)));
      own.createTable(items("other"));
      own.commit();
    }
    assertThat(read(store, items)).containsOnlyKeys(1L, 2L, 3L);
  }

  @Test
  void tablesAreMadeAndDroppedByTheirTransaction() {
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      TableDefinition other = own.createTable(items("other"));
      own.append(other.id(), rows(other, row(1, 1)));
      own.dropTable(items.id());
      try (Snapshot snapshot = own.snapshot()) {
        assertThat(snapshot.catalog().tables()).containsExactly(other);
        assertThat(snapshot.catalog().version()).isNegative();
        assertState(() -> snapshot.table(items.id()), "42P01", "does not exist");
        assertThat(read(snapshot, other)).containsOnlyKeys(1L);
      }
      try (Snapshot snapshot = store.snapshot()) {
        assertThat(snapshot.catalog().tables()).containsExactly(items);
        long before = snapshot.catalog().version();
        own.commit();
        try (Snapshot after = store.snapshot()) {
          assertThat(after.catalog().version()).isGreaterThan(before);
          assertThat(after.catalog().tables()).containsExactly(other);
          assertThat(read(after, other)).containsOnlyKeys(1L);
        }
        assertThat(read(snapshot, items)).isEmpty();
      }
    }
  }

  @Test
  void aTableMadeAndDroppedLeavesNothing() {
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      TableDefinition other = own.createTable(items("other"));
      own.append(other.id(), rows(other, row(1, 1)));
      own.nextIdentity(other.id());
      own.dropTable(other.id());
      own.append(items.id(), rows(items, row(1, 1)));
      own.commit();
    }
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.catalog().tables()).containsExactly(items);
    }
  }

  @Test
  void ofTwoTablesOfOneNameTheFirstCommitWins() {
    assertState(() -> Tables.create(store, items("items")), "42P07", "items");
    try (Transaction first = begin(IsolationLevel.READ_COMMITTED);
        Transaction second = begin(IsolationLevel.READ_COMMITTED)) {
      first.createTable(items("other"));
      second.createTable(items("other"));
      first.commit();
      assertState(second::commit, "42P07", "other");
    }
  }

  @Test
  void rowsForATableThatAnotherDropsAreAConflict() {
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      own.append(items.id(), rows(items, row(1, 1)));
      commit(store, t -> t.dropTable(items.id()));
      assertState(own::commit, "40001", "dropped");
    }
  }

  @Test
  void rowsThatAreUpdatedAgainAndAgainTakeNoMoreMemory() {
    int keys = 9_000;
    for (int revision = 0; revision < 30; revision++) {
      int next = revision;
      commit(
          store,
          t -> {
            Map<Long, Tables.Row> before = read(t, items);
            long[] rowIds = before.values().stream().mapToLong(Tables.Row::rowId).toArray();
            t.delete(items.id(), rowIds);
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (int key = 0; key < keys; key++) {
              rows.add(row(key, next));
            }
            t.append(items.id(), rows(items, rows));
          });
    }
    assertThat(read(store, items)).hasSize(keys);
    assertThat(at(read(store, items), 5).values()).isEqualTo(Tables.text(row(5, 29)));
    try (Snapshot snapshot = store.snapshot()) {
      int stored =
          snapshot.table(items.id()).segments().stream().mapToInt(SegmentView::rowCount).sum();
      assertThat(stored).isLessThan(3 * keys);
    }
  }

  @Test
  void identitiesAreGivenOnce() {
    try (Transaction first = begin(IsolationLevel.READ_COMMITTED);
        Transaction second = begin(IsolationLevel.READ_COMMITTED)) {
      assertThat(first.nextIdentity(items.id())).isEqualTo(1);
      assertThat(second.nextIdentity(items.id())).isEqualTo(2);
      second.advanceIdentity(items.id(), 10);
      assertThat(first.nextIdentity(items.id())).isEqualTo(11);
      second.advanceIdentity(items.id(), Long.MAX_VALUE);
      assertState(() -> first.nextIdentity(items.id()), "22003", "largest");
    }
  }

  @Test
  void rowsThatBreakTheDefinitionAreRefused() {
    try (Transaction own = begin(IsolationLevel.READ_COMMITTED)) {
      assertState(
          () -> own.append(items.id(), rows(items, java.util.Arrays.asList(null, "a", null, true))),
          "23502",
          "column \"id\" of table \"items\" must not be null");
      assertState(
          () ->
              own.append(
                  items.id(),
                  rows(items, java.util.Arrays.asList(1L, "\u00e4".repeat(11), null, null))),
          "22001",
          "11");
      own.append(
          items.id(), rows(items, java.util.Arrays.asList(1L, "\u00e4".repeat(10), null, null)));
      assertThat(read(own, items)).containsOnlyKeys(1L);
    }
    try (Transaction reader = store.begin(IsolationLevel.READ_COMMITTED, true)) {
      assertState(() -> reader.append(items.id(), rows(items, row(1, 1))), "25006", "read-only");
    }
  }
}
