package io.quiver.vector.distance;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** {@link PointDistances} over the rows themselves. */
public final class ExactPointDistances implements PointDistances {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Metric metric;
  private final RowBlock rows;
  private final @Nullable MemorySegment reciprocals;
  private final MemorySegment scratch;

  private MemorySegment point = MemorySegment.NULL;
  private long pointStart;
  private double[] bitDistances = new double[64];
  private float pointReciprocal;

  /**
   * @param reciprocals for cosine alone: one over each row's length as a float, 0 for a row of
   *     zeros; see {@link #reciprocalLength}
   */
  public ExactPointDistances(Metric metric, RowBlock rows, @Nullable MemorySegment reciprocals) {
    if (!rows.encoding().has(metric) || metric == Metric.L1) {
      throw new IllegalArgumentException(
          "there are no graphs for " + metric + " over " + rows.encoding());
    }
    if ((metric == Metric.COSINE) != (reciprocals != null)) {
      throw new IllegalArgumentException("lengths are for cosine, the metric is " + metric);
    }
    this.metric = metric;
    this.rows = rows;
    this.reciprocals = reciprocals;
    scratch = Arena.ofAuto().allocate(4L * rows.dimension() + 64, 64);
  }

  @Override
  public void from(MemorySegment query) {
    int bytes = rows.rowBytes();
    switch (rows.encoding()) {
      case FLOAT16, BFLOAT16 -> decode(query, 0);
      case FLOAT32, INT8, BINARY -> {
        // Copied, so that it is aligned and stays while it is used.
        MemorySegment.copy(query, 0, scratch, 0, bytes);
        point = scratch;
        pointStart = AbsoluteMemory.start(scratch, 0, bytes);
      }
    }
    if (metric == Metric.COSINE) {
      pointReciprocal = reciprocalLength(rows.encoding(), query, 0, rows.dimension());
    }
  }

  @Override
  public void fromRow(int row) {
    long position = rows.position(row);
    switch (rows.encoding()) {
      case FLOAT16, BFLOAT16 -> decode(rows.memory(), position);
      case FLOAT32, INT8, BINARY -> {
        point = rows.memory();
        pointStart = AbsoluteMemory.start(point, position, rows.rowBytes());
      }
    }
    if (reciprocals != null) {
      pointReciprocal = reciprocals.get(FLOAT, 4L * row);
    }
  }

  private void decode(MemorySegment memory, long position) {
    RowDecoder.decode(rows.encoding(), memory, position, rows.dimension(), scratch, 0);
    point = scratch;
    pointStart = AbsoluteMemory.start(scratch, 0, 4L * rows.dimension());
  }

  @Override
  public void to(int[] numbers, int count, float[] out) {
    if (count == 0) {
      return;
    }
    switch (rows.encoding()) {
      case FLOAT32 -> {
        if (metric == Metric.L2 || metric == Metric.L2_SQUARED) {
          FourRows.l2(point, pointStart, rows, numbers, count, out);
        } else {
          FourRows.dot(point, pointStart, rows, numbers, count, out);
        }
      }
      case FLOAT16, BFLOAT16 -> {
        if (metric == Metric.L2 || metric == Metric.L2_SQUARED) {
          FourHalfRows.l2(point, pointStart, rows, numbers, count, out);
        } else {
          FourHalfRows.dot(point, pointStart, rows, numbers, count, out);
        }
      }
      case INT8 -> {
        if (metric == Metric.L2 || metric == Metric.L2_SQUARED) {
          FourByteRows.l2(point, pointStart, rows, numbers, count, out);
        } else {
          FourByteRows.dot(point, pointStart, rows, numbers, count, out);
        }
      }
      case BINARY -> bits(numbers, count, out);
    }
    if (reciprocals != null) {
      cosines(reciprocals, numbers, count, out);
    } else if (metric == Metric.NEGATIVE_INNER_PRODUCT) {
      for (int i = 0; i < count; i++) {
        out[i] = -out[i];
      }
    }
  }

  private void cosines(MemorySegment lengths, int[] numbers, int count, float[] out) {
    for (int i = 0; i < count; i++) {
      out[i] = 1 - out[i] * pointReciprocal * lengths.get(FLOAT, 4L * numbers[i]);
    }
  }

  private void bits(int[] numbers, int count, float[] out) {
    MemorySegment memory = rows.memory();
    long base = AbsoluteMemory.start(memory, rows.offset(), 0);
    if (bitDistances.length < count) {
      bitDistances = new double[count];
    }
    KernelRows some = new KernelRows(memory, base, rows.stride(), numbers, count, rows.rowCount());
    BitKernels.distances(metric, point, pointStart, some, rows.rowBytes(), bitDistances);
    for (int i = 0; i < count; i++) {
      out[i] = (float) bitDistances[i];
    }
  }

  @Override
  public void keepAlive() {
    AbsoluteMemory.keepAlive(rows.memory(), point);
  }

  /**
   * One over the length of a row of numbers, for {@link Metric#COSINE}; 0 for a row of zeros.
   *
   * @param position where the row begins in the memory
   */
  public static float reciprocalLength(
      Encoding encoding, MemorySegment memory, long position, int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double x = RowDecoder.element(encoding, memory, position, i);
      sum += x * x;
    }
    return sum == 0 ? 0 : (float) (1 / Math.sqrt(sum));
  }
}
