package io.quiver.vector.index;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowDecoder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Rows as points of a Euclidean space whose nearest points are the nearest by the metric, so that
 * graphs, centroids and codes need to know squared L2 alone.
 *
 * <ul>
 *   <li>Cosine: rows and query have length 1, and the squared distance is twice the cosine's.
 *   <li>Inner product: a row has one dimension more, which brings all rows to the length R of the
 *       longest; the query has 0 there (Bachrach et al., RecSys 2014), and is brought to the same
 *       length. The squared distance is then {@code 2 R² - 2 R / |q| <q, x>}.
 * </ul>
 *
 * A row whose distance is undefined, which is a zero vector under cosine, is absent: indexes leave
 * it out.
 */
public final class EuclideanRows {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Of the longest row's squared length. */
  private static final double LENGTH_CHANGE_MAX = 1.21;

  private final VectorRows rows;
  private final double longestSquared;
  private final BitSet absent;

  private EuclideanRows(VectorRows rows, double longestSquared, BitSet absent) {
    this.rows = rows;
    this.longestSquared = longestSquared;
    this.absent = absent;
  }

  /** Reads all rows, to find the longest and the absent ones where the metric asks for them. */
  public static EuclideanRows of(VectorRows rows) {
    checkMetric(rows.metric());
    double longest = 0;
    BitSet absent = new BitSet();
    if (rows.metric() == Metric.NEGATIVE_INNER_PRODUCT || rows.metric() == Metric.COSINE) {
      MemorySegment floats = Arena.ofAuto().allocate(4L * rows.dimension(), 64);
      for (int row = 0; row < rows.count(); row++) {
        rows.decode(row, floats, 0);
        double squared = squaredLength(floats, 0, rows.dimension());
        longest = Math.max(longest, squared);
        if (squared == 0 && rows.metric() == Metric.COSINE) {
          absent.set(row);
        }
      }
    }
    return new EuclideanRows(rows, longest, absent);
  }

  /** As an index was written: with the longest row's squared length, which its codes rest on. */
  public static EuclideanRows of(VectorRows rows, double longestSquared, BitSet absent) {
    checkMetric(rows.metric());
    return new EuclideanRows(rows, longestSquared, absent);
  }

  private static void checkMetric(Metric metric) {
    switch (metric) {
      case L2, L2_SQUARED, COSINE, NEGATIVE_INNER_PRODUCT -> {}
      case L1, HAMMING, JACCARD ->
          throw new IllegalArgumentException("this kind of index does not serve " + metric);
    }
  }

  public VectorRows rows() {
    return rows;
  }

  /** Of the space: one more than the rows' under inner product. */
  public int dimension() {
    return dimension(rows);
  }

  /** Whether queries lie elsewhere than rows: in the plane where the dimension more is 0. */
  public boolean isLifted() {
    return rows.metric() == Metric.NEGATIVE_INNER_PRODUCT;
  }

  /**
   * Whether rows that are in this and in another lifted space have points that are about as far
   * apart there. They depend on the longest row: where it is more than a tenth longer or shorter,
   * other points may be the nearest ones.
   */
  public boolean isNear(EuclideanRows other) {
    double ratio =
        longestSquared == other.longestSquared ? 1 : longestSquared / other.longestSquared;
    return ratio > 1 / LENGTH_CHANGE_MAX && ratio < LENGTH_CHANGE_MAX;
  }

  /** Of the space that rows would lie in. */
  public static int dimension(VectorRows rows) {
    return rows.metric() == Metric.NEGATIVE_INNER_PRODUCT ? rows.dimension() + 1 : rows.dimension();
  }

  public double longestSquared() {
    return longestSquared;
  }

  /** Rows without a distance to anything. */
  public BitSet absent() {
    return absent;
  }

  /** All rows but those. */
  public RowSet present() {
    return RowSet.without(absent, rows.count());
  }

  /** Writes a row's point, {@link #dimension} floats. */
  public void point(int row, MemorySegment into, long at) {
    rows.decode(row, into, at);
    switch (rows.metric()) {
      case COSINE -> normalise(into, at);
      case NEGATIVE_INNER_PRODUCT -> {
        double rest = longestSquared - squaredLength(into, at, rows.dimension());
        into.set(FLOAT, at + 4L * rows.dimension(), (float) Math.sqrt(Math.max(0, rest)));
      }
      default -> {}
    }
  }

  /**
   * Writes the query's point.
   *
   * @return its squared length before; 0 under cosine means that no distance is defined
   */
  public double query(MemorySegment query, MemorySegment into, long at) {
    RowDecoder.decode(rows.encoding(), query, 0, rows.dimension(), into, at);
    double squared = squaredLength(into, at, rows.dimension());
    switch (rows.metric()) {
      case COSINE -> normalise(into, at);
      case NEGATIVE_INNER_PRODUCT -> {
        scale(into, at, queryScale(squared));
        into.set(FLOAT, at + 4L * rows.dimension(), 0f);
      }
      default -> {}
    }
    return squared;
  }

  /** The metric's distance of points that are so far apart. */
  public double distance(double squared, double querySquared) {
    return switch (rows.metric()) {
      case L2 -> Math.sqrt(squared);
      case COSINE -> squared / 2;
      case NEGATIVE_INNER_PRODUCT -> {
        double scale = queryScale(querySquared);
        yield (squared - scale * scale * querySquared - longestSquared) / (2 * scale);
      }
      default -> squared;
    };
  }

  /** The squared distance of points whose metric's distance is this. */
  public double squared(double distance, double querySquared) {
    return switch (rows.metric()) {
      case L2 -> distance < 0 ? -1 : distance * distance;
      case COSINE -> 2 * distance;
      case NEGATIVE_INNER_PRODUCT -> {
        double scale = queryScale(querySquared);
        yield 2 * scale * distance + scale * scale * querySquared + longestSquared;
      }
      default -> distance;
    };
  }

  private void normalise(MemorySegment point, long at) {
    double squared = squaredLength(point, at, rows.dimension());
    if (squared > 0) {
      scale(point, at, 1 / Math.sqrt(squared));
    }
  }

  private void scale(MemorySegment point, long at, double factor) {
    for (int i = 0; i < rows.dimension(); i++) {
      long p = at + 4L * i;
      point.set(FLOAT, p, (float) (point.get(FLOAT, p) * factor));
    }
  }

  /**
   * What a query is multiplied by for the inner product. That changes no order; but the error of an
   * estimate from codes grows with the distance of query and row, so that a query much shorter, or
   * longer, than the rows' points would drown the product in it.
   */
  private double queryScale(double querySquared) {
    double scale = Math.sqrt(longestSquared / querySquared);
    return scale > 0 && Double.isFinite(scale) ? scale : 1;
  }

  private static double squaredLength(MemorySegment point, long at, int dimension) {
    // One sum would wait for each of its additions; a query is measured before every search.
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = 0;
    for (; i + 3 < dimension; i += 4) {
      double x0 = point.get(FLOAT, at + 4L * i);
      double x1 = point.get(FLOAT, at + 4L * i + 4);
      double x2 = point.get(FLOAT, at + 4L * i + 8);
      double x3 = point.get(FLOAT, at + 4L * i + 12);
      sum0 += x0 * x0;
      sum1 += x1 * x1;
      sum2 += x2 * x2;
      sum3 += x3 * x3;
    }
    double sum = (sum0 + sum1) + (sum2 + sum3);
    for (; i < dimension; i++) {
      double x = point.get(FLOAT, at + 4L * i);
      sum += x * x;
    }
    return sum;
  }
}
