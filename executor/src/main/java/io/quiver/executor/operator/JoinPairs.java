package io.quiver.executor.operator;

import io.quiver.types.Batch;
import org.jspecify.annotations.Nullable;

/**
 * Which pairs of rows a join has to look at. The right rows are named by their number in the order
 * in which they came; the left side comes batch by batch.
 */
sealed interface JoinPairs permits EqualKeyPairs, UnknownPairs, AllPairs, CorrelatedPairs {
  /** How many pairs of one left row the join has a use for. */
  enum Wanted {
    ALL,
    /** None of a row that is marked as settled; a block may give more than it must. */
    UNTIL_SETTLED,
    ONE
  }

  /** Takes the right rows that are there; they are sealed. */
  void build(RowBuffer right, ExecutionContext context);

  /** Begins a batch of the left side. */
  void start(Batch left);

  /**
   * Writes the next pairs, until the arrays are full or the left batch ends.
   *
   * @param settled of each left row whether no more of its pairs are wanted
   * @return how many there are; 0 at the end of the batch
   */
  int next(int[] leftRows, int[] rightRows, Wanted wanted, boolean[] settled);

  /** Whether {@link #next} adds right rows, and then may have forgotten those of its last call. */
  default boolean addsRightRows() {
    return false;
  }

  /**
   * The pairs that do not match, but would if some null were another value; null where a null never
   * does that. The join builds and starts them after these.
   */
  default @Nullable JoinPairs unknown() {
    return null;
  }
}
