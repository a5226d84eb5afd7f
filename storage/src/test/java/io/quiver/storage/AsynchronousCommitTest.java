package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits that are answered before they are durable, and what a crash leaves of them. */
@Timeout(60)
class AsynchronousCommitTest {
  private static final long NEVER_MILLIS = 3_600_000;

  private final MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
  private final FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());

  private static StoreOptions options(FileSystem files, long forceDelayMillis) {
    return options(files, new Random(7), forceDelayMillis);
  }

  private static StoreOptions options(FileSystem files, Random random, long forceDelayMillis) {
    return new StoreOptions(files, random, 1 << 20, false)
        .withLog(new LogOptions(3_000, forceDelayMillis));
  }

  /** Row n is the one of commit n; the table's creation is commit 0. */
  private static void insert(LocalStore store, TableDefinition table, long id, CommitMode mode) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.append(table.id(), Tables.rows(table, Tables.row(id, 1)));
      transaction.commit(mode);
    }
  }

  private static TableDefinition table(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.catalog().tables().getFirst();
    }
  }

  /** What was tried, acknowledged, and acknowledged as durable: numbers of commits. */
  private static final class Progress {
    long tried;
    long acknowledged;
    long durable;
  }

  /** Commits of both kinds by one thread, flushes and openings in between. */
  private static Progress work(FileSystem files, Random random, long forceDelayMillis) {
    Progress progress = new Progress();
    LocalStore store = null;
    try {
      StoreOptions options = options(files, new Random(7), forceDelayMillis);
      store = LocalStore.open(options);
      progress.tried = 1;
      TableDefinition table = Tables.create(store, Tables.items("items"));
      progress.acknowledged = 1;
      progress.durable = 1;
      while (progress.tried < 40) {
        CommitMode mode = random.nextInt(5) == 0 ? CommitMode.SYNCHRONOUS : CommitMode.ASYNCHRONOUS;
        progress.tried++;
        insert(store, table, progress.tried, mode);
        progress.acknowledged = progress.tried;
        assertThat(Tables.read(store, table)).containsKey(progress.tried);
        boolean forced = mode == CommitMode.SYNCHRONOUS;
        switch (random.nextInt(25)) {
          case 0 -> {
            store.flush();
            forced = true;
          }
          case 1 -> {
            store.close();
            progress.durable = progress.acknowledged;
            store = LocalStore.open(options);
          }
          default -> {}
        }
        if (forced) {
          progress.durable = progress.acknowledged;
        }
      }
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isIn("58030", "53100");
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("could not be closed");
    } finally {
      Tables.closeQuietly(store);
    }
    return progress;
  }

  /** A prefix of the commits, with all that were durable. */
  private static void check(FileSystem left, Progress progress, String when) {
    try (LocalStore store = LocalStore.open(options(left, NEVER_MILLIS));
        Snapshot snapshot = store.snapshot()) {
      long commits = snapshot.version().value();
      assertThat(commits).as(when).isBetween(progress.durable, progress.tried);
      if (commits > 0) {
        TableDefinition table = table(store);
        assertThat(Tables.read(snapshot, table).keySet())
            .as(when)
            .containsExactlyElementsOf(LongStream.rangeClosed(2, commits).boxed().toList());
        insert(store, table, commits + 1, CommitMode.SYNCHRONOUS);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPowerCutLosesTheLastAsynchronousCommitsAloneWhereverItComes(long seed) {
    long delay = seed % 3 == 0 ? 1 : NEVER_MILLIS;
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), Plan.never());
    assertThat(work(counting, new Random(seed), delay).acknowledged).isEqualTo(40);
    boolean lost = false;
    for (long cut = 1; cut <= counting.operations(); cut++) {
      MemoryFileSystem power = MemoryFileSystem.withPowerCuts();
      Progress progress =
          work(new FaultyFileSystem(power, Plan.powerCutAfter(cut)), new Random(seed), delay);
      lost |= progress.durable < progress.acknowledged;
      String when = "seed " + seed + ", cut after operation " + cut;
      check(power.afterPowerCut(seed * 1_000_003 + cut), progress, when);
    }
    assertThat(lost).isTrue();
  }

  @ParameterizedTest
  @ValueSource(longs = {1})
  void aFailedOperationLosesTheLastAsynchronousCommitsAlone(long seed) {
    FaultyFileSystem counting = new FaultyFileSystem(new MemoryFileSystem(), Plan.never());
    work(counting, new Random(seed), NEVER_MILLIS);
    for (long failing = 1; failing <= counting.operations(); failing++) {
      MemoryFileSystem left = new MemoryFileSystem();
      Progress progress =
          work(new FaultyFileSystem(left, Plan.failAt(failing)), new Random(seed), NEVER_MILLIS);
      check(left, progress, "seed " + seed + ", operation " + failing + " failed");
    }
  }

  @Test
  void theTimerMakesThemDurable() throws Exception {
    try (LocalStore store = LocalStore.open(options(files, 20))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Progress progress = new Progress();
      for (long id = 2; id < 12; id++) {
        insert(store, table, id, CommitMode.ASYNCHRONOUS);
      }
      Thread.sleep(20);
      progress.tried = 11;
      progress.durable = 11;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
      while (true) {
        try {
          for (int seed = 0; seed < 20; seed++) {
            check(disk.afterPowerCut(seed), progress, "by the timer, seed " + seed);
          }
          return;
        } catch (AssertionError e) {
          if (System.nanoTime() > deadline) {
            throw e;
          }
        }
      }
    }
  }

  @Test
  void closingMakesThemDurable() {
    Progress progress = new Progress();
    try (LocalStore store = LocalStore.open(options(files, NEVER_MILLIS))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      for (long id = 2; id < 100; id++) {
        insert(store, table, id, CommitMode.ASYNCHRONOUS);
      }
    }
    progress.tried = 99;
    progress.durable = 99;
    for (int seed = 0; seed < 20; seed++) {
      check(disk.afterPowerCut(seed), progress, "closed, seed " + seed);
    }
  }

  @Test
  void theyAreAnsweredWhileTheDiskIsBusyAndShowNoSynchronousCommitEarly() throws Exception {
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (LocalStore store = LocalStore.open(options(files, NEVER_MILLIS));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      files.follow((number, operation, path) -> {
        if (operation == Operation.FORCE) {
          forcing.countDown();
          await(release);
        }
      });
      insert(store, table, 1, CommitMode.ASYNCHRONOUS);
      insert(store, table, 2, CommitMode.ASYNCHRONOUS);
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 2L);
      Future<?> waiting = threads.submit(() -> insert(store, table, 3, CommitMode.SYNCHRONOUS));
      forcing.await();
      Future<?> behind = threads.submit(() -> insert(store, table, 4, CommitMode.ASYNCHRONOUS));
      for (Future<?> commit : new Future<?>[] {waiting, behind}) {
        assertThatThrownBy(() -> commit.get(100, TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
      }
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 2L);
      release.countDown();
      waiting.get();
      behind.get();
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 2L, 3L, 4L);
    }
  }

  /** No more than twice the delay is ever answered and not durable. */
  @Test
  void theyWaitForADiskThatIsLate() throws Exception {
    CountDownLatch forcing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (LocalStore store = LocalStore.open(options(files, 20));
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      files.follow((number, operation, path) -> {
        if (operation == Operation.FORCE) {
          forcing.countDown();
          await(release);
        }
      });
      insert(store, table, 1, CommitMode.ASYNCHRONOUS);
      forcing.await();
      Thread.sleep(50);
      Future<?> late = threads.submit(() -> insert(store, table, 2, CommitMode.ASYNCHRONOUS));
      assertThatThrownBy(() -> late.get(100, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      release.countDown();
      late.get();
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 2L);
    }
  }

  @Test
  void aLogThatFailsBehindOneEndsChanges() {
    AtomicBoolean failed = new AtomicBoolean();
    LocalStore store = LocalStore.open(options(files, 5));
    try {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      files.follow((number, operation, path) -> {
        if (operation == Operation.FORCE) {
          failed.set(true);
          throw new IOException("Input/output error");
        }
      });
      insert(store, table, 2, CommitMode.ASYNCHRONOUS);
      while (!failed.get()) {
        Thread.onSpinWait();
      }
      for (CommitMode mode : CommitMode.values()) {
        assertThatThrownBy(() -> insert(store, table, 3, mode))
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58030"));
      }
      assertThat(Tables.read(store, table)).containsOnlyKeys(2L);
      files.follow(Plan.never());
      assertThatThrownBy(store::flush).isInstanceOf(QuiverException.class);
    } finally {
      assertThatThrownBy(store::close).isInstanceOf(IllegalStateException.class);
    }
    Progress progress = new Progress();
    progress.tried = 2;
    progress.durable = 1;
    check(disk.afterPowerCut(1), progress, "failed behind an answer");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
