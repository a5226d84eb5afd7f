package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is left when the power goes, or a file operation fails, while transactions write straight to
 * segments.
 */
class BulkCrashTest {
  private static final int COMMITS = 5;
  private static final long BULK_BYTES = 300;
  private static final int STRIDE = Tables.crashStride();

  private static StoreOptions options(FileSystem files, long seed) {
    return new StoreOptions(files, new Random(seed), 1 << 20, false).withBulkBytes(BULK_BYTES);
  }

  /**
   * Makes a table and loads it: load n leaves rows 20n + 1 to 20n + 19 and takes row 20n - 19 away.
   * In between are loads that are rolled back, flushes, and another opening.
   *
   * @return how many of the commits were acknowledged, the table's creation being the first
   */
  private static int work(FileSystem files) {
    int acknowledged = 0;
    LocalStore store = null;
    try {
      store = LocalStore.open(options(files, 1));
      TableDefinition table = Tables.create(store, Tables.items("items"));
      acknowledged++;
      for (int commit = 0; commit < COMMITS; commit++) {
        load(store, table, commit);
        acknowledged++;
        if (commit % 3 == 1) {
          try (Transaction given = store.begin(IsolationLevel.READ_COMMITTED, false)) {
            given.append(table.id(), rows(table, 1_000, 1_015));
          }
        }
        if (commit == 1 || commit == 4) {
          store.flush();
        }
        if (commit == 3) {
          store.close();
          store = LocalStore.open(options(files, 2));
        }
      }
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isIn("58030", "53100");
    } finally {
      Tables.closeQuietly(store);
    }
    return acknowledged;
  }

  private static Batch rows(TableDefinition table, long from, long to) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long key = from; key < to; key++) {
      rows.add(Tables.row(key, (int) key));
    }
    return Tables.rows(table, rows);
  }

  private static void load(LocalStore store, TableDefinition table, int commit) {
    long first = 20L * commit;
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.append(table.id(), rows(table, first, first + 10));
      Transaction.Savepoint savepoint = transaction.savepoint();
      transaction.append(table.id(), rows(table, 2_000, 2_015));
      transaction.rollbackTo(savepoint);
      transaction.append(table.id(), rows(table, first + 10, first + 20));
      Map<Long, Tables.Row> there = Tables.read(transaction, table);
      List<Long> gone = new ArrayList<>(List.of(Tables.at(there, first).rowId()));
      if (commit > 0) {
        gone.add(Tables.at(there, first - 19).rowId());
      }
      transaction.delete(table.id(), gone.stream().mapToLong(Long::longValue).toArray());
      transaction.commit();
    }
  }

  private static List<Long> expected(int loads) {
    List<Long> keys = new ArrayList<>();
    for (int load = 0; load < loads; load++) {
      for (long key = 20L * load + (load < loads - 1 ? 2 : 1); key < 20L * load + 20; key++) {
        keys.add(key);
      }
    }
    return keys;
  }

  /** Opens what is left: a prefix with all that was acknowledged, and no segment but its own. */
  private static void check(FileSystem left, int acknowledged, String when) {
    try (LocalStore store = LocalStore.open(options(left, 3));
        Snapshot snapshot = store.snapshot()) {
      int commits = (int) snapshot.version().value();
      assertThat(commits).as(when).isBetween(acknowledged, acknowledged + 1);
      if (commits == 0) {
        return;
      }
      TableDefinition table = snapshot.catalog().tables().get(0);
      assertThat(Tables.read(snapshot, table).keySet())
          .as(when)
          .containsExactlyElementsOf(expected(commits - 1));
      load(store, table, commits - 1);
      store.flush();
    }
    try (LocalStore store = LocalStore.open(options(left, 4));
        Snapshot snapshot = store.snapshot()) {
      TableDefinition table = snapshot.catalog().tables().get(0);
      assertThat(Tables.read(snapshot, table).keySet())
          .as(when)
          .containsExactlyElementsOf(expected((int) snapshot.version().value() - 1));
      assertThat(left.list("segments"))
          .as(when)
          .hasSameSizeAs(snapshot.table(table.id()).segments());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1})
  void acknowledgedLoadsSurviveAPowerCutAfterAnyOperation(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), FaultyFileSystem.Plan.never());
    assertThat(work(counting)).isEqualTo(COMMITS + 1);
    long operations = counting.operations();
    assertThat(operations).isGreaterThan(300);
    for (long cut = 1; cut <= operations; cut += STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      int acknowledged = work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut)));
      String when = "seed " + seed + ", cut after operation " + cut;
      check(disk.afterPowerCut(seed * 1_000_003 + cut), acknowledged, when);
    }
  }

  /** A kill leaves what was never forced; whoever opens it believes that; then the power goes. */
  @ParameterizedTest
  @ValueSource(longs = {1})
  void acknowledgedLoadsSurviveAKillAndThenAPowerCut(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());
    work(counting);
    Random random = new Random(seed);
    for (int i = 0; i < 200; i += STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      long kill = 1 + random.nextLong(counting.operations());
      long cut = 1 + random.nextLong(80);
      int acknowledged =
          work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(kill)));
      LocalStore store = null;
      try {
        FileSystem cutting = new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut));
        store = LocalStore.open(options(cutting, 5));
        store.flush();
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isIn("58030", "53100");
      } finally {
        Tables.closeQuietly(store);
      }
      String when = "seed " + seed + ", killed after " + kill + ", cut after " + cut;
      check(disk.afterPowerCut(seed * 1_000_003 + i), acknowledged, when);
    }
  }

  @Test
  void aFailedOperationLosesNothingAcknowledged() {
    FaultyFileSystem counting =
        new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());
    work(counting);
    for (long failing = 1; failing <= counting.operations(); failing += STRIDE) {
      MemoryFileSystem disk = new MemoryFileSystem();
      int acknowledged = work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.failAt(failing)));
      check(disk, acknowledged, "operation " + failing + " failed");
    }
  }
}
