package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.simulation.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A store with its background threads and clients on one thread and in simulated time. {@code
 * -Dsimulation.seeds} says how many seeds, {@code -Dsimulation.seed} from which one on: a seed does
 * the same each time.
 */
class SimulationTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(8);

  private static final long SEED = Long.getLong("simulation.seed", 1);
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 8);

  /** Among so many orders of events each planted bug shows. */
  private static final int PLANTED_SEEDS_MAX = 100;

  private static final Logger LOG = Logger.getLogger("io.quiver.storage");

  /** Faults are meant, and what the store says of each would bury what the test says. */
  @BeforeAll
  static void beQuiet() {
    LOG.setLevel(Level.OFF);
  }

  @AfterAll
  static void speakAgain() {
    LOG.setLevel(null);
  }

  /** What a store does that it must not do. */
  enum Bug {
    LOG_CUT_BEFORE_THE_MANIFEST("(?s).*(are gone|is lost|is damaged).*"),
    MERGE_FORGETS_DELETES("(?s).*(expected null, found|is there twice).*"),
    MERGE_CARRIES_WRONG_ROW_NUMBERS("(?s).*recall .*, built anew .*");

    /** Of what the test says. */
    private final String pattern;

    Bug(String pattern) {
      this.pattern = pattern;
    }

    SimulatedWorkload in(long seed) {
      return switch (this) {
        case LOG_CUT_BEFORE_THE_MANIFEST ->
            new SimulatedWorkload(seed, EagerlyCutLog::new, SimulatedWorkload.Saboteur.NONE, false);
        case MERGE_FORGETS_DELETES ->
            new SimulatedWorkload(seed, UnaryOperator.identity(), ForgetfulMerge::run, false);
        case MERGE_CARRIES_WRONG_ROW_NUMBERS ->
            new SimulatedWorkload(seed, UnaryOperator.identity(), MisnumberedMerge::run, true);
      };
    }
  }

  /** Every fourth seed has vector indexes, whose builds take more time than all else. */
  private static boolean isIndexed(long seed) {
    return seed % 4 == 2;
  }

  private static SimulatedWorkload run(long seed) {
    return run(
        new SimulatedWorkload(
            seed, UnaryOperator.identity(), SimulatedWorkload.Saboteur.NONE, isIndexed(seed)),
        seed);
  }

  private static SimulatedWorkload run(SimulatedWorkload workload, long seed) {
    try {
      workload.run();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "-Dsimulation.seed="
              + seed
              + " -Dsimulation.seeds=1: "
              + e.getMessage()
              + "\nlast: "
              + String.join("; ", workload.trace().last()),
          e);
    }
    return workload;
  }

  @Test
  void nothingIsLostInAnyOrderOfEvents() {
    int commits = 0;
    int jobs = 0;
    int searched = 0;
    for (long seed = SEED; seed < SEED + SEEDS; seed++) {
      SimulatedWorkload workload = run(seed);
      commits += workload.commits();
      jobs += workload.jobs();
      searched += workload.searched();
    }
    assertThat(commits).isGreaterThan(SEEDS * 20);
    assertThat(jobs).isGreaterThan(SEEDS * 5);
    if (SEEDS >= 4) {
      assertThat(searched).isGreaterThan(SEEDS * 5);
    }
  }

  @ParameterizedTest
  @EnumSource(Bug.class)
  void plantedBugsAreFound(Bug bug) {
    List<String> found = new ArrayList<>();
    for (long seed = SEED; found.isEmpty() && seed < SEED + PLANTED_SEEDS_MAX; seed++) {
      try {
        run(bug.in(seed), seed);
      } catch (AssertionError e) {
        found.add(String.valueOf(e.getMessage()));
      }
    }
    assertThat(found).as(bug + " from seed " + SEED).isNotEmpty();
    assertThat(found.getFirst()).matches(bug.pattern);
  }

  @Test
  void aSeedDoesTheSameEachTime() {
    List<Long> hashes = new ArrayList<>();
    long other = SEED + 1;
    while (isIndexed(other) == isIndexed(SEED)) {
      other++;
    }
    for (long seed : new long[] {SEED, other}) {
      Trace first = run(seed).trace();
      Trace second = run(seed).trace();
      assertThat(second.lines()).isEqualTo(first.lines()).isGreaterThan(1_000);
      assertThat(second.hash()).isEqualTo(first.hash());
      hashes.add(first.hash());
    }
    assertThat(hashes).doesNotHaveDuplicates();
  }
}
