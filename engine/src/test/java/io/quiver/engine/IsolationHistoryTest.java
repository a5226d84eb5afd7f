package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.PlantedStore.Bug;
import io.quiver.storage.Check;
import io.quiver.storage.LocalStore;
import io.quiver.storage.Store;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random transactions of 2 to 32 sessions at both isolation levels, checked for snapshot isolation.
 * {@code -Disolation.transactions} says how many, {@code -Disolation.seed} from which seed on.
 */
class IsolationHistoryTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(64);

  private static final int TRANSACTIONS = Integer.getInteger("isolation.transactions", 2_000);
  private static final long SEED = Long.getLong("isolation.seed", 1);
  private static final int ROUND = 400;
  private static final List<Integer> THREADS = List.of(2, 4, 8, 16, 32);

  /** What finds a bug: any one of these. */
  private static final Map<Bug, List<String>> FOUND_AS =
      Map.of(
          Bug.LOST_UPDATE, List.of("lost update"),
          Bug.STALE_SNAPSHOT, List.of("session order", "real time"),
          Bug.STATEMENT_SNAPSHOT, List.of("non-repeatable read"),
          Bug.FRACTURED_SNAPSHOT, List.of("G-single", "long fork"));

  private static Store store(long seed, MemoryFileSystem files) {
    return seed % 3 == 0
        ? LocalStore.inMemory()
        : LocalStore.open(new StoreOptions(files, new Random(seed), 10_000, true));
  }

  private static List<String> anomalies(long seed, int threads, Bug bug, int transactions)
      throws Exception {
    MemoryFileSystem files = new MemoryFileSystem();
    List<String> found;
    try (Database database = Database.over(new PlantedStore(store(seed, files), bug), "test")) {
      RandomHistory history = new RandomHistory(database);
      found = history.run(seed, threads, transactions);
      assertThat(history.commits())
          .as("seed " + seed + ", " + threads + " threads")
          .isGreaterThan(transactions / 10);
    }
    if (seed % 3 != 0 && bug == Bug.NONE) {
      assertThat(Check.run(files).damages()).as("seed " + seed).isEmpty();
    }
    return found;
  }

  @Test
  void historiesAreThoseOfSnapshotIsolation() throws Exception {
    int done = 0;
    for (int round = 0; done < TRANSACTIONS; round++) {
      long seed = SEED + round;
      int threads = THREADS.get(round % THREADS.size());
      assertThat(anomalies(seed, threads, Bug.NONE, ROUND))
          .as("-Disolation.seed=" + seed + ", " + threads + " threads")
          .isEmpty();
      done += ROUND;
    }
  }

  @ParameterizedTest
  @EnumSource(value = Bug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void plantedBugsAreFound(Bug bug) throws Exception {
    List<String> all = new ArrayList<>();
    List<String> wanted = FOUND_AS.getOrDefault(bug, List.of());
    for (int round = 0; round < 10 && !isFound(all, wanted); round++) {
      try {
        all.addAll(anomalies(SEED + round, 4, bug, 200));
      } catch (ExecutionException e) {
        // A bug may also end a statement with an error; it is to be found as what it is all the
        // same.
        all.add("error: " + e.getCause());
      }
    }
    assertThat(isFound(all, wanted)).as(bug + " from seed " + SEED + ": " + all).isTrue();
  }

  private static boolean isFound(List<String> anomalies, List<String> names) {
    return anomalies.stream()
        .anyMatch(found -> names.stream().anyMatch(name -> found.startsWith(name + ":")));
  }
}
