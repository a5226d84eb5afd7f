package io.quiver.executor.operator;

import io.quiver.executor.plan.NodeStatistics;
import io.quiver.executor.plan.PlanNode;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** What each node of one plan did in one execution. Owned by the thread that runs the plan. */
public final class OperatorProfile {
  // By identity: a plan may contain two equal nodes.
  private final IdentityHashMap<PlanNode, Counters> counters = new IdentityHashMap<>();

  /** What a node did so far, or null when it is not part of the plan that was built. */
  public @Nullable NodeStatistics statistics(PlanNode node) {
    Counters found = counters.get(node);
    return found == null
        ? null
        : new NodeStatistics(
            found.rows,
            found.batches,
            found.nanos,
            found.skips == null ? null : found.skips.sum(),
            found.note);
  }

  Counters counters(PlanNode node) {
    return counters.computeIfAbsent(node, key -> new Counters());
  }

  /** The running sums of one node. */
  static final class Counters {
    long rows;
    long batches;
    long nanos;
    @Nullable String note;
    @Nullable SkipCounter skips;

    /** What the node does not read of its table, over all its runs. */
    SkipCounter skips() {
      SkipCounter known = skips;
      if (known == null) {
        known = new SkipCounter();
        skips = known;
      }
      return known;
    }
  }
}
