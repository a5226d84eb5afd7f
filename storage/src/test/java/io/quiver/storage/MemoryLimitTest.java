package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When rows leave memory, and what happens where they cannot. */
@Timeout(60)
class MemoryLimitTest {
  private static final long MEM_TABLE_BYTES = 4_000;

  private final MemoryFileSystem disk = new MemoryFileSystem();
  private final FaultyFileSystem files = new FaultyFileSystem(disk, FaultyFileSystem.Plan.never());

  private StoreOptions options(long bytes, long rows, Duration age) {
    StoreOptions.Limits limits = new StoreOptions.Limits(rows, age, 1 << 20, 1 << 30, 32 << 20);
    return new StoreOptions(files, new Random(7), bytes, true).withLimits(limits);
  }

  private static void insert(LocalStore store, TableDefinition table, long id) {
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(id, 1))));
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(5);
    }
  }

  private void fillTheDisk() {
    files.follow((number, operation, path) -> {
      if (operation == Operation.CREATE && path.endsWith(".arrow")) {
        throw new IOException("No space left on device");
      }
    });
  }

  @Test
  void aFullDiskBoundsMemoryAndCommitsGoOnByThemselvesWhenThereIsRoom() throws Exception {
    Set<Long> acknowledged = new TreeSet<>();
    try (LocalStore store =
        LocalStore.open(options(MEM_TABLE_BYTES, 1_000_000, Duration.ofDays(1)))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      for (int round = 0; round < 2; round++) {
        fillTheDisk();
        long next = 10_000L * round;
        ErrorCode refused = null;
        while (refused == null) {
          try {
            insert(store, table, next);
            acknowledged.add(next++);
          } catch (QuiverException e) {
            refused = e.code();
          }
        }
        assertThat(refused).isEqualTo(ErrorCode.DISK_FULL);
        assertThat(Tables.read(store, table).keySet()).isEqualTo(acknowledged);
        try (Snapshot snapshot = store.snapshot()) {
          long memory =
              snapshot.table(table.id()).segments().stream()
                  .mapToLong(part -> part.column(table.columns().getFirst().id()).sizeInBytes())
                  .sum();
          assertThat(memory).isLessThan(8 * MEM_TABLE_BYTES);
        }
        // What frees rows is let through.
        long gone = 10_000L * round;
        long rowId = Tables.at(Tables.read(store, table), gone).rowId();
        Tables.commit(store, t -> t.delete(table.id(), new long[] {rowId}));
        acknowledged.remove(gone);
        files.follow(FaultyFileSystem.Plan.never());
        await(() -> store.flushFailure() == null);
        insert(store, table, next);
        acknowledged.add(next);
        assertThat(disk.list("segments")).isNotEmpty();
      }
      assertThat(Tables.read(store, table).keySet()).isEqualTo(acknowledged);
    }
    try (LocalStore store = LocalStore.open(options(1 << 20, 1_000_000, Duration.ofDays(1)))) {
      TableDefinition table = store.snapshot().catalog().tables().getFirst();
      assertThat(Tables.read(store, table).keySet()).isEqualTo(acknowledged);
    }
  }

  @Test
  void rowsAndDeletesLeaveMemoryWhenTheyAreOld() throws Exception {
    try (LocalStore store = LocalStore.open(options(1 << 20, 1_000_000, Duration.ofMillis(50)))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      insert(store, table, 1);
      await(() -> disk.list("segments").size() == 1);
      long rowId = Tables.at(Tables.read(store, table), 1).rowId();
      Tables.commit(store, t -> t.delete(table.id(), new long[] {rowId}));
      // Written by a flush, and then merged away.
      await(() -> disk.list("segments").isEmpty());
      assertThat(Tables.read(store, table)).isEmpty();
    }
  }

  @Test
  void rowsLeaveMemoryWhenTheyAreMany() throws Exception {
    try (LocalStore store = LocalStore.open(options(1 << 20, 100, Duration.ofDays(1)))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      for (long id = 0; id < 100; id++) {
        insert(store, table, id);
      }
      assertThat(disk.list("segments")).isEmpty();
      insert(store, table, 100);
      await(() -> disk.list("segments").size() == 1);
      assertThat(Tables.read(store, table)).hasSize(101);
    }
  }
}
