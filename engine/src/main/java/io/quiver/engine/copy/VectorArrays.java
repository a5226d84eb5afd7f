package io.quiver.engine.copy;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** Makes vectors of lists of numbers, which is what files without vectors hold instead. */
final class VectorArrays {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private VectorArrays() {}

  /** True for an ARRAY of numbers that a vector can be made of. */
  static boolean isNumbers(SqlType type) {
    return type instanceof SqlType.Array(SqlType element)
        && (element.equals(SqlType.REAL)
            || element.equals(SqlType.DOUBLE)
            || element.equals(SqlType.TINYINT)
            || element.equals(SqlType.SMALLINT)
            || element.equals(SqlType.INTEGER)
            || element.equals(SqlType.BIGINT));
  }

  /**
   * Vectors of 32-bit floats, without a copy where the numbers lie as vectors do.
   *
   * @param bad told of rows that are no such vector, which are null then
   */
  static Column vectors(Column lists, int dimension, ObjIntConsumer<QuiverException> bad) {
    SqlType.Vector type = SqlType.vector(dimension);
    Column numbers = lists.elements();
    if (lists.length() > 0
        && numbers.type().equals(SqlType.REAL)
        && !numbers.mayHaveNulls()
        && isEven(lists, dimension)) {
      long from = offset(lists, 0) * 4L;
      return Column.of(
          type,
          lists.length(),
          lists.validity(),
          numbers.data().asSlice(from, 4L * dimension * lists.length()),
          null);
    }
    ColumnBuilder out = new ColumnBuilder(type, lists.length());
    for (int row = 0; row < lists.length(); row++) {
      if (lists.isNull(row)) {
        out.appendNull();
        continue;
      }
      try {
        out.appendVector(floats(lists, row, dimension));
      } catch (QuiverException e) {
        out.appendNull();
        bad.accept(e, row);
      }
    }
    return out.build();
  }

  private static boolean isEven(Column lists, int dimension) {
    for (int row = 0; row < lists.length(); row++) {
      if (offset(lists, row + 1) - offset(lists, row) != dimension) {
        return false;
      }
    }
    return true;
  }

  private static int offset(Column lists, int row) {
    MemorySegment offsets = lists.offsets();
    if (offsets == null) {
      throw new IllegalStateException("lists without offsets");
    }
    return offsets.getAtIndex(INT, row);
  }

  private static float[] floats(Column lists, int row, int dimension) {
    List<@Nullable Object> values = lists.getList(row);
    if (values.size() != dimension) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + dimension + " dimensions, found " + values.size());
    }
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      if (!(values.get(i) instanceof Number number)) {
        throw new QuiverException(
            ErrorCode.NULL_VALUE_NOT_ALLOWED, "element " + (i + 1) + " of a vector is null");
      }
      vector[i] = number.floatValue();
    }
    return vector;
  }
}
