package io.quiver.vector.device;

import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Rows in a device's memory, searched exactly. Batches pay, single queries rarely do. */
public interface DeviceRows extends AutoCloseable {
  /** Rows that were loaded. */
  int count();

  /** Bytes that they take on the device. */
  long memoryBytes();

  /**
   * The distances from each query to some rows, as the metric defines them; NaN where undefined.
   *
   * @param queries one behind the other, packed in the rows' encoding, in native memory
   * @param from the first of the rows
   * @param out a row of {@code rows} distances for each query
   */
  void distances(MemorySegment queries, int queryCount, int from, int rows, double[] out);

  /**
   * The exact nearest of each request, as {@link io.quiver.vector.index.VectorSearcher#search(List,
   * List)} finds them; efforts do not matter.
   */
  void search(List<SearchRequest> requests, List<Neighbors> into);

  /** Frees the device's memory. */
  @Override
  void close();
}
