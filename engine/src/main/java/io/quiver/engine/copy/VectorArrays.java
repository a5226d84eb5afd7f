package io.quiver.engine.copy;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorElements;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes vectors of lists of numbers and of packed elements, which is what files and clients without
 * vectors have instead.
 */
public final class VectorArrays {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private VectorArrays() {}

  /** The type that a column has once vectors have been made of it where such are wanted. */
  public static SqlType typeFor(SqlType from, SqlType wanted) {
    if (!(wanted instanceof SqlType.Vector vector)
        || vector.dimension() == SqlType.Vector.ANY_DIMENSION) {
      return from;
    }
    if (isNumbers(from)) {
      return SqlType.vector(vector.dimension());
    }
    return from instanceof SqlType.Varbinary ? vector : from;
  }

  /**
   * The column as vectors of the type that {@link #typeFor} gives; any other column as it is.
   *
   * @param bad told of rows that are no such vector, which are null then
   */
  static Column of(Column column, SqlType.Vector wanted, ObjIntConsumer<QuiverException> bad) {
    SqlType type = typeFor(column.type(), wanted);
    if (type.equals(column.type())) {
      return column;
    }
    return column.type() instanceof SqlType.Varbinary
        ? packed(column, wanted, bad)
        : vectors(column, wanted.dimension(), bad);
  }

  /** True for an ARRAY of numbers that a vector can be made of. */
  private static boolean isNumbers(SqlType type) {
    return type instanceof SqlType.Array(SqlType element)
        && (element.equals(SqlType.REAL)
            || element.equals(SqlType.DOUBLE)
            || element.equals(SqlType.TINYINT)
            || element.equals(SqlType.SMALLINT)
            || element.equals(SqlType.INTEGER)
            || element.equals(SqlType.BIGINT));
  }

  /** Vectors of 32-bit floats, without a copy where the numbers lie as vectors do. */
  private static Column vectors(Column lists, int dimension, ObjIntConsumer<QuiverException> bad) {
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

  /**
   * Elements as they lie in memory, little-endian, of BINARY the first in the highest bit; or
   * 32-bit floats, where the length says so.
   */
  private static Column packed(
      Column bytes, SqlType.Vector type, ObjIntConsumer<QuiverException> bad) {
    int width = type.element().bytes(type.dimension());
    boolean spare = type.element() == SqlType.Element.BINARY && (type.dimension() & 7) != 0;
    if (bytes.length() > 0 && !spare && isEven(bytes, width)) {
      MemorySegment data = bytes.data().asSlice(offset(bytes, 0), (long) width * bytes.length());
      return Column.of(type, bytes.length(), bytes.validity(), data, null);
    }
    ColumnBuilder out = new ColumnBuilder(type, bytes.length());
    for (int row = 0; row < bytes.length(); row++) {
      if (bytes.isNull(row)) {
        out.appendNull();
        continue;
      }
      try {
        out.appendVector(elements(bytes.getBytes(row), type, width));
      } catch (QuiverException e) {
        out.appendNull();
        bad.accept(e, row);
      }
    }
    return out.build();
  }

  private static float[] elements(MemorySegment packed, SqlType.Vector type, int width) {
    if (packed.byteSize() == 4L * type.dimension() && packed.byteSize() != width) {
      return VectorElements.rounded(
          VectorElements.decode(packed, SqlType.Element.FLOAT32, type.dimension()), type.element());
    }
    if (packed.byteSize() != width) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected the "
              + width
              + " bytes of a "
              + type.sqlName()
              + ", found "
              + packed.byteSize());
    }
    int used = type.dimension() & 7;
    if (type.element() == SqlType.Element.BINARY
        && used != 0
        && (packed.get(ValueLayout.JAVA_BYTE, width - 1) & (0xFF >> used)) != 0) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "found bits beyond the last dimension of " + type.sqlName());
    }
    return VectorElements.decode(packed, type.element(), type.dimension());
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
