package io.quiver.flight;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Layout;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.BaseLargeVariableWidthVector;
import org.apache.arrow.vector.DateMilliVector;
import org.apache.arrow.vector.ExtensionTypeVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.FloatingPointVector;
import org.apache.arrow.vector.TimeMilliVector;
import org.apache.arrow.vector.TimeNanoVector;
import org.apache.arrow.vector.TimeSecVector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.BaseListVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends as columns: as it lies, or in bulk, where Arrow's layout is ours, else value
 * by value. {@link ArrowSqlTypes} says which type each becomes.
 */
final class ArrowColumns {
  private static final MemorySegment EMPTY = Arena.global().allocate(8, 64).asSlice(0, 0);
  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

  private final boolean copied;

  private ArrowColumns(boolean copied) {
    this.copied = copied;
  }

  /** As {@link #view}, in memory of its own. */
  static Column copy(FieldVector vector) {
    return new ArrowColumns(true).column(vector);
  }

  /**
   * The vector's rows as a column, which may lie in the vector's memory.
   *
   * @throws QuiverException 0A000 for a type that SQL has no place for, 22004 for a null within a
   *     vector, 22008 for a time that SQL cannot hold
   */
  static Column view(FieldVector vector) {
    return new ArrowColumns(false).column(vector);
  }

  private Column column(FieldVector vector) {
    if (vector instanceof ExtensionTypeVector<?> extension
        && extension.getUnderlyingVector() instanceof FieldVector storage) {
      return column(storage, ArrowSqlTypes.of(vector.getField()));
    }
    return column(vector, ArrowSqlTypes.of(vector.getField()));
  }

  private Column column(FieldVector vector, SqlType type) {
    int rows = vector.getValueCount();
    if (type instanceof SqlType.Vector dense) {
      return vectors(vector, dense, rows);
    }
    if (type instanceof SqlType.Array array) {
      return lists((BaseListVector) vector, array, rows);
    }
    if (vector instanceof FixedSizeBinaryVector binary && type.equals(SqlType.VARBINARY)) {
      return binary(binary, rows);
    }
    if (!ArrowSqlTypes.isSameLayout(vector.getField().getType(), type)) {
      ColumnBuilder builder = new ColumnBuilder(type, rows);
      for (int row = 0; row < rows; row++) {
        if (vector.isNull(row)) {
          builder.appendNull();
        } else {
          append(builder, vector, row);
        }
      }
      return builder.build();
    }
    MemorySegment validity = validity(vector, rows);
    if (type.layout() instanceof Layout.Variable) {
      MemorySegment offsets = bytes(vector.getOffsetBuffer(), 0, 4L * (rows + 1));
      int end = rows == 0 ? 0 : vector.getOffsetBuffer().getInt(4L * rows);
      return Column.of(type, rows, validity, bytes(vector.getDataBuffer(), 0, end), offsets);
    }
    long bytes = type.layout().fixedBytes(rows);
    return Column.of(type, rows, validity, bytes(vector.getDataBuffer(), 0, bytes), null);
  }

  private Column binary(FixedSizeBinaryVector vector, int rows) {
    int width = vector.getByteWidth();
    MemorySegment offsets = Arena.ofAuto().allocate(4L * (rows + 1), 64);
    for (int row = 0; row <= rows; row++) {
      offsets.setAtIndex(ValueLayout.JAVA_INT, row, Math.multiplyExact(row, width));
    }
    MemorySegment data = bytes(vector.getDataBuffer(), 0, (long) rows * width);
    return Column.of(SqlType.VARBINARY, rows, validity(vector, rows), data, offsets);
  }

  private static void append(ColumnBuilder out, FieldVector vector, int row) {
    switch (vector) {
      case UInt8Vector unsigned -> out.appendDecimal(unsigned(unsigned.get(row)));
      case BaseIntVector numbers -> appendWhole(out, numbers.getValueAsLong(row));
      case FloatingPointVector numbers -> out.appendFloat((float) numbers.getValueAsDouble(row));
      case DateMilliVector days ->
          out.appendInt(Math.toIntExact(Math.floorDiv(days.get(row), 86_400_000L)));
      case TimeSecVector times -> out.appendLong(times.get(row) * 1_000_000L);
      case TimeMilliVector times -> out.appendLong(times.get(row) * 1_000L);
      case TimeNanoVector times -> out.appendLong(times.get(row) / 1_000L);
      case TimeStampVector times -> out.appendLong(micros(times, row));
      case BaseLargeVariableWidthVector texts -> {
        long from = texts.getOffsetBuffer().getLong(8L * row);
        long to = texts.getOffsetBuffer().getLong(8L * (row + 1));
        out.appendBytes(segment(texts.getDataBuffer(), from, to - from));
      }
      default -> appendObject(out, vector.getObject(row));
    }
  }

