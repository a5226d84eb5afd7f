package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No value of a sequence is given twice, by threads at once or after a crash. */
class SequenceTest {
  private static final SequenceDefinition.Options UP =
      new SequenceDefinition.Options(1, 1, 1, Long.MAX_VALUE, false, 1);

  private static StoreOptions options(FileSystem files) {
    return new StoreOptions(files, new Random(7), 1 << 20, false);
  }

  private static void create(LocalStore store) {
    Tables.commit(
        store,
        transaction ->
            transaction.change(
                new CatalogChange.PutSequence(
                    SequenceDefinition.create(transaction.newView(), "public", "s", UP))));
  }

  private static @Nullable TableId find(LocalStore store) {
    List<SequenceDefinition> sequences;
    try (Snapshot snapshot = store.snapshot()) {
      sequences = snapshot.catalog().sequences();
    }
    return sequences.isEmpty() ? null : sequences.getFirst().id();
  }

  /** Takes values in a transaction that is rolled back: they are gone all the same. */
  private static void take(LocalStore store, TableId id, int count, Set<Long> given) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      for (int i = 0; i < count; i++) {
        long value = transaction.nextValue(id);
        assertThat(given.add(value)).as("value " + value).isTrue();
      }
    }
  }

  private static void work(FileSystem files, Random random, Set<Long> given) {
    LocalStore store = null;
    try {
      store = LocalStore.open(options(files));
      create(store);
      for (int i = 0; i < 6; i++) {
        TableId id = find(store);
        if (id != null) {
          take(store, id, 1 + random.nextInt(400), given);
        }
        if (random.nextBoolean()) {
          store.flush();
        }
        if (random.nextInt(3) == 0) {
          store.close();
          store = LocalStore.open(options(files));
        }
      }
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isIn("58030", "53100");
    } finally {
      Tables.closeQuietly(store);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noValueComesTwiceAfterAPowerCutAfterAnyOperation(long seed) {
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), FaultyFileSystem.Plan.never());
    work(counting, new Random(seed), new HashSet<>());
    for (long cut = 1; cut <= counting.operations(); cut++) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      Set<Long> given = new HashSet<>();
      work(
          new FaultyFileSystem(disk, FaultyFileSystem.Plan.powerCutAfter(cut)),
          new Random(seed),
          given);
      try (LocalStore store = LocalStore.open(options(disk.afterPowerCut(seed * 31 + cut)))) {
        TableId id = find(store);
        assertThat(id != null || given.isEmpty()).as("seed %d, cut %d", seed, cut).isTrue();
        if (id != null) {
          take(store, id, 300, given);
        }
      }
    }
  }

  @Test
  void aCleanCloseGivesBackWhatWasReserved() {
    MemoryFileSystem files = new MemoryFileSystem();
    Set<Long> given = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      try (LocalStore store = LocalStore.open(options(files))) {
        if (i == 0) {
          create(store);
        }
        take(store, Objects.requireNonNull(find(store)), 3, given);
      }
    }
    assertThat(given).contains(1L, 12L).hasSize(12);
  }

  @Test
  void threadsGetDifferentValues() throws Exception {
    try (LocalStore store = LocalStore.open(options(new MemoryFileSystem()));
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      create(store);
      TableId id = Objects.requireNonNull(find(store));
      List<Future<Set<Long>>> running = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        running.add(
            threads.submit(() -> {
              Set<Long> mine = new HashSet<>();
              take(store, id, 2_000, mine);
              return mine;
            }));
      }
      Set<Long> all = new HashSet<>();
      for (Future<Set<Long>> each : running) {
        all.addAll(each.get());
      }
      assertThat(all).hasSize(8_000).contains(1L, 8_000L);
    }
  }
}
