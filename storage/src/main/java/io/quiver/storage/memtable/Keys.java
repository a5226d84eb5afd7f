package io.quiver.storage.memtable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import io.quiver.types.VectorText;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Equality, hash and text of primary keys. A key column holds no nulls. */
public final class Keys {
  private static final int TEXT_MAX = 100;

  private Keys() {}

  public static int hash(List<Column> columns, int row) {
    long hash = 0;
    for (Column column : columns) {
      hash = (hash ^ hash(column, row)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    return (int) hash;
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
    long hash = bytes.byteSize();
    for (long i = 0; i < bytes.byteSize(); i++) {
      hash = hash * 31 + bytes.get(JAVA_BYTE, i);
    }
    return hash;
  }

  /** Adding zero turns -0.0 into 0.0: SQL holds them equal. */
  private static int bits(float value) {
    return Float.floatToIntBits(value + 0.0f);
  }

  private static long bits(double value) {
    return Double.doubleToLongBits(value + 0.0);
  }
}
