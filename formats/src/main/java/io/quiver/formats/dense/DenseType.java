package io.quiver.formats.dense;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.LongFunction;

/** A number as arrays in files have it, named as NumPy names it. */
enum DenseType {
  F2(2),
  F4(4),
  F8(8),
  I1(1),
  U1(1),
  I2(2),
  I4(4),
  I8(8);

  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  DenseType(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  /** The type of a single number, and of the elements of an ARRAY of them. */
  SqlType scalar() {
    return switch (this) {
      case F2, F4 -> SqlType.REAL;
      case F8 -> SqlType.DOUBLE;
      case I1 -> SqlType.TINYINT;
      case U1, I2 -> SqlType.SMALLINT;
      case I4 -> SqlType.INTEGER;
      case I8 -> SqlType.BIGINT;
    };
  }

  /** The type of a vector of them: the narrowest that holds them. */
  SqlType.Vector vector(int dimension) {
    return new SqlType.Vector(
        dimension,
        switch (this) {
          case F2 -> SqlType.Element.FLOAT16;
          case I1 -> SqlType.Element.INT8;
          case F4, F8, U1, I2, I4, I8 -> SqlType.Element.FLOAT32;
        });
  }

  /** Turns big-endian numbers into little-endian ones, where they are. */
  void swap(MemorySegment numbers) {
    long count = numbers.byteSize() / bytes;
    switch (bytes) {
      case 2 -> {
        for (long i = 0; i < count; i++) {
          numbers.setAtIndex(SHORT, i, Short.reverseBytes(numbers.getAtIndex(SHORT, i)));
        }
      }
      case 4 -> {
        for (long i = 0; i < count; i++) {
          numbers.setAtIndex(INT, i, Integer.reverseBytes(numbers.getAtIndex(INT, i)));
        }
      }
      case 8 -> {
        for (long i = 0; i < count; i++) {
          numbers.setAtIndex(LONG, i, Long.reverseBytes(numbers.getAtIndex(LONG, i)));
        }
      }
      default -> {
        // Bytes have no order.
      }
    }
  }

  /** A column of {@link #scalar}; the numbers are used where they are if they can be. */
  Column scalars(MemorySegment numbers, int count) {
    MemorySegment data =
        switch (this) {
          case F4, F8, I1, I2, I4, I8 -> numbers;
          case F2 -> {
            MemorySegment out = memory(4L * count);
            for (int i = 0; i < count; i++) {
              out.setAtIndex(FLOAT, i, Float.float16ToFloat(numbers.getAtIndex(SHORT, i)));
            }
            yield out;
          }
          case U1 -> {
            MemorySegment out = memory(2L * count);
            for (int i = 0; i < count; i++) {
              out.setAtIndex(SHORT, i, (short) (numbers.get(JAVA_BYTE, i) & 0xFF));
            }
            yield out;
          }
        };
    return Column.of(scalar(), count, null, data, null);
  }

  /** A column of ARRAYs, all of the same length. */
  Column arrays(MemorySegment numbers, int rows, int length) {
    MemorySegment offsets = memory(4L * (rows + 1));
    for (int i = 0; i <= rows; i++) {
      offsets.setAtIndex(INT, i, i * length);
    }
    return Column.ofLists(
        new SqlType.Array(scalar()), rows, null, offsets, scalars(numbers, rows * length));
  }

  /**
   * A column of vectors.
   *
   * @param where names a row, counted from 0, for an error
   * @throws QuiverException 22003 for a number that a 32-bit float does not hold
   */
  Column vectors(MemorySegment numbers, int rows, int dimension, LongFunction<String> where) {
    SqlType.Vector type = vector(dimension);
    if (this == F2 || this == F4 || this == I1) {
      return Column.of(type, rows, null, numbers, null);
    }
    long count = (long) rows * dimension;
    MemorySegment out = memory(4 * count);
    for (long i = 0; i < count; i++) {
      float value =
          switch (this) {
            case F8 -> (float) numbers.getAtIndex(DOUBLE, i);
            case U1 -> numbers.get(JAVA_BYTE, i) & 0xFF;
            case I2 -> numbers.getAtIndex(SHORT, i);
            case I4 -> exact(numbers.getAtIndex(INT, i), i / dimension, where);
            case I8 -> exact(numbers.getAtIndex(LONG, i), i / dimension, where);
            case F2, F4, I1 -> throw new IllegalStateException(this + " needs no conversion");
          };
      out.setAtIndex(FLOAT, i, value);
    }
    return Column.of(type, rows, null, out, null);
  }

  private static float exact(long value, long row, LongFunction<String> where) {
    float narrow = (float) value;
    if ((long) narrow != value) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          where.apply(row)
              + ": "
              + value
              + " is no 32-bit float; load such integers into a column of type INTEGER ARRAY or"
              + " BIGINT ARRAY");
    }
    return narrow;
  }

  static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(Math.max(bytes, 8), 64);
  }
}
