package io.quiver.storage.transaction;

import java.util.TreeMap;
import java.util.function.Supplier;

/** Counts the snapshots of each arrangement of the tables. Its lock owns everything. */
final class SnapshotPins {
  private final TreeMap<Long, Integer> counts = new TreeMap<>();

  /** Takes the state that is visible now and pins its arrangement, with nothing in between. */
  synchronized DatabaseState pin(Supplier<DatabaseState> visible) {
    DatabaseState state = visible.get();
    counts.merge(state.arrangement(), 1, Integer::sum);
    return state;
  }

  synchronized void pin(DatabaseState pinned) {
    counts.merge(pinned.arrangement(), 1, Integer::sum);
  }

  synchronized void unpin(DatabaseState state) {
    counts.compute(
        state.arrangement(),
        (arrangement, count) -> count == null || count == 1 ? null : count - 1);
  }

  /** Whether there is a snapshot of an arrangement from one on and before another. */
  synchronized boolean any(long from, long until) {
    Long first = counts.ceilingKey(from);
    return first != null && first < until;
  }
}
