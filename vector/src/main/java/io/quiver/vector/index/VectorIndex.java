package io.quiver.vector.index;

import java.lang.foreign.MemorySegment;

/**
 * Finds the nearest of its rows. Any number of threads may search at once, each with a searcher of
 * its own.
 */
public interface VectorIndex {
  /** The kind, and the parameters that it was built with. */
  IndexSpec spec();

  /** What it serves. */
  VectorRows rows();

  /** A new searcher. */
  VectorSearcher searcher();

  /** Bytes of memory that it keeps; the rows themselves only when it cannot do without them. */
  long memoryBytes();

  /** Bytes of its written form. */
  long formBytes();

  /**
   * Writes its form, which {@link IndexForm} describes and {@link io.quiver.vector.Indexes#open}
   * reads.
   *
   * @param form native memory of {@link #formBytes}
   */
  void write(MemorySegment form);
}
