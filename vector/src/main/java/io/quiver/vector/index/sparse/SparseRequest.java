package io.quiver.vector.index.sparse;

import io.quiver.vector.index.RowFilter;
import java.util.function.BooleanSupplier;

/**
 * What is searched for: the rows of the greatest inner product, whose distance is its negative.
 *
 * @param dimensions ascending; not changed while it is searched for, nor are the weights
 * @param k rows wanted, at least 1; fewer come back only when fewer qualify
 * @param radius only rows at most this far away: the negative of the least inner product
 * @param cancelled asked now and then; a search that is cancelled throws
 */
@SuppressWarnings("ArrayRecordComponent") // Read in the innermost loops, and compared by nobody.
public record SparseRequest(
    int[] dimensions,
    float[] weights,
    int k,
    double radius,
    RowFilter filter,
    BooleanSupplier cancelled) {
  public SparseRequest {
    if (k < 1 || Double.isNaN(radius) || dimensions.length != weights.length) {
      throw new IllegalArgumentException(
          "k is "
              + k
              + ", the radius is "
              + radius
              + ", and there are "
              + dimensions.length
              + " dimensions and "
              + weights.length
              + " weights");
    }
    for (int i = 0; i < dimensions.length; i++) {
      if (dimensions[i] < 0
          || (i > 0 && dimensions[i] <= dimensions[i - 1])
          || !Float.isFinite(weights[i])) {
        throw new IllegalArgumentException(
            "dimension " + dimensions[i] + " of weight " + weights[i] + " at place " + i);
      }
    }
  }

  /** The k nearest of all rows. */
  public static SparseRequest of(int[] dimensions, float[] weights, int k, int rows) {
    return new SparseRequest(
        dimensions, weights, k, Double.POSITIVE_INFINITY, RowFilter.all(rows), () -> false);
  }

  public SparseRequest withRadius(double newRadius) {
    return new SparseRequest(dimensions, weights, k, newRadius, filter, cancelled);
  }

  public SparseRequest withFilter(RowFilter newFilter) {
    return new SparseRequest(dimensions, weights, k, radius, newFilter, cancelled);
  }

  public SparseRequest withCancelled(BooleanSupplier newCancelled) {
    return new SparseRequest(dimensions, weights, k, radius, filter, newCancelled);
  }
}
