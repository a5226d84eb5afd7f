package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a compaction leaves that ends at any moment, and what it gives back when it does not. */
class CompactionCrashTest {
  private static final int COMMITS = 6;
  private static final int STRIDE = Tables.crashStride();

  private static StoreOptions options(FileSystem files) {
    return new StoreOptions(files, new Random(7), 1 << 20, false);
  }

  /** Each time it opens, it names segments otherwise. */
  private static StoreOptions reopening(FileSystem files, long seed) {
    return new StoreOptions(files, new Random(seed), 1 << 20, false);
  }

  private static long rows(int commit) {
    return 60 - 6L * commit;
  }

  /**
   * Commit n adds rows from key {@code 100 n} on and takes the first of the commit before away.
   * Each is flushed: segments get smaller, so that no flush merges them.
   */
  private static void commit(LocalStore store, TableDefinition table, int commit) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long key = 100L * commit; key < 100L * commit + rows(commit); key++) {
      rows.add(Tables.row(key, commit));
    }
    Tables.commit(
        store,
        transaction -> {
          transaction.append(table.id(), Tables.rows(table, rows));
          if (commit > 0) {
            long first = 100L * (commit - 1);
            long rowId = Tables.at(Tables.read(transaction, table), first).rowId();
            transaction.delete(table.id(), new long[] {rowId});
          }
        });
  }

  private static Set<Long> expected(int commits) {
    Set<Long> keys = new TreeSet<>();
    for (int commit = 0; commit < commits; commit++) {
      for (long key = 100L * commit; key < 100L * commit + rows(commit); key++) {
        keys.add(key);
      }
      keys.remove(100L * (commit - 1));
    }
    return keys;
  }

  /** Commits, flushes and compacts; gives how many commits were acknowledged, the table's first. */
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
        if (commit < COMMITS - 1) {
          store.flush();
        }
      }
      // Five segments of which four have a deleted row, and a commit in memory.
      store.compact();
      store.optimize(table.id(), () -> false);
      store.checkpoint();
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isIn("58030", "53100");
    } finally {
      Tables.closeQuietly(store);
    }
    return acknowledged;
  }

  private static void check(MemoryFileSystem left, int acknowledged, String when) {
    try (LocalStore store = LocalStore.open(reopening(left, 8));
        Snapshot snapshot = store.snapshot()) {
      int commits = (int) snapshot.version().value();
      assertThat(commits).as(when).isBetween(acknowledged, acknowledged + 1);
      if (commits == 0) {
        return;
      }
      TableDefinition table = snapshot.catalog().tables().getFirst();
      assertThat(Tables.read(snapshot, table).keySet()).as(when).isEqualTo(expected(commits - 1));
      store.optimize(table.id(), () -> false);
      assertThat(Tables.read(store, table).keySet()).as(when).isEqualTo(expected(commits - 1));
    }
    try (LocalStore store = LocalStore.open(reopening(left, 9))) {
      assertThat(left.list("segments")).as(when).hasSizeLessThan(2);
      assertThat(left.list("tmp")).as(when).isEmpty();
      assertThat(store.jobs()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void acknowledgedCommitsSurviveAPowerCutAfterAnyOperation(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), FaultyFileSystem.Plan.never());
    assertThat(work(counting)).isEqualTo(COMMITS + 1);
    long operations = counting.operations();
    // The seeds take turns.
    for (long cut = seed; cut <= operations; cut += 2L * STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      int acknowledged = work(new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut)));
      String when = "seed " + seed + ", cut after operation " + cut;
      check(disk.afterPowerCut(seed * 1_000_003 + cut), acknowledged, when);
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

  /** A store with five segments. */
  private static TableDefinition fill(LocalStore store) {
    TableDefinition table = Tables.create(store, Tables.items("items"));
    for (int commit = 0; commit < 5; commit++) {
      commit(store, table, commit);
      store.flush();
    }
    return table;
  }

  @Test
  void aFullDiskEndsACompactionAndNothingElse() {
    MemoryFileSystem disk = new MemoryFileSystem();
    FaultyFileSystem files = new FaultyFileSystem(disk, FaultyFileSystem.Plan.never());
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = fill(store);
      List<String> segments = disk.list("segments");
      assertThat(segments).hasSize(5);
      for (int room = 0; room < 12; room++) {
        AtomicInteger left = new AtomicInteger(room);
        files.follow((number, operation, path) -> {
          boolean arrow = operation == Operation.WRITE && path.endsWith(".arrow");
          if (arrow && left.getAndDecrement() <= 0) {
            throw new IOException("No space left on device");
          }
        });
        assertThatThrownBy(store::compact)
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        assertThat(disk.list("segments")).isEqualTo(segments);
        assertThat(disk.list("tmp")).isEmpty();
        Job last = store.jobs().getLast();
        assertThat(last.state()).isEqualTo(Job.State.FAILED);
        assertThat(last.error()).contains("No space left");
        files.follow(FaultyFileSystem.Plan.never());
        assertThat(Tables.read(store, table).keySet()).isEqualTo(expected(5));
      }
      commit(store, table, 5);
      store.compact();
      assertThat(disk.list("segments")).hasSize(1);
      assertThat(Tables.read(store, table).keySet()).isEqualTo(expected(6));
    }
  }

  @Test
  void aLongReaderKeepsItsFilesAndNoOthers() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk))) {
      TableDefinition table = fill(store);
      Set<String> read = Set.copyOf(disk.list("segments"));
      Snapshot reader = store.snapshot();
      for (int commit = 5; commit < 9; commit++) {
        commit(store, table, commit);
        store.optimize(table.id(), () -> false);
        store.checkpoint();
        // What the reader has, and the one segment of now: nothing of the steps between.
        assertThat(disk.list("segments")).containsAll(read).hasSize(read.size() + 1);
      }
      assertThat(Tables.read(reader, table).keySet()).isEqualTo(expected(5));
      reader.close();
      store.checkpoint();
      assertThat(disk.list("segments")).hasSize(1);
      assertThat(Tables.read(store, table).keySet()).isEqualTo(expected(9));
    }
  }

  @Test
  void spaceComesBackAfterDeletes() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk))) {
      TableDefinition table = fill(store);
      Tables.deleteFirst(store, table, 120);
      store.flush();
      store.compact();
      assertThat(disk.list("segments")).hasSize(1);
      try (Snapshot snapshot = store.snapshot()) {
        assertThat(snapshot.table(table.id()).segments().getFirst().live()).isNull();
      }
      Tables.commit(
          store,
          t ->
              t.delete(
                  table.id(),
                  Tables.read(t, table).values().stream()
                      .mapToLong(Tables.Row::rowId)
                      .sorted()
                      .toArray()));
      store.flush();
      store.compact();
      assertThat(disk.list("segments")).isEmpty();
      assertThat(Tables.read(store, table)).isEmpty();
    }
  }

  @Test
  void damageIsNamedAndTheOtherSegmentsAreMerged() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk))) {
      TableDefinition table = fill(store);
      String segment = disk.list("segments").getFirst();
      String vectors =
          disk.list("segments/" + segment).stream()
              .filter(name -> !name.equals("data.arrow"))
              .findFirst()
              .orElseThrow();
      String path = "segments/" + segment + "/" + vectors;
      try (StorageFile file = disk.open(path, FileSystem.Mode.WRITE)) {
        long at = file.size() / 2;
        byte[] damaged = {(byte) (file.read(at, 1).get(ValueLayout.JAVA_BYTE, 0) ^ 0x10)};
        file.write(at, MemorySegment.ofArray(damaged));
      }
      Set<String> before = Set.copyOf(disk.list("segments"));
      assertThatThrownBy(store::compact)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(path);
      assertThat(Set.copyOf(disk.list("segments"))).isEqualTo(before);
      assertThat(disk.list("tmp")).isEmpty();
      assertThat(store.snapshot().table(table.id()).rowCount()).isEqualTo(expected(5).size());
    }
  }

  @Test
  void optimizeEndsWhenItIsCancelledAndLeavesNothingBehind() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk))) {
      TableDefinition table = fill(store);
      List<String> segments = disk.list("segments");
      for (int polls = 0; polls < 8; polls++) {
        AtomicInteger left = new AtomicInteger(polls);
        assertThatThrownBy(() -> store.optimize(table.id(), () -> left.getAndDecrement() <= 0))
            .isInstanceOfSatisfying(
                QuiverException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.QUERY_CANCELED));
        assertThat(disk.list("segments")).isEqualTo(segments);
        assertThat(disk.list("tmp")).isEmpty();
      }
      assertThat(store.jobs().getLast().state()).isEqualTo(Job.State.CANCELED);
      store.optimize(table.id(), () -> false);
      Job last = store.jobs().getLast();
      assertThat(last.state()).isEqualTo(Job.State.FINISHED);
      assertThat(last.rowsDone()).isEqualTo(expected(5).size()).isEqualTo(last.rowsTotal());
      assertThat(last.bytesDone()).isPositive();
      assertThat(disk.list("segments")).hasSize(1);
    }
  }

  @Test
  void theRateBoundsACompactionAndClosingEndsIt() throws Exception {
    MemoryFileSystem disk = new MemoryFileSystem();
    StoreOptions.Limits slow =
        new StoreOptions.Limits(1_000_000, Duration.ofDays(1), 1 << 20, 1_000, 1 << 20);
    StoreOptions options = new StoreOptions(disk, new Random(7), 1 << 20, true).withLimits(slow);
    long begun;
    try (LocalStore store = LocalStore.open(options)) {
      fill(store);
      while (store.jobs().stream().noneMatch(job -> job.bytesDone() > 0 && isMerge(job))) {
        Thread.onSpinWait();
      }
      Thread.sleep(200);
      // Some thousand bytes take seconds at 1,000 a second.
      Job job = store.jobs().stream().filter(CompactionCrashTest::isMerge).toList().getLast();
      assertThat(job.state()).isEqualTo(Job.State.RUNNING);
      begun = System.nanoTime();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(1));
    assertThat(disk.list("tmp")).isEmpty();
    try (LocalStore store = LocalStore.open(options(disk))) {
      TableDefinition table = store.snapshot().catalog().tables().getFirst();
      assertThat(Tables.read(store, table).keySet()).isEqualTo(expected(5));
    }
  }

  private static boolean isMerge(Job job) {
    return job.kind() == Job.Kind.COMPACTION;
  }

  @Test
  void theLastHundredJobsAreKept() {
    Jobs jobs = new Jobs(InstantSource.system());
    for (int i = 0; i < 130; i++) {
      jobs.start(Job.Kind.FLUSH, null, i, 0).end(null);
    }
    jobs.start(Job.Kind.FLUSH, null, 130, 0);
    List<Job> list = jobs.list();
    assertThat(list).hasSize(101);
    assertThat(list.getFirst().id()).isEqualTo(31);
    assertThat(list.getLast().state()).isEqualTo(Job.State.RUNNING);
    assertThat(Arrays.asList(list.getFirst().error(), list.getFirst().tableName()))
        .containsOnlyNulls();
  }
}
