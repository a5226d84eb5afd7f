package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.file.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Power cuts between the file operations of workloads of 2,000 operations. {@code -Dpower.cuts}
 * says how many, {@code -Dpower.seed} from which workload on.
 */
class PowerCutTest {
  /** Tables have about ten rows. */
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(5);

  private static final int CUTS = Integer.getInteger("power.cuts", 120);
  private static final long SEED = Long.getLong("power.seed", 1);
  private static final int CUTS_PER_WORKLOAD_MAX = 2_000;

  /** Of fewer, by chance there may be none. */
  private static final int CUTS_PER_WORKLOAD_MIN = 50;

  /** What a store leaves out that must not be left out. */
  enum Omission {
    FORCE_OF_THE_LOG("log/.*", ""),
    FORCE_OF_SEGMENTS(".*[.]arrow", ""),
    FORCE_OF_INDEXES("tmp/[0-9a-f]{8}(-[0-9a-f]+){4}-[0-9]+", ""),
    FORCE_OF_MANIFESTS("tmp/manifest", ""),
    FORCE_OF_HEADS("meta/heads.*", ""),
    SYNC_OF_THE_LOG("", "log"),
    SYNC_OF_A_SEGMENT("", "tmp/.*"),
    SYNC_OF_SEGMENTS("", "segments"),
    SYNC_OF_META("", "meta");

    private final String force;
    private final String sync;

    Omission(String force, String sync) {
      this.force = force;
      this.sync = sync;
    }

    FileSystem over(FileSystem disk) {
      return new OmittingFileSystem(disk, force, sync);
    }
  }

  @Test
  void acknowledgedCommitsSurvivePowerCuts() {
    int done = 0;
    for (long seed = SEED; done < CUTS; seed++) {
      int cuts = Math.clamp(CUTS - done, CUTS_PER_WORKLOAD_MIN, CUTS_PER_WORKLOAD_MAX);
      PowerCutWorkload workload = new PowerCutWorkload(seed, cuts, UnaryOperator.identity());
      assertThat(workload.run()).as("-Dpower.seed=" + seed).isEmpty();
      assertThat(workload.cuts()).isPositive();
      done += workload.cuts();
    }
  }

  @ParameterizedTest
  @EnumSource(Omission.class)
  void whatIsLeftOutIsFound(Omission omission) {
    List<String> failures = new ArrayList<>();
    for (long seed = SEED; failures.isEmpty() && seed < SEED + 10; seed++) {
      failures.addAll(new PowerCutWorkload(seed, 1_000, omission::over).run());
    }
    assertThat(failures).as(omission + " from seed " + SEED).isNotEmpty();
  }
}
