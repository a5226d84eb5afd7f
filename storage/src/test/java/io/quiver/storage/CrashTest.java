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
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left of a store when the power goes, or a file operation fails, at any moment. */
class CrashTest {
  private static final int COMMITS = 14;
  private static final int STRIDE = Tables.crashStride();

  private static StoreOptions options(FileSystem files) {
    return new StoreOptions(files, new Random(7), 1 << 20, false);
  }

  /**
   * Makes a table and then changes it, each commit in one go: commit n adds rows 2n and 2n + 1, and
   * takes row n - 2 away. In between it flushes, and opens the store again.
   *
   * @return how many of the commits were acknowledged, the table's creation being the first
   */
  private static int work(FileSystem files) {
    int acknowledged = 0;
    LocalStore store = null;
    try {
      store = LocalStore.open(options(files));
      TableDefinition table = Tables.create(store, Tables.items("items"));
      acknowledged++;
      for (int commit = 0; commit < COMMITS; commit++) {
        commit(store, table, commit);
        acknowledged++;
        if (commit % 5 == 3) {
          store.flush();
        }
        if (commit == 9) {
          store.close();
          store = LocalStore.open(options(files));
        }
      }
    } catch (QuiverException e) {
      // The power is off, or the operation failed: what was acknowledged counts.
      assertThat(e.sqlState()).isIn("58030", "53100");
    } finally {
      Tables.closeQuietly(store);
    }
    return acknowledged;
  }

  private static void commit(LocalStore store, TableDefinition table, int commit) {
    Tables.commit(
        store,
        transaction -> {
          transaction.append(
              table.id(),
              Tables.rows(table, Tables.row(2L * commit, commit), Tables.row(2L * commit + 1, 1)));
          if (commit >= 2) {
            long rowId = Tables.at(Tables.read(transaction, table), commit - 2).rowId();
            transaction.delete(table.id(), new long[] {rowId});
          }
        });
  }

  private static List<Long> expected(int commits) {
    List<Long> keys = new ArrayList<>();
    for (long key = Math.max(0, commits - 2); key < 2L * commits; key++) {
      keys.add(key);
    }
    return keys;
  }