  /** What Arrow's Java classes give for views, wide decimals and dictionaries. */
  private static void appendObject(ColumnBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.appendNull();
      case BigDecimal decimal -> out.appendDecimal(decimal);
      case byte[] bytes -> out.appendBytes(MemorySegment.ofArray(bytes));
      default ->
          out.appendBytes(MemorySegment.ofArray(value.toString().getBytes(StandardCharsets.UTF_8)));
    }
  }

  /** An unsigned number lies in the next larger signed type. */
  private static void appendWhole(ColumnBuilder out, long value) {
    if (out.type().equals(SqlType.SMALLINT)) {
      out.appendShort((short) value);
    } else if (out.type().equals(SqlType.INTEGER)) {
      out.appendInt((int) value);
    } else {
      out.appendLong(value);
    }
  }

  private static BigDecimal unsigned(long bits) {
    BigInteger value = BigInteger.valueOf(bits);
    return new BigDecimal(bits < 0 ? value.add(TWO_TO_64) : value);
  }

  private static long micros(TimeStampVector times, int row) {
    TimeUnit unit =
        switch (((ArrowType.Timestamp) times.getField().getType()).getUnit()) {
          case SECOND -> TimeUnit.SECONDS;
          case MILLISECOND -> TimeUnit.MILLISECONDS;
          case MICROSECOND -> TimeUnit.MICROSECONDS;
          case NANOSECOND -> TimeUnit.NANOSECONDS;
        };
    long value = times.get(row);
    if (unit == TimeUnit.NANOSECONDS) {
      return Math.floorDiv(value, 1_000L);
    }
    try {
      return Math.multiplyExact(value, unit.toMicros(1));
    } catch (ArithmeticException e) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          value + " " + unit + " since 1970 is beyond the range of a timestamp in microseconds",
          e);
    }
  }

  private Column vectors(FieldVector vector, SqlType.Vector type, int rows) {
    FixedSizeListVector list = (FixedSizeListVector) vector;
    FieldVector elements = list.getDataVector();
    int dimension = type.dimension();
    checkElements(list, elements, rows, dimension);
    MemorySegment validity = validity(vector, rows);
    if (!(elements instanceof Float8Vector numbers)) {
      long bytes = type.layout().fixedBytes(rows);
      return Column.of(type, rows, validity, bytes(elements.getDataBuffer(), 0, bytes), null);
    }
    ColumnBuilder builder = new ColumnBuilder(type, rows);
    float[] values = new float[dimension];
    for (int row = 0; row < rows; row++) {
      if (vector.isNull(row)) {
        builder.appendNull();
        continue;
      }
      for (int i = 0; i < dimension; i++) {
        values[i] = (float) numbers.get(row * dimension + i);
      }
      builder.appendVector(values);
    }
    return builder.build();
  }

  private static void checkElements(
      FixedSizeListVector list, FieldVector elements, int rows, int dimension) {
    if (elements.getNullCount() == 0) {
      return;
    }
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < dimension && !list.isNull(row); i++) {
        if (elements.isNull(row * dimension + i)) {
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              "element "
                  + (i + 1)
                  + " of a vector in \""
                  + list.getField().getName()
                  + "\" is null, wanted a number");
        }
      }
    }
  }

  private Column lists(BaseListVector list, SqlType.Array type, int rows) {
    ValueVector child = ((FieldVector) list).getChildrenFromFields().getFirst();
    int[] elements = new int[child.getValueCount()];
    MemorySegment offsets = Arena.ofAuto().allocate(4L * (rows + 1), 64);
    int count = 0;
    for (int row = 0; row < rows; row++) {
      int to = list.isNull(row) ? 0 : list.getElementEndIndex(row);
      for (int i = list.isNull(row) ? 0 : list.getElementStartIndex(row); i < to; i++) {
        elements[count++] = i;
      }
      offsets.setAtIndex(ValueLayout.JAVA_INT, row + 1L, count);
    }
    Column all = column((FieldVector) child, type.element());
    Column used = all.gather(elements, count, Arena.ofAuto());
    return Column.ofLists(type, rows, validity((FieldVector) list, rows), offsets, used);
  }

  private @Nullable MemorySegment validity(FieldVector vector, int rows) {
    return vector.getNullCount() == 0
        ? null
        : bytes(vector.getValidityBuffer(), 0, (rows + 7L) >> 3);
  }

  private MemorySegment bytes(ArrowBuf source, long from, long bytes) {
    MemorySegment lying = segment(source, from, bytes);
    if (!copied) {
      return lying;
    }
    MemorySegment target = Arena.ofAuto().allocate(Math.max(bytes, 8), 64);
    MemorySegment.copy(lying, 0, target, 0, bytes);
    return target.asSlice(0, bytes);
  }

  private static MemorySegment segment(ArrowBuf source, long from, long bytes) {
    return bytes == 0
        ? EMPTY
        : MemorySegment.ofBuffer(source.nioBuffer(from, Math.toIntExact(bytes)));
  }

  /** The field's name and Arrow's name of its type, for a message. */
  static String describe(Field field) {
    return "\"" + field.getName() + "\" of Arrow's type " + field.getType();
  }
}
