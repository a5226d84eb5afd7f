package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.DOUBLE;
import static io.quiver.executor.expression.Buffers.INT;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.bitmap;
import static io.quiver.executor.expression.Buffers.clearBit;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.storage.index.IndexSpecs;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Distances between vectors, and functions of one vector. */
public final class VectorFunctions {
  private VectorFunctions() {}

  static ColumnFunction distance(ScalarFunction function) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      if (!anyValid(validity, rows)) {
        return Column.of(SqlType.DOUBLE, rows, validity, out, null);
      }
      checkDimensions(operands);
      double[] distances = distances(metric(function), operands, rows, validity);
      // A copy of the validity, made at the first undefined distance.
      MemorySegment defined = null;
      for (int i = 0; i < rows; i++) {
        if (Double.isNaN(distances[i]) && valid(validity, i)) {
          if (defined == null) {
            defined = copy(validity, rows);
          }
          clearBit(defined, i);
        }
        out.setAtIndex(DOUBLE, i, fromMetric(function, distances[i]));
      }
      return Column.of(SqlType.DOUBLE, rows, defined == null ? validity : defined, out, null);
    };
  }

  private static Metric metric(ScalarFunction function) {
    return switch (function) {
      case L2_DISTANCE -> Metric.L2;
      case L2_SQUARED_DISTANCE -> Metric.L2_SQUARED;
      case COSINE_DISTANCE, COSINE_SIMILARITY -> Metric.COSINE;
      case INNER_PRODUCT, NEGATIVE_INNER_PRODUCT -> Metric.NEGATIVE_INNER_PRODUCT;
      case L1_DISTANCE -> Metric.L1;
      case HAMMING_DISTANCE -> Metric.HAMMING;
      case JACCARD_DISTANCE -> Metric.JACCARD;
      default -> throw new IllegalStateException(function + " is no distance");
    };
  }

  private static double fromMetric(ScalarFunction function, double distance) {
    return switch (function) {
      case COSINE_SIMILARITY -> 1 - distance;
      case INNER_PRODUCT -> 0 - distance;
      default -> distance;
    };
  }

  private static double[] distances(
      Metric metric, Operand[] operands, int rows, @Nullable MemorySegment validity) {
    Operand a = operands[0];
    Operand b = operands[1];
    int dimension = dimension(a);
    Encoding encoding = encoding(a.column());
    DistanceKernels kernels = DistanceKernels.get(encoding);
    double[] out = new double[rows];
    // Every metric is symmetric, so a constant may take the query's place from either side.
    Operand query = a.isConstant() ? a : b;
    Operand block = a.isConstant() ? b : a;
    if (query.isConstant()) {
      long stride = (long) block.step() * encoding.bytes(dimension);
      RowBlock vectors = new RowBlock(block.column().data(), 0, stride, dimension, encoding);
      kernels.distances(metric, query.column().getVector(0), vectors, rows, out);
      return out;
    }
    double[] one = new double[1];
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        RowBlock vector = RowBlock.packed(b.column().getVector(i), dimension, encoding);
        kernels.distances(metric, a.column().getVector(i), vector, 1, one);
        out[i] = one[0];
      }
    }
    return out;
  }

  /** How the kernels are to read the vectors of a column. */
  static Encoding encoding(Column column) {
    return encoding(vector(column).element());
  }

  /** The element in the words of the kernels. */
  public static Encoding encoding(SqlType.Element element) {
    return IndexSpecs.encoding(element);
  }

  static SqlType.Vector vector(Column column) {
    if (column.type() instanceof SqlType.Vector vector) {
      return vector;
    }
    throw new IllegalStateException(column.type().sqlName() + " is no vector");
  }

  private static void checkDimensions(Operand[] operands) {
    int left = dimension(operands[0]);
    int right = dimension(operands[1]);
    if (left != right) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "a distance needs vectors of one dimension, found "
              + left
              + " and "
              + right
              + " dimensions");
    }
  }

  private static int dimension(Operand operand) {
    return vector(operand.column()).dimension();
  }

  static Column dimensions(Operand[] operands, int rows) {
    MemorySegment out = allocate(4L * rows);
    for (int i = 0; i < rows; i++) {
      out.setAtIndex(INT, i, dimension(operands[0]));
    }
    return Column.of(SqlType.INTEGER, rows, Buffers.validity(operands, rows), out, null);
  }

  static Column norm(Operand[] operands, int rows) {
    MemorySegment validity = Buffers.validity(operands, rows);
    MemorySegment out = allocate(8L * rows);
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        out.setAtIndex(DOUBLE, i, norm(operands[0], i));
      }
    }
    return Column.of(SqlType.DOUBLE, rows, validity, out, null);
  }

  /** The Euclidean length; of bits, the root of how many are set. */
  static double norm(Operand operand, int row) {
    double sum = 0;
    for (float element : operand.column().getFloats(row * operand.step())) {
      sum += (double) element * element;
    }
    return Math.sqrt(sum);
  }

  private static boolean anyValid(@Nullable MemorySegment validity, int rows) {
    for (int i = 0; i < rows; i++) {
      if (valid(validity, i)) {
        return true;
      }
    }
    return false;
  }

  private static MemorySegment copy(@Nullable MemorySegment validity, int rows) {
    MemorySegment bits = bitmap(rows);
    if (validity == null) {
      return bits.fill((byte) 0xFF);
    }
    return bits.copyFrom(validity.asSlice(0, Buffers.bitmapBytes(rows)));
  }
}
