package io.quiver.vector.index.ivf;

import java.lang.foreign.MemorySegment;

/** Estimates squared distances from one query to the rows of blocks. It belongs to one thread. */
sealed interface BlockScan permits FlatScan, Sq8Scan, PqScan, RabitqScan {
  /**
   * Takes the query that its point holds now.
   *
   * @param packed in the rows' encoding
   * @param squared the query's squared length
   */
  void query(MemorySegment packed, double squared);

  /** Sets the list to which the next blocks belong, and the query's squared distance from it. */
  void list(int list, float squared);

  /**
   * Estimates a block's distances.
   *
   * @return a bit for each slot that is worth a look, the first lowest: those whose estimate may be
   *     below the threshold; of empty slots too
   */
  long block(MemorySegment blocks, long block, float threshold);

  /** The estimate of a slot of the last block. */
  float estimate(int slot);

  /** Whether {@link #refine} knows more than {@link #estimate}. */
  default boolean refines() {
    return false;
  }

  /**
   * A better estimate than the first, from the rest of the code.
   *
   * @param squared the query's squared distance from the slot's list
   */
  default float refine(MemorySegment blocks, long block, int slot, float squared) {
    throw new IllegalStateException("this code has no finer part");
  }

  /**
   * By how much estimates at some squared distance from a list's centroid are typically wrong; 0
   * where they are exact.
   */
  float deviation(float squared);

  /** The same of refined ones. */
  default float refinedDeviation(float squared) {
    return deviation(squared);
  }
}
