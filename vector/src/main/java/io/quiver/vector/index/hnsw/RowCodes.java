package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** What stands for the rows while the graph is walked: fewer bytes, and distances nearly theirs. */
sealed interface RowCodes permits ScalarRowCodes, BitRowCodes {
  /** Encodes rows; belongs to one thread. */
  interface Encoder {
    /**
     * Writes the code of a row.
     *
     * @param point the row's floats, of length 1 under cosine
     */
    void put(int row, MemorySegment point);
  }

  /** A copy with room for more rows. */
  RowCodes copy(VectorRows room);

  Encoder encoder();

  /** Distances by the codes, for one thread. */
  PointDistances distances();

  /** Whether rows may be linked by their codes. */
  boolean linksRows();

  /** How many candidates are ranked by the rows themselves, for so many wanted of a pool. */
  int rerank(int wanted, int pool);

  /** Candidates to keep under a filter, whose matches may all be about equally far away. */
  int filteredPool(int pool);

  long memoryBytes();

  /** What it writes. */
  List<IndexForm.Section> sections();
}
