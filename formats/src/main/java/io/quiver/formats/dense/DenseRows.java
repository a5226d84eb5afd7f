package io.quiver.formats.dense;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gives the rows of one column as packed numbers of one kind. Owned by one thread. */
final class DenseRows {
  private final DenseType element;
  private int length = -1;
  private long rows;

  DenseRows(DenseType element) {
    this.element = element;
  }

  /** The one column that a file without names has. */
  static SqlType onlyColumn(Schema schema, String format) {
    if (schema.size() != 1) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          format
              + " holds one column, found "
              + schema.size()
              + "; name one, or COPY (SELECT ...)");
    }
    return schema.type(0);
  }

  /** Numbers of each row, the same for all; -1 before the first. */
  int length() {
    return length;
  }

  long rows() {
    return rows;
  }

  /** The numbers of all rows, with {@code gap} bytes before each. */
  MemorySegment pack(Batch batch, int gap) {
    Column column = batch.column(0);
    MemorySegment out = MemorySegment.NULL;
    for (int row = 0; row < batch.rowCount(); row++) {
      if (column.isNull(row)) {
        throw new QuiverException(
            ErrorCode.NULL_VALUE_NOT_ALLOWED,
            "row " + (rows + 1) + " is null, for which the format has no place");
      }
      MemorySegment direct = direct(column, row);
      double[] numbers = direct == null ? numbers(column, row) : new double[0];
      int found = direct == null ? numbers.length : (int) (direct.byteSize() / element.bytes());
      checkLength(found);
      long stride = gap + (long) length * element.bytes();
      if (row == 0) {
        out = DenseType.memory(stride * batch.rowCount()).asSlice(0, stride * batch.rowCount());
      }
      long at = row * stride + gap;
      if (direct != null) {
        MemorySegment.copy(direct, 0, out, at, direct.byteSize());
      } else {
        write(numbers, out, at);
      }
      rows++;
    }
    return out;
  }

  private void checkLength(int found) {
    if (length < 0) {
      length = found;
    }
    if (found != length) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "row " + (rows + 1) + " has " + found + " numbers, those before have " + length);
    }
  }

  /** The bytes of a row, where they already are what the file wants. */
  private @Nullable MemorySegment direct(Column column, int row) {
    if (!(column.type() instanceof SqlType.Vector vector)) {
      return null;
    }
    boolean same =
        switch (vector.element()) {
          case FLOAT32 -> element == DenseType.F4;
          case FLOAT16 -> element == DenseType.F2;
          case INT8 -> element == DenseType.I1;
          case BFLOAT16, BINARY -> false;
        };
    return same ? column.getVector(row) : null;
  }

  private double[] numbers(Column column, int row) {
    if (column.type() instanceof SqlType.Vector) {
      float[] floats = column.getFloats(row);
      double[] numbers = new double[floats.length];
      for (int i = 0; i < floats.length; i++) {
        numbers[i] = floats[i];
      }
      return numbers;
    }
    if (column.type() instanceof SqlType.Array) {
      List<@Nullable Object> values = column.getList(row);
      double[] numbers = new double[values.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = number(values.get(i));
      }
      return numbers;
    }
    return new double[] {number(column.get(row))};
  }

  private double number(@Nullable Object value) {
    if (value instanceof Long whole && (long) (double) whole != whole) {
      throw outOfRange(whole.toString());
    }
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new QuiverException(
        ErrorCode.NULL_VALUE_NOT_ALLOWED,
        "row " + (rows + 1) + " has an element that is no number: " + value);
  }

  private void write(double[] numbers, MemorySegment out, long offset) {
    for (int i = 0; i < numbers.length; i++) {
      double value = numbers[i];
      long at = offset + (long) i * element.bytes();
      switch (element) {
        case F2 -> out.set(DenseType.SHORT, at, Float.floatToFloat16((float) value));
        case F4 -> out.set(DenseType.FLOAT, at, (float) value);
        case F8 -> out.set(DenseType.DOUBLE, at, value);
        case I1 -> out.set(JAVA_BYTE, at, (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
        case U1 -> out.set(JAVA_BYTE, at, (byte) whole(value, 0, 255));
        case I2 ->
            out.set(DenseType.SHORT, at, (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE));
        case I4 ->
            out.set(DenseType.INT, at, (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
        case I8 -> out.set(DenseType.LONG, at, whole(value, Long.MIN_VALUE, Long.MAX_VALUE));
      }
    }
  }

  private long whole(double value, long least, long most) {
    if (value != Math.rint(value) || value < least || value > most) {
      throw outOfRange(Double.toString(value));
    }
    return (long) value;
  }

  private QuiverException outOfRange(String value) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        "row " + (rows + 1) + ": the format does not hold " + value);
  }
}
