package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorText;
import java.lang.foreign.Arena;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Vectors from text, to text, and from one element or dimension to another. */
final class VectorCasts {
  private VectorCasts() {}

  static String text(Column column, int row) {
    return VectorText.format(column.getFloats(row), vector(column).element());
  }

  /** The vectors in the target's element; 22000 where their dimension is another. */
  static Column converted(Operand operand, int rows, SqlType.Vector to) {
    Column column = operand.column();
    SqlType.Vector from = vector(column);
    boolean allNull = true;
    for (int i = 0; i < rows && allNull; i++) {
      allNull = operand.isNull(i);
    }
    if (allNull) {
      return withNulls(to, rows, rows).build();
    }
    if (to.dimension() != SqlType.Vector.ANY_DIMENSION && from.dimension() != to.dimension()) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH, "expected " + to.sqlName() + ", found " + from.sqlName());
    }
    if (from.element() != to.element()) {
      return encoded(operand, rows, new SqlType.Vector(from.dimension(), to.element()));
    }
    return operand.isConstant() ? column.gather(new int[rows], rows, Arena.ofAuto()) : column;
  }

  private static Column encoded(Operand operand, int rows, SqlType.Vector to) {
    ColumnBuilder out = new ColumnBuilder(to, rows);
    for (int i = 0; i < rows; i++) {
      if (operand.isNull(i)) {
        out.appendNull();
      } else {
        out.appendVector(operand.column().getFloats(i * operand.step()));
      }
    }
    return out.build();
  }

  /** The vectors that texts say. */
  static Column parsed(Operand operand, int rows, SqlType.Vector to) {
    return rows(operand, rows, to, i -> VectorText.parse(operand.stringAt(i), to.element()));
  }

  /**
   * The vectors of arrays' elements; 22004 where one of these is null.
   *
   * @param reals makes REAL of the elements
   */
  static Column ofArrays(Operand operand, int rows, ColumnFunction reals, SqlType.Vector to) {
    Column arrays = operand.column();
    Column elements = arrays.elements();
    Column numbers = reals.apply(new Operand[] {Operand.of(elements)}, elements.length());
    return rows(
        operand,
        rows,
        to,
        i -> {
          int from = ArrayFunctions.start(arrays, i * operand.step());
          float[] vector = new float[ArrayFunctions.end(arrays, i * operand.step()) - from];
          for (int at = 0; at < vector.length; at++) {
            if (numbers.isNull(from + at)) {
              throw new QuiverException(
                  ErrorCode.NULL_VALUE_NOT_ALLOWED, "an array with a NULL in it is no vector");
            }
            vector[at] = numbers.getFloat(from + at);
          }
          return vector;
        });
  }

  private static Column rows(
      Operand operand, int rows, SqlType.Vector to, IntFunction<float[]> vectors) {
    @Nullable ColumnBuilder out = null;
    int leadingNulls = 0;
    for (int i = 0; i < rows; i++) {
      if (operand.isNull(i)) {
        if (out == null) {
          leadingNulls++;
        } else {
          out.appendNull();
        }
        continue;
      }
      float[] vector = vectors.apply(i);
      if (out == null) {
        boolean any = to.dimension() == SqlType.Vector.ANY_DIMENSION;
        out =
            withNulls(
                any ? new SqlType.Vector(vector.length, to.element()) : to, rows, leadingNulls);
      }
      out.appendVector(vector);
    }
    return (out == null ? withNulls(to, rows, leadingNulls) : out).build();
  }

  private static ColumnBuilder withNulls(SqlType type, int rows, int nulls) {
    ColumnBuilder out = new ColumnBuilder(type, rows);
    for (int i = 0; i < nulls; i++) {
      out.appendNull();
    }
    return out;
  }

  private static SqlType.Vector vector(Column column) {
    if (column.type() instanceof SqlType.Vector vector) {
      return vector;
    }
    throw new IllegalStateException(column.type().sqlName() + " is no vector");
  }
}
