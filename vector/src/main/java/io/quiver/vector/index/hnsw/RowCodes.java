package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.IndexForm;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What stands for the rows while the graph is walked: fewer bytes, and distances nearly theirs. */
sealed interface RowCodes permits ScalarRowCodes {
  /**
   * Encodes a row.
   *
   * @param point the row's floats, of length 1 under cosine; may be overwritten
   */
  void put(int row, MemorySegment point);

  /** Distances by the codes, for one thread. */
  PointDistances distances();

  /** How many candidates are ranked by the rows themselves for so many wanted. */
  int rerank(int k);

  long memoryBytes();

  /** What it writes. */
  List<IndexForm.Section> sections();
}
