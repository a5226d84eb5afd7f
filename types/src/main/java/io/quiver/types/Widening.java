package io.quiver.types;

import io.quiver.types.SqlType.Simple;
import java.util.List;

/**
 * From a type to a wider one, which has all of its values: a narrower whole number, or VARCHAR(8)
 * to VARCHAR(20). No value is lost or rounded, so that a column's type can be widened where the
 * rows stay as they were stored.
 */
public final class Widening {
  private static final List<SqlType> WHOLE =
      List.of(SqlType.TINYINT, SqlType.SMALLINT, SqlType.INTEGER, SqlType.BIGINT);

  private Widening() {}

  /** Whether the second type has all values of the first; a type has its own. */
  public static boolean allows(SqlType from, SqlType to) {
    return from.equals(to) || isSameLayout(from, to) || isWhole(from, to) || isFloating(from, to);
  }

  /** Whether values lie in memory, and hash, as those of the wider type do. */
  public static boolean isSameLayout(SqlType from, SqlType to) {
    return (from instanceof SqlType.Varchar(int narrow)
            && to instanceof SqlType.Varchar(int wide)
            && narrow <= wide)
        || (from instanceof SqlType.Varbinary(int few)
            && to instanceof SqlType.Varbinary(int many)
            && few <= many)
        || (from instanceof SqlType.Decimal(int digits, int scale)
            && to instanceof SqlType.Decimal(int more, int same)
            && scale == same
            && digits <= more);
  }

  /** Whether both are types of whole numbers, and the second is no narrower. */
  public static boolean isWhole(SqlType from, SqlType to) {
    return WHOLE.contains(from) && WHOLE.indexOf(from) <= WHOLE.indexOf(to);
  }

  private static boolean isFloating(SqlType from, SqlType to) {
    if (to.equals(SqlType.DOUBLE)) {
      return from.equals(SqlType.REAL) || isWhole(from, SqlType.INTEGER);
    }
    return to.equals(SqlType.REAL) && isWhole(from, SqlType.SMALLINT);
  }

  /**
   * The same values as another type; buffers are shared where the layout is the same.
   *
   * @throws IllegalArgumentException when the type is no {@link #allows wider} one
   */
  public static Column widen(Column column, SqlType to) {
    if (column.type().equals(to)) {
      return column;
    }
    if (!allows(column.type(), to)) {
      throw new IllegalArgumentException(column.type() + " is not widened to " + to);
    }
    if (isSameLayout(column.type(), to)) {
      return Column.of(to, column.length(), column.validity(), column.data(), column.offsets());
    }
    ColumnBuilder builder = new ColumnBuilder(to, column.length());
    for (int row = 0; row < column.length(); row++) {
      if (column.isNull(row)) {
        builder.appendNull();
      } else if (column.type().equals(SqlType.REAL)) {
        builder.appendDouble(column.getFloat(row));
      } else {
        append(builder, (Simple) to, whole(column, row));
      }
    }
    return builder.build();
  }

  private static long whole(Column column, int row) {
    return switch ((Simple) column.type()) {
      case TINYINT -> column.getByte(row);
      case SMALLINT -> column.getShort(row);
      case INTEGER -> column.getInt(row);
      default -> column.getLong(row);
    };
  }

  private static void append(ColumnBuilder builder, Simple type, long value) {
    switch (type) {
      case SMALLINT -> builder.appendShort((short) value);
      case INTEGER -> builder.appendInt((int) value);
      case BIGINT -> builder.appendLong(value);
      case REAL -> builder.appendFloat((float) value);
      case DOUBLE -> builder.appendDouble((double) value);
      default -> throw new IllegalArgumentException("nothing is widened to " + type);
    }
  }
}
