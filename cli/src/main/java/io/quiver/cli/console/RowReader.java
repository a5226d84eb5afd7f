package io.quiver.cli.console;

import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads rows as values that the writers distinguish: Boolean, Long, Float, Double, BigDecimal,
 * float[] for a vector, String for all the rest, and null.
 */
final class RowReader {
  private final ResultSet rows;
  private final List<String> labels = new ArrayList<>();
  private final List<Kind> kinds = new ArrayList<>();

  private enum Kind {
    BOOLEAN,
    INTEGER,
    REAL,
    DOUBLE,
    DECIMAL,
    VECTOR,
    TEXT
  }

  RowReader(ResultSet rows) throws SQLException {
    this.rows = rows;
    ResultSetMetaData columns = rows.getMetaData();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      labels.add(columns.getColumnLabel(i));
      kinds.add(kind(columns.getColumnType(i), String.valueOf(columns.getColumnTypeName(i))));
    }
  }

  List<String> labels() {
    return labels;
  }

  boolean isNumber(int column) {
    return switch (kinds.get(column)) {
      case INTEGER, REAL, DOUBLE, DECIMAL -> true;
      case BOOLEAN, VECTOR, TEXT -> false;
    };
  }

  /** The next row, or null at the end. */
  @Nullable Object @Nullable [] next() throws SQLException {
    if (!rows.next()) {
      return null;
    }
    @Nullable Object[] row = new @Nullable Object[kinds.size()];
    for (int i = 0; i < row.length; i++) {
      @Nullable Object value = value(i + 1, kinds.get(i));
      row[i] = rows.wasNull() ? null : value;
    }
    return row;
  }

  private @Nullable Object value(int column, Kind kind) throws SQLException {
    return switch (kind) {
      case BOOLEAN -> rows.getBoolean(column);
      case INTEGER -> rows.getLong(column);
      case REAL -> rows.getFloat(column);
      case DOUBLE -> rows.getDouble(column);
      case DECIMAL -> rows.getBigDecimal(column);
      case VECTOR -> rows.getObject(column, float[].class);
      case TEXT -> rows.getString(column);
    };
  }

  private static Kind kind(int type, String typeName) {
    if (typeName.startsWith("VECTOR")) {
      return Kind.VECTOR;
    }
    return switch (type) {
      case Types.BOOLEAN, Types.BIT -> Kind.BOOLEAN;
      case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> Kind.INTEGER;
      case Types.REAL -> Kind.REAL;
      case Types.DOUBLE, Types.FLOAT -> Kind.DOUBLE;
      case Types.DECIMAL, Types.NUMERIC -> Kind.DECIMAL;
      default -> Kind.TEXT;
    };
  }
}
