package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures while many threads commit: nobody hangs, and nobody is told what is not so. */
@Timeout(30)
class FailureTest {
  private final MemoryFileSystem disk = new MemoryFileSystem();
  private final FaultyFileSystem files = new FaultyFileSystem(disk, FaultyFileSystem.Plan.never());

  private static StoreOptions options(FileSystem files, boolean background) {
    return new StoreOptions(files, new Random(7), 4_000, background);
  }

  private static void insert(LocalStore store, TableDefinition table, long id) {
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(id, 1))));
  }

  private Set<Long> reopened() {
    try (LocalStore store = LocalStore.open(options(disk, false))) {
      TableDefinition table = store.snapshot().catalog().tables().get(0);
      return Tables.read(store, table).keySet();
    }
  }

  /** The later one was checked against the earlier one, and must not be in the log without it. */
  @Test
  void whatWasAppendedBehindAFailedCommitFailsToo() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch queued = new CountDownLatch(1);
    AtomicBoolean once = new AtomicBoolean();
    try (LocalStore store = LocalStore.open(options(files, false));
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      insert(store, table, 1);
      files.follow((number, operation, path) -> {
        if (operation == Operation.WRITE && once.compareAndSet(false, true)) {
          writing.countDown();
          await(queued);
          throw new IOException("No space left on device");
        }
      });
      Future<?> first = threads.submit(() -> insert(store, table, 2));
      writing.await();
      Thread[] second = new Thread[1];
      CountDownLatch started = new CountDownLatch(1);
      Future<?> behind =
          threads.submit(() -> {
            second[0] = Thread.currentThread();
            started.countDown();
            insert(store, table, 3);
          });
      started.await();
      while (second[0].getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      queued.countDown();
      assertThatThrownBy(first::get)
          .hasCauseInstanceOf(QuiverException.class)
          .hasMessageContaining("No space left");
      assertThatThrownBy(behind::get)
          .hasCauseInstanceOf(QuiverException.class)
          .hasMessageContaining("No space left");
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L);
      insert(store, table, 3);
      insert(store, table, 4);
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 3L, 4L);
    }
    assertThat(reopened()).containsExactly(1L, 3L, 4L);
  }

  @Test
  void anErrorOfTheLogAnswersEverybodyWhoWaits() throws Exception {
    for (Operation failing : List.of(Operation.WRITE, Operation.FORCE, Operation.TRUNCATE)) {
      FaultyFileSystem faulty =
          new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());
      try (LocalStore store = LocalStore.open(options(faulty, false));
          ExecutorService threads = Executors.newFixedThreadPool(4)) {
        TableDefinition table = Tables.create(store, Tables.items("items"));
        faulty.follow((number, operation, path) -> {
          if (operation == Operation.FORCE && failing == Operation.TRUNCATE) {
            throw new IOException("Input/output error");
          }
          if (operation == failing) {
            throw new OutOfMemoryError("simulated");
          }
        });
        List<Future<?>> commits = new ArrayList<>();
        for (long id = 0; id < 12; id++) {
          long key = id;
          commits.add(threads.submit(() -> insert(store, table, key)));
        }
        for (Future<?> commit : commits) {
          assertThatThrownBy(() -> commit.get(10, TimeUnit.SECONDS))
              .as(failing.name())
              .hasCauseInstanceOf(QuiverException.class);
        }
        assertThat(Tables.read(store, table)).isEmpty();
      }
    }
  }

  @Test
  void aFlushThatDiesOfAnErrorLetsCommitsGoOnUntilMemoryIsFullAndIsReported() {
    int acknowledged = 0;
    try (LocalStore store = LocalStore.open(options(files, true))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      files.follow((number, operation, path) -> {
        if (operation == Operation.CREATE && path.contains("arrow")) {
          throw new OutOfMemoryError("simulated");
        }
      });
      QuiverException refused = null;
      while (refused == null) {
        try {
          insert(store, table, acknowledged);
          acknowledged++;
        } catch (QuiverException e) {
          refused = e;
        }
      }
      assertThat(refused.code()).isEqualTo(ErrorCode.OUT_OF_MEMORY);
      assertThat(acknowledged).isBetween(100, 2_000);
      assertThat(store.flushFailure()).isInstanceOf(OutOfMemoryError.class);
      assertThatThrownBy(store::flush).isInstanceOf(OutOfMemoryError.class);
      files.follow(FaultyFileSystem.Plan.never());
      store.flush();
      assertThat(store.flushFailure()).isNull();
      assertThat(Tables.read(store, table)).hasSize(acknowledged);
      insert(store, table, acknowledged);
    }
    assertThat(reopened()).hasSize(acknowledged + 1);
  }

  @Test
  void aFlushOnAFullDiskLeavesNothingBehindAndWorksLater() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      TableDefinition other = Tables.create(store, Tables.items("other"));
      insert(store, table, 1);
      insert(store, other, 1);
      for (int creations = 0; creations < 6; creations++) {
        AtomicLong left = new AtomicLong(creations);
        files.follow((number, operation, path) -> {
          boolean fails = operation == Operation.CREATE && left.getAndDecrement() <= 0;
          if (fails) {
            throw new IOException("No space left on device");
          }
        });
        if (creations < 5) {
          assertThatThrownBy(store::flush)
              .isInstanceOfSatisfying(
                  QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        }
        if (creations < 4) {
          // Two segments of two files each, and then the manifest.
          assertThat(disk.list("segments")).isEmpty();
          assertThat(disk.list("tmp")).isEmpty();
        }
        insert(store, table, 10 + creations);
      }
      files.follow(FaultyFileSystem.Plan.never());
      store.flush();
      assertThat(disk.list("segments")).hasSize(2);
      assertThat(disk.list("tmp")).isEmpty();
      assertThat(Tables.read(store, table)).hasSize(7);
    }
  }

  @Test
  void closingWhileThreadsCommitLosesNothingAcknowledged() throws Exception {
    Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      LocalStore store = LocalStore.open(options(files, true));
      TableDefinition table = Tables.create(store, Tables.items("items"));
      CountDownLatch running = new CountDownLatch(400);
      List<Future<?>> writers = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        long first = writer * 1_000_000L;
        writers.add(
            threads.submit(() -> {
              for (long id = first; ; id++) {
                insert(store, table, id);
                acknowledged.add(id);
                running.countDown();
              }
            }));
      }
      running.await();
      store.close();
      for (Future<?> writer : writers) {
        assertThatThrownBy(() -> writer.get(10, TimeUnit.SECONDS))
            .hasCauseInstanceOf(QuiverException.class);
      }
      assertThatThrownBy(store::flush)
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ADMIN_SHUTDOWN));
    }
    assertThat(reopened()).containsAll(acknowledged);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
