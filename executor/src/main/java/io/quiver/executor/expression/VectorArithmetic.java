package io.quiver.executor.expression;

import static io.quiver.executor.expression.VectorFunctions.vector;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.SqlType.Element;
import java.util.Arrays;

/** Functions that give a vector for each row. */
final class VectorArithmetic {
  private VectorArithmetic() {}

  /** The numbers of one row's result. */
  private interface RowFunction {
    float[] apply(int row);
  }

  private static Column rows(Operand[] operands, int rows, SqlType.Vector type, RowFunction f) {
    ColumnBuilder out = new ColumnBuilder(type, rows);
    for (int row = 0; row < rows; row++) {
      if (anyNull(operands, row)) {
        out.appendNull();
      } else {
        out.appendVector(f.apply(row));
      }
    }
    return out.build();
  }

  private static boolean anyNull(Operand[] operands, int row) {
    for (Operand operand : operands) {
      if (operand.isNull(row)) {
        return true;
      }
    }
    return false;
  }

  private static boolean allNull(Operand[] operands, int rows) {
    for (int row = 0; row < rows; row++) {
      if (!anyNull(operands, row)) {
        return false;
      }
    }
    return true;
  }

  private static float[] floats(Operand operand, int row) {
    return operand.column().getFloats(row * operand.step());
  }

  static Column normalize(Operand[] operands, int rows) {
    return rows(
        operands,
        rows,
        vector(operands[0].column()),
        row -> {
          double norm = VectorFunctions.norm(operands[0], row);
          float[] vector = floats(operands[0], row);
          for (int i = 0; i < vector.length; i++) {
            vector[i] = norm == 0 ? 0 : (float) (vector[i] / norm);
          }
          return vector;
        });
  }

  static Column quantize(Operand[] operands, int rows) {
    int dimension = vector(operands[0].column()).dimension();
    return rows(
        operands,
        rows,
        new SqlType.Vector(dimension, Element.BINARY),
        row -> {
          float[] vector = floats(operands[0], row);
          for (int i = 0; i < vector.length; i++) {
            vector[i] = vector[i] > 0 ? 1 : 0;
          }
          return vector;
        });
  }

  static Column concat(Operand[] operands, int rows) {
    SqlType.Vector a = vector(operands[0].column());
    SqlType.Vector b = vector(operands[1].column());
    int dimension = a.dimension() + b.dimension();
    if (dimension > SqlType.Vector.MAX_DIMENSION) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "a vector has at most "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, together these have "
              + dimension);
    }
    return rows(
        operands,
        rows,
        new SqlType.Vector(dimension, a.element()),
        row -> {
          float[] first = floats(operands[0], row);
          float[] second = floats(operands[1], row);
          float[] both = Arrays.copyOf(first, first.length + second.length);
          System.arraycopy(second, 0, both, first.length, second.length);
          return both;
        });
  }

  /** All rows ask for one count: a column has vectors of one dimension. */
  static Column subvector(Operand[] operands, int rows) {
    SqlType.Vector type = vector(operands[0].column());
    int count = -1;
    for (int row = 0; row < rows; row++) {
      if (anyNull(operands, row)) {
        continue;
      }
      int from = operands[1].intAt(row);
      int wanted = operands[2].intAt(row);
      if (from < 1 || wanted < 1 || (long) from + wanted - 1 > type.dimension()) {
        throw new QuiverException(
            ErrorCode.DIMENSION_MISMATCH,
            "subvector wants dimensions within 1 to "
                + type.dimension()
                + ", found "
                + wanted
                + " from "
                + from
                + " on");
      }
      if (count >= 0 && count != wanted) {
        throw new QuiverException(
            ErrorCode.DIMENSION_MISMATCH,
            "subvector takes one count for all rows, found " + count + " and " + wanted);
      }
      count = wanted;
    }
    SqlType.Vector result = new SqlType.Vector(Math.max(count, 0), type.element());
    return rows(
        operands,
        rows,
        result,
        row -> {
          int from = operands[1].intAt(row) - 1;
          return Arrays.copyOfRange(floats(operands[0], row), from, from + operands[2].intAt(row));
        });
  }

  static ColumnFunction binary(ScalarFunction function) {
    return (operands, rows) -> {
      SqlType.Vector type = vector(operands[0].column());
      boolean scalar = operands[1].column().type().equals(SqlType.DOUBLE);
      if (!scalar
          && vector(operands[1].column()).dimension() != type.dimension()
          && !allNull(operands, rows)) {
        throw new QuiverException(
            ErrorCode.DIMENSION_MISMATCH,
            "vectors of one dimension are wanted, found "
                + type.dimension()
                + " and "
                + vector(operands[1].column()).dimension()
                + " dimensions");
      }
      return rows(
          operands,
          rows,
          type,
          row -> {
            float[] left = floats(operands[0], row);
            float[] right = scalar ? left : floats(operands[1], row);
            for (int i = 0; i < left.length; i++) {
              double other = scalar ? operands[1].doubleAt(row) : right[i];
              left[i] = result(function, left[i], other, type);
            }
            return left;
          });
    };
  }

  private static float result(ScalarFunction function, double a, double b, SqlType.Vector type) {
    float result =
        (float)
            switch (function) {
              case VECTOR_ADD -> a + b;
              case VECTOR_SUBTRACT -> a - b;
              case VECTOR_MULTIPLY -> a * b;
              default -> throw new IllegalStateException(function + " is no arithmetic");
            };
    if (!Float.isFinite(result)) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          "an element of the result is out of the range of " + type.sqlName());
    }
    return result;
  }
}
