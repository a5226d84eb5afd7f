package io.quiver.storage;

import static io.quiver.storage.Tables.items;
import static io.quiver.storage.Tables.row;
import static io.quiver.storage.Tables.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding rows by key in snapshots of every age, against reading all their rows. */
class KeyLookupTest {
  private static final int KEYS = 40;

  private final Store store = LocalStore.inMemory();
  private final TableDefinition items = Tables.create(store, items("items"));

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everySnapshotFindsItsOwnRowsAndNoOthers(long seed) {
    Random random = new Random(seed);
    List<Snapshot> snapshots = new ArrayList<>();
    try (Transaction own = store.begin(IsolationLevel.REPEATABLE_READ, false)) {
      change(own, random);
      for (int step = 0; step < 60; step++) {
        try (Transaction other = store.begin(IsolationLevel.READ_COMMITTED, false)) {
          for (int i = random.nextInt(6); i >= 0; i--) {
            change(other, random);
          }
          snapshots.add(other.snapshot());
          if (random.nextInt(5) > 0) {
            other.commit();
          }
        }
        snapshots.add(store.snapshot());
        if (step % 20 == 0) {
          snapshots.add(own.snapshot());
        }
      }
      for (int i = 0; i < snapshots.size(); i++) {
        check(snapshots.get(i), "seed " + seed + ", snapshot " + i);
      }
    }
    snapshots.forEach(Snapshot::close);
  }

  @Test
  void aSnapshotOlderThanWhatIsRememberedStillFindsItsRows() {
    try (Transaction first = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      first.append(items.id(), rows(items, row(1, 0), row(2, 0)));
      first.commit();
    }
    try (Snapshot old = store.snapshot()) {
      for (int i = 1; i <= 20_000; i++) {
        try (Transaction update = store.begin(IsolationLevel.READ_COMMITTED, false)) {
          replace(update, 1, i);
          update.commit();
        }
      }
      check(old, "the old snapshot");
    }
    check(store.snapshot(), "the new one");
  }

  private void change(Transaction transaction, Random random) {
    long key = random.nextInt(KEYS);
    Map<Long, Tables.Row> now = Tables.read(transaction, items);
    Tables.Row there = now.get(key);
    if (there == null) {
      transaction.append(items.id(), rows(items, row(key, random.nextInt(1_000))));
    } else if (random.nextBoolean()) {
      transaction.delete(items.id(), new long[] {there.rowId()});
    } else {
      replace(transaction, key, random.nextInt(1_000));
    }
  }

  private void replace(Transaction transaction, long key, int revision) {
    try (Snapshot snapshot = transaction.snapshot()) {
      RowLocation there = Objects.requireNonNull(find(snapshot, key));
      long rowId = there.segment().column(ColumnId.ROW_ID).getLong(there.row());
      transaction.delete(items.id(), new long[] {rowId});
      transaction.append(items.id(), rows(items, row(key, revision)));
    }
  }

  private void check(Snapshot snapshot, String which) {
    Map<Long, Tables.Row> expected = Tables.read(snapshot, items);
    for (long key = -1; key <= KEYS; key++) {
      RowLocation found = find(snapshot, key);
      Tables.Row row = expected.get(key);
      assertThat(found == null).as("%s, key %d is not there", which, key).isEqualTo(row == null);
      if (found != null && row != null) {
        assertThat(found.segment().column(ColumnId.ROW_ID).getLong(found.row()))
            .as("%s, the row id of key %d", which, key)
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
