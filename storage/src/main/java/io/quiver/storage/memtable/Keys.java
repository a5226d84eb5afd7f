package io.quiver.storage.memtable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import io.quiver.types.VectorText;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Equality, hash and text of keys, none of whose parts is null. */
public final class Keys {
  private static final int TEXT_MAX = 100;
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Keys() {}

  /** The hash of the key in a row, all of whose bits are as good. */
  public static long hash(List<Column> columns, int row) {
    long hash = 0;
    for (Column column : columns) {
      hash = mix(hash ^ hash(column, row));
    }
    return hash;
  }

  /** As {@link #hash(List, int)}, of {@code count} rows one after the other. */
  public static void hash(List<Column> columns, int from, int count, long[] hashes) {
    Arrays.fill(hashes, 0, count, 0);
    for (Column column : columns) {
      if (column.type().equals(SqlType.BIGINT)) {
        for (int i = 0; i < count; i++) {
          hashes[i] = mix(hashes[i] ^ column.getLong(from + i));
        }
      } else {
        for (int i = 0; i < count; i++) {
          hashes[i] = mix(hashes[i] ^ hash(column, from + i));
        }
      }
    }
  }

  /** Whether a part of the key in a row is null: such a key equals no other. */
  public static boolean hasNull(List<Column> columns, int row) {
    for (Column column : columns) {
      if (column.isNull(row)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the keys in two rows are equal. */
  public static boolean equal(List<Column> left, int leftRow, List<Column> right, int rightRow) {
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), leftRow, right.get(i), rightRow)) {
        return false;
      }
    }
    return true;
  }

  /** The finalizer of SplitMix64: Steele, Lea and Flood 2014, with the constants of Stafford. */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  public static boolean equal(Column left, int leftRow, Column right, int rightRow) {
    return switch (left.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> left.getBoolean(leftRow) == right.getBoolean(rightRow);
            case TINYINT -> left.getByte(leftRow) == right.getByte(rightRow);
            case SMALLINT -> left.getShort(leftRow) == right.getShort(rightRow);
            case INTEGER, DATE -> left.getInt(leftRow) == right.getInt(rightRow);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ ->
                left.getLong(leftRow) == right.getLong(rightRow);
            case UUID, JSON -> equalBytes(left, leftRow, right, rightRow);
            case REAL -> bits(left.getFloat(leftRow)) == bits(right.getFloat(rightRow));
            case DOUBLE -> bits(left.getDouble(leftRow)) == bits(right.getDouble(rightRow));
          };
      case SqlType.Decimal decimal -> equalBytes(left, leftRow, right, rightRow);
      case SqlType.Varchar varchar -> equalBytes(left, leftRow, right, rightRow);
      case SqlType.Varbinary varbinary -> equalBytes(left, leftRow, right, rightRow);
      case SqlType.Vector vector -> equalBytes(left, leftRow, right, rightRow);
      case SqlType.Array array -> left.getList(leftRow).equals(right.getList(rightRow));
    };
  }

  private static boolean equalBytes(Column left, int leftRow, Column right, int rightRow) {
    return left.getBytes(leftRow).mismatch(right.getBytes(rightRow)) < 0;
  }

  /** The key as an error message shows it: {@code 7, abc}. */
  public static String text(List<Column> columns, int row) {
    StringJoiner text = new StringJoiner(", ");
    for (Column column : columns) {
      String shown = shown(column.get(row));
      text.add(shown.length() <= TEXT_MAX ? shown : shown.substring(0, TEXT_MAX) + "...");
    }
    return text.toString();
  }

  private static String shown(@Nullable Object value) {
    return switch (value) {
      case float[] floats -> VectorText.format(floats);
      case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
      case null, default -> Objects.toString(value);
    };
  }

  private static long hash(Column column, int row) {
    return switch (column.type()) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> column.getBoolean(row) ? 1 : 0;
            case TINYINT -> column.getByte(row);
            case SMALLINT -> column.getShort(row);
            case INTEGER, DATE -> column.getInt(row);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> column.getLong(row);
            case UUID, JSON -> hash(column.getBytes(row));
            case REAL -> bits(column.getFloat(row));
            case DOUBLE -> bits(column.getDouble(row));
          };
      case SqlType.Decimal decimal -> hash(column.getBytes(row));
      case SqlType.Varchar varchar -> hash(column.getBytes(row));
      case SqlType.Varbinary varbinary -> hash(column.getBytes(row));
      case SqlType.Vector vector -> hash(column.getBytes(row));
      case SqlType.Array array -> column.getList(row).hashCode();
    };
  }

  private static long hash(MemorySegment bytes) {
    long length = bytes.byteSize();
    long hash = length;
    long at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = mix(hash ^ bytes.get(LONG, at));
    }
    long rest = 0;
    for (; at < length; at++) {
      rest = rest << 8 | (bytes.get(JAVA_BYTE, at) & 0xFF);
    }
    return mix(hash ^ rest);
  }

  /** Adding zero turns -0.0 into 0.0: SQL holds them equal. */
  private static int bits(float value) {
    return Float.floatToIntBits(value + 0.0f);
  }

  private static long bits(double value) {
    return Double.doubleToLongBits(value + 0.0);
  }
}
