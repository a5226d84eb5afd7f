package io.quiver.vector.index.ivf;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The only centroid of an index with one list: the mean of some points. It is found by plain loops,
 * since kernels that are called for a few points each time never get compiled.
 *
 * @param meanResidual the points' mean distance from it
 */
record OneList(RowBlock centroid, float meanResidual) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Of the first points; the origin where there are none. */
  static OneList of(RowBlock points, int count) {
    int dimension = points.dimension();
    long stride = NativeMemory.align(4L * dimension);
    RowBlock centroid = new RowBlock(NativeMemory.allocate(stride), 0, stride, dimension);
    double[] mean = new double[dimension];
    for (int row = 0; row < count; row++) {
      long at = points.position(row);
      for (int i = 0; i < dimension; i++) {
        mean[i] += points.memory().get(FLOAT, at + 4L * i) / count;
      }
    }
    for (int i = 0; i < dimension; i++) {
      centroid.memory().set(FLOAT, 4L * i, (float) mean[i]);
    }
    double sum = 0;
    for (int row = 0; row < count; row++) {
      long at = points.position(row);
      double squared = 0;
      for (int i = 0; i < dimension; i++) {
        double difference = points.memory().get(FLOAT, at + 4L * i) - mean[i];
        squared += difference * difference;
      }
      sum += Math.sqrt(squared) / count;
    }
    return new OneList(centroid, Float.isFinite((float) sum) ? (float) sum : Float.MAX_VALUE);
  }
}
