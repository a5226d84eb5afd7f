package io.quiver.vector.index;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * What is searched for.
 *
 * @param query packed in the rows' encoding, in native memory
 * @param k rows wanted, at least 1; fewer come back only when fewer qualify
 * @param radius only rows at most this far away, in the metric's own terms
 * @param bound k rows are known at most this far away, so that none farther is wanted; fewer than k
 *     may come back, and of those about as far as this some may be missed
 * @param filter over the index's rows
 * @param cancelled asked now and then; a search that is cancelled throws
 */
public record SearchRequest(
    MemorySegment query,
    int k,
    Effort effort,
    double radius,
    double bound,
    RowFilter filter,
    BooleanSupplier cancelled) {
  public SearchRequest {
    if (k < 1) {
      throw new IllegalArgumentException("k is " + k + ", it must be at least 1");
    }
    if (!query.isNative()) {
      throw new IllegalArgumentException("kernels read native memory alone");
    }
    if (Double.isNaN(radius) || Double.isNaN(bound)) {
      throw new IllegalArgumentException("the radius or the bound is not a number");
    }
  }

  /** The k nearest of all rows. */
  public static SearchRequest of(MemorySegment query, int k, int rows) {
    return new SearchRequest(
        query,
        k,
        Effort.DEFAULT,
        Double.POSITIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        RowFilter.all(rows),
        () -> false);
  }

  public SearchRequest withQuery(MemorySegment newQuery) {
    return new SearchRequest(newQuery, k, effort, radius, bound, filter, cancelled);
  }

  public SearchRequest withK(int newK) {
    return new SearchRequest(query, newK, effort, radius, bound, filter, cancelled);
  }

  public SearchRequest withEffort(Effort newEffort) {
    return new SearchRequest(query, k, newEffort, radius, bound, filter, cancelled);
  }

  public SearchRequest withRadius(double newRadius) {
    return new SearchRequest(query, k, effort, newRadius, bound, filter, cancelled);
  }

  public SearchRequest withBound(double newBound) {
    return new SearchRequest(query, k, effort, radius, newBound, filter, cancelled);
  }

  public SearchRequest withFilter(RowFilter newFilter) {
    return new SearchRequest(query, k, effort, radius, bound, newFilter, cancelled);
  }

  public SearchRequest withCancelled(BooleanSupplier newCancelled) {
    return new SearchRequest(query, k, effort, radius, bound, filter, newCancelled);
  }

  /**
   * Ends a search that is cancelled.
   *
   * @throws CancellationException when it is
   */
  public void checkCancelled() {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }

  /**
   * Refuses a filter that is not over the index's rows.
   *
   * @throws IllegalArgumentException when it is not
   */
  public void checkFilter(int rows) {
    if (filter.rows() != rows) {
      throw new IllegalArgumentException(
          "a filter of " + filter.rows() + " rows, the index has " + rows);
    }
  }
}
