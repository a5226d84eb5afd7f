package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** The buffers that {@link Column} is made of: layouts, bitmaps, and memory for results. */
final class Buffers {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long ALIGNMENT = 64;

  private Buffers() {}

  /** Zeroed memory that lives as long as it is reachable. */
  static MemorySegment allocate(long bytes) {
    return Arena.ofAuto().allocate(Math.max(bytes, 8), ALIGNMENT);
  }

  /** A bitmap without a set bit. */
  static MemorySegment bitmap(int rows) {
    return allocate(bitmapBytes(rows));
  }

  static long bitmapBytes(int rows) {
    return (rows + 7L) >> 3;
  }

  static boolean bit(MemorySegment bits, int row) {
    return (bits.get(JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }

  static void setBit(MemorySegment bits, int row) {
    int at = row >> 3;
    bits.set(JAVA_BYTE, at, (byte) (bits.get(JAVA_BYTE, at) | (1 << (row & 7))));
  }

  static void clearBit(MemorySegment bits, int row) {
    int at = row >> 3;
    bits.set(JAVA_BYTE, at, (byte) (bits.get(JAVA_BYTE, at) & ~(1 << (row & 7))));
  }

  /** Whether the row is not null by this bitmap, which is absent when no row is. */
  static boolean valid(@Nullable MemorySegment validity, int row) {
    return validity == null || bit(validity, row);
  }

  /** The rows in which no operand is null, or null (no bitmap) when that is all of them. */
  static @Nullable MemorySegment validity(Operand[] operands, int rows) {
    MemorySegment result = null;
    boolean owned = false;
    for (Operand operand : operands) {
      MemorySegment bits = operand.column().validity();
      if (bits == null) {
        continue;
      }
      if (operand.isConstant()) {
        if (operand.isNull(0)) {
          return bitmap(rows);
        }
      } else if (result == null) {
        result = bits;
      } else {
        result = intersect(result, bits, rows, owned);
        owned = true;
      }
    }
    return result;
  }

  private static MemorySegment intersect(
      MemorySegment a, MemorySegment b, int rows, boolean intoFirst) {
    MemorySegment out = intoFirst ? a : bitmap(rows);
    long bytes = bitmapBytes(rows);
    for (long i = 0; i < bytes; i++) {
      out.set(JAVA_BYTE, i, (byte) (a.get(JAVA_BYTE, i) & b.get(JAVA_BYTE, i)));
    }
    return out;
  }

  /** The offsets of a column of variable length. */
  static MemorySegment offsets(Column column) {
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      throw new IllegalStateException(column.type() + " has no offsets");
    }
    return offsets;
  }
}
