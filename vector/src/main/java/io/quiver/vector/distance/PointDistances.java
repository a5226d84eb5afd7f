package io.quiver.vector.distance;

import java.lang.foreign.MemorySegment;

/**
 * Distances from one point to rows that lie scattered over memory, as a graph search asks for them:
 * several rows at a time, so that several cache misses are under way at once, and as floats, which
 * order as the metric does and are cheaper to get.
 *
 * <table>
 *   <caption>What comes out</caption>
 *   <tr><td>L2, L2_SQUARED</td><td>the sum of squared differences</td></tr>
 *   <tr><td>NEGATIVE_INNER_PRODUCT</td><td>the inner product, negated</td></tr>
 *   <tr><td>COSINE</td><td>one minus the cosine; 1 for a row of zeros</td></tr>
 *   <tr><td>HAMMING, JACCARD</td><td>as the metric says</td></tr>
 * </table>
 *
 * It belongs to one thread. Row numbers are not checked: they come from a graph that was. The
 * module {@code jdk.incubator.vector} must be there.
 */
public interface PointDistances {
  /** Elements beyond the wanted ones that an array of results must have room for. */
  int PADDING = 3;

  /** Sets the point from which distances are wanted: a query, packed in the rows' encoding. */
  void from(MemorySegment query);

  /** Sets a row as the point. */
  void fromRow(int row);

  /**
   * Computes the distances to some rows.
   *
   * @param out where {@code out[i]} becomes the distance to row {@code numbers[i]}; of at least
   *     {@code count + PADDING} elements, of which the last may be overwritten
   */
  void to(int[] numbers, int count, float[] out);

  /** Keeps the rows and the point from being freed before this call. */
  void keepAlive();
}