  /** Opens what is left, and checks that it is a prefix with all that was acknowledged. */
  private static void check(FileSystem left, int acknowledged, int mostCommits, String when) {
    try (LocalStore store = LocalStore.open(options(left));
        Snapshot snapshot = store.snapshot()) {
      int commits = (int) snapshot.version().value();
      assertThat(commits).as(when).isBetween(acknowledged, mostCommits);
      assertThat(snapshot.catalog().tables()).as(when).hasSize(Math.min(commits, 1));
      if (commits > 0) {
        TableDefinition table = snapshot.catalog().tables().get(0);
        assertThat(Tables.read(snapshot, table).keySet())
            .as(when)
            .containsExactlyElementsOf(expected(commits - 1));
        if (commits <= COMMITS) {
          commit(store, table, commits - 1);
        }
      }
    }
    Tables.assertClean(left, when);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void acknowledgedCommitsSurviveAPowerCutAfterAnyOperation(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), FaultyFileSystem.Plan.never());
    assertThat(work(counting)).isEqualTo(COMMITS + 1);
    long operations = counting.operations();
    assertThat(operations).isGreaterThan(200);
    // With a stride the seeds take turns.
    for (long cut = 1 + seed % STRIDE; cut <= operations; cut += STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      int acknowledged = work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut)));
      String when = "seed " + seed + ", cut after operation " + cut;
      check(disk.afterPowerCut(seed * 1_000_003 + cut), acknowledged, acknowledged + 1, when);
    }
  }

  /**
   * A kill leaves what was never forced; whoever opens it believes that, and then the power goes.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void acknowledgedCommitsSurviveAKillAndThenAPowerCut(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());
    work(counting);
    Random random = new Random(seed);
    for (int i = 0; i < 600; i += STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      long kill = 1 + random.nextLong(counting.operations());
      long cut = 1 + random.nextLong(60);
      int acknowledged =
          work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(kill)));
      LocalStore store = null;
      try {
        store =
            LocalStore.open(
                options(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut))));
        store.flush();
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isIn("58030", "53100");
      } finally {
        Tables.closeQuietly(store);
      }
      String when = "seed " + seed + ", killed after " + kill + ", cut after " + cut;
      check(disk.afterPowerCut(seed * 1_000_003 + i), acknowledged, acknowledged + 1, when);
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
      check(disk, acknowledged, acknowledged + 1, "operation " + failing + " failed");
    }
  }

  @Test
  void aLogThatCannotBeWrittenEndsChangesAndNotReads() {
    FaultyFileSystem files =
        new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      commit(store, table, 0);
      files.follow(FaultyFileSystem.Plan.failEvery(Operation.FORCE));
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> commit(store, table, 1))
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58030"));
        assertThat(Tables.read(store, table)).containsOnlyKeys(0L, 1L);
      }
      files.follow(FaultyFileSystem.Plan.never());
      assertThatThrownBy(() -> commit(store, table, 1))
          .hasMessageContaining("until it is opened again");
      assertThatThrownBy(store::flush).isInstanceOf(QuiverException.class);
    }
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = store.snapshot().catalog().tables().get(0);
      int commits = Tables.read(store, table).size() / 2;
      assertThat(commits).isBetween(1, 2);
      commit(store, table, commits);
    }
  }

  @Test
  void identitiesThatWereCommittedAreNotGivenAgain() {
    MemoryFileSystem files = new MemoryFileSystem();
    long table;
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition items = Tables.create(store, Tables.items("items"));
      table = items.id().value();
      Tables.commit(
          store,
          t -> {
            t.nextIdentity(items.id());
            t.advanceIdentity(items.id(), 41);
            t.append(items.id(), Tables.rows(items, Tables.row(41, 1)));
          });
      Tables.commit(store, t -> t.dropTable(Tables.create(store, Tables.items("gone")).id()));
    }
    for (int i = 0; i < 3; i++) {
      try (LocalStore store = LocalStore.open(options(files));
          Transaction next = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        TableDefinition items = store.snapshot().catalog().tables().get(0);
        assertThat(next.nextIdentity(items.id())).isEqualTo(42);
        assertThat(next.createTable(Tables.items("other")).id().value())
            .isGreaterThanOrEqualTo(table + 2);
        store.flush();
      }
    }
  }

  @Test
  void anotherFormatIsRefusedWithBothVersions() {
    MemoryFileSystem files = new MemoryFileSystem();
    LocalStore.open(options(files)).close();
    replace(files, "FORMAT", "quiver 6.5 12345678\n");
    assertThatThrownBy(() -> LocalStore.open(options(files)))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58P01"))
        .hasMessageContaining("6.5")
        .hasMessageContaining("5.0");
    replace(files, "FORMAT", "quiver 2.0\n");
    assertThatThrownBy(() -> LocalStore.open(options(files)))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58P01"))
        .hasMessageContaining("2.0");
    replace(files, "FORMAT", "quiver 5.9 eb5ea996\n");
    LocalStore.open(options(files)).close();
    replace(files, "FORMAT", "quivfr 1.0\n");
    assertThatThrownBy(() -> LocalStore.open(options(files)))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("FORMAT");
  }

  @Test
  void aDirectoryOfOtherFilesIsLeftAlone() {
    MemoryFileSystem files = new MemoryFileSystem();
    files.createDirectories("tmp");
    files.open("tmp/mine", FileSystem.Mode.CREATE).close();
    assertThatThrownBy(() -> LocalStore.open(options(files)))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58P01"));
    assertThat(files.exists("tmp/mine")).isTrue();
  }

  @Test
  void everyDamagedByteOfAManifestIsFound() {
    MemoryFileSystem files = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      commit(store, table, 0);
      store.flush();
    }
    String path =
        files.list("meta").stream()
            .filter(name -> name.startsWith("manifest-"))
            .findAny()
            .map(name -> "meta/" + name)
            .orElseThrow();
    try (StorageFile file = files.open(path, FileSystem.Mode.WRITE)) {
      for (long at = 0; at < file.size(); at++) {
        MemorySegment old = file.read(at, 1);
        byte[] damaged = {(byte) (old.get(ValueLayout.JAVA_BYTE, 0) ^ 0x10)};
        file.write(at, MemorySegment.ofArray(damaged));
        assertThatThrownBy(() -> LocalStore.open(options(files)))
            .as("byte " + at)
            .isInstanceOf(QuiverException.class)
            .hasMessageContaining("manifest-");
        file.write(at, old);
      }
    }
    LocalStore.open(options(files)).close();
  }

  @Test
  void segmentsThatNothingNamesAreRemoved() {
    MemoryFileSystem files = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      commit(store, table, 0);
      store.flush();
      assertThat(files.list("segments")).hasSize(1);
      try (Snapshot old = store.snapshot()) {
        commit(store, table, 1);
        store.flush();
        assertThat(files.list("segments")).hasSize(2);
        assertThat(Tables.read(old, table)).containsOnlyKeys(0L, 1L);
      }
      store.flush();
      assertThat(files.list("segments")).hasSize(1);
      Tables.commit(store, t -> t.dropTable(table.id()));
      files.createDirectories("segments/6b1d1f6e-6f43-4c8e-9d3a-0a4f6a7d2c11");
      files.createDirectories("tmp/6b1d1f6e-6f43-4c8e-9d3a-0a4f6a7d2c12");
    }
    try (LocalStore store = LocalStore.open(options(files))) {
      assertThat(files.list("tmp")).isEmpty();
      assertThat(files.list("segments")).hasSize(1);
      store.flush();
      assertThat(files.list("segments")).isEmpty();
    }
  }

  private static void replace(FileSystem files, String path, String text) {
    files.delete(path);
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      file.append(MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)));
    }
  }
}
