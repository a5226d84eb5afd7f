package io.quiver.storage.statistics;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * 64 bits of a value, the same for values that are equal. Files hold what is made of them:
 *
 * <p>{@code mix(x)} is the finalizer of MurmurHash3: {@code x ^= x >>> 33; x *= 0xFF51AFD7ED558CCD;
 * x ^= x >>> 33; x *= 0xC4CEB9FE1A85EC53; x ^= x >>> 33}. BOOLEAN (0 or 1), integers, DATE, TIME
 * and TIMESTAMP are mix of the number, sign extended. REAL and DOUBLE are mix of the bits of the
 * DOUBLE, with 0.0 for -0.0 and one NaN (7FF8000000000000). All others are hashed by their bytes: h
 * begins as their number; for each 8 bytes, little-endian, the last ones filled with zeros, {@code
 * h = mix(h ^ them)}.
 */
public final class ValueHash {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ValueHash() {}

  /** Of a row that is not null, of a type other than ARRAY. */
  public static long of(Column column, int row) {
    return switch (column.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> mix(column.getBoolean(row) ? 1 : 0);
            case TINYINT -> mix(column.getByte(row));
            case SMALLINT -> mix(column.getShort(row));
            case INTEGER, DATE -> mix(column.getInt(row));
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> mix(column.getLong(row));
            case REAL -> mix(bits(column.getFloat(row)));
            case DOUBLE -> mix(bits(column.getDouble(row)));
            case UUID, JSON -> ofBytes(column.getBytes(row));
          };
      case SqlType.Decimal decimal -> ofBytes(column.getBytes(row));
      case SqlType.Varchar varchar -> ofBytes(column.getBytes(row));
      case SqlType.Varbinary varbinary -> ofBytes(column.getBytes(row));
      case SqlType.Vector vector -> ofBytes(column.getBytes(row));
      case SqlType.Array array -> throw new IllegalArgumentException("the hash of an array");
    };
  }

  private static long bits(double value) {
    return Double.doubleToLongBits(value + 0.0);
  }

  private static long ofBytes(MemorySegment bytes) {
    long length = bytes.byteSize();
    long hash = length;
    long at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = mix(hash ^ bytes.get(LONG, at));
    }
    if (at < length) {
      long last = 0;
      for (long i = length - 1; i >= at; i--) {
        last = last << 8 | (bytes.get(JAVA_BYTE, i) & 0xFF);
      }
      hash = mix(hash ^ last);
    }
    return hash;
  }

  static long mix(long value) {
    long x = value;
    x = (x ^ (x >>> 33)) * 0xFF51AFD7ED558CCDL;
    x = (x ^ (x >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return x ^ (x >>> 33);
  }
}
