package io.quiver.avatica;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.engine.PreparedStatement;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.AvaticaParameter;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.Meta;

/**
 * Our types as Avatica describes them, and our columns as it sends them.
 *
 * <p>A DATE travels as days since 1970-01-01, a TIMESTAMP as microseconds since then, a VECTOR as
 * packed little-endian floats. Avatica's own TIMESTAMP is milliseconds; ours is described as {@link
 * Rep#OBJECT}, so that a foreign client fails rather than showing a wrong time.
 */
final class ColumnTypes {
  private static final String VECTOR_CLASS = "io.quiver.jdbc.QuiverVector";

  private ColumnTypes() {}

  static Meta.Signature signature(PreparedStatement statement) {
    return signature(statement.sql(), statement.result(), statement.parameterTypes());
  }

  static Meta.Signature signature(String sql, Schema schema, List<SqlType> parameters) {
    return Meta.Signature.create(
        columns(schema),
        sql,
        parameters(parameters),
        Meta.CursorFactory.LIST,
        Meta.StatementType.SELECT);
  }

  private static List<ColumnMetaData> columns(Schema schema) {
    List<ColumnMetaData> columns = new ArrayList<>(schema.size());
    for (int i = 0; i < schema.size(); i++) {
      columns.add(column(i, schema.field(i)));
    }
    return columns;
  }

  static ColumnMetaData column(int ordinal, Field field) {
    SqlType type = field.type();
    return new ColumnMetaData(
        ordinal,
        false,
        true,
        true,
        false,
        field.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
        isNumber(type),
        displaySize(type),
        field.name(),
        field.name(),
        "",
        precision(type),
        scale(type),
        "",
        "",
        ColumnMetaData.scalar(jdbcType(type), type.sqlName(), rep(type)),
        true,
        false,
        false,
        className(type));
  }

  private static List<AvaticaParameter> parameters(List<SqlType> types) {
    List<AvaticaParameter> parameters = new ArrayList<>(types.size());
    for (SqlType type : types) {
      parameters.add(
          new AvaticaParameter(
              isNumber(type),
              precision(type),
              scale(type),
              jdbcType(type),
              type.sqlName(),
              className(type),
              "?" + (parameters.size() + 1)));
    }
    return parameters;
  }

  static int jdbcType(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Types.BOOLEAN;
            case INTEGER -> Types.INTEGER;
            case BIGINT -> Types.BIGINT;
            case REAL -> Types.REAL;
            case DOUBLE -> Types.DOUBLE;
            case DATE -> Types.DATE;
            case TIMESTAMP -> Types.TIMESTAMP;
          };
      case SqlType.Varchar varchar -> Types.VARCHAR;
      case SqlType.Vector vector -> Types.OTHER;
    };
  }

  private static Rep rep(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Rep.BOOLEAN;
            case INTEGER, DATE -> Rep.INTEGER;
            case BIGINT -> Rep.LONG;
            case REAL -> Rep.FLOAT;
            case DOUBLE -> Rep.DOUBLE;
            case TIMESTAMP -> Rep.OBJECT;
          };
      case SqlType.Varchar varchar -> Rep.STRING;
      case SqlType.Vector vector -> Rep.BYTE_STRING;
    };
  }

  private static String className(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Boolean.class.getName();
            case INTEGER -> Integer.class.getName();
            case BIGINT -> Long.class.getName();
            case REAL -> Float.class.getName();
            case DOUBLE -> Double.class.getName();
            case DATE -> java.sql.Date.class.getName();
            case TIMESTAMP -> java.sql.Timestamp.class.getName();
          };
      case SqlType.Varchar varchar -> String.class.getName();
      case SqlType.Vector vector -> VECTOR_CLASS;
    };
  }

  /** Decimal digits of a number, characters of a text or a time, dimensions of a vector. */
  static int precision(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> 1;
            case INTEGER, DATE -> 10;
            case BIGINT -> 19;
            case REAL -> 7;
            case DOUBLE -> 15;
            case TIMESTAMP -> 26;
          };
      case SqlType.Varchar varchar -> varchar.maxLength();
      case SqlType.Vector vector -> vector.dimension();
    };
  }

  static int scale(SqlType type) {
    return type.equals(SqlType.TIMESTAMP) ? 6 : 0;
  }

  private static int displaySize(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple -> Math.max(5, precision(simple) + (isNumber(simple) ? 1 : 0));
      case SqlType.Varchar varchar -> varchar.maxLength();
      // A float takes 13 characters at most, and a comma.
      case SqlType.Vector vector -> 2 + 14 * vector.dimension();
    };
  }

  static boolean isNumber(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case INTEGER, BIGINT, REAL, DOUBLE -> true;
            case BOOLEAN, DATE, TIMESTAMP -> false;
          };
      case SqlType.Varchar varchar -> false;
      case SqlType.Vector vector -> false;
    };
  }

  /** Copies rows of a column into one place of each row. */
  static void copy(Column column, int from, Object[][] rows, int place) {
    switch (column.type()) {
      case SqlType.Simple simple -> {
        switch (simple) {
          case BOOLEAN -> copy(column, from, rows, place, column::getBoolean);
          case INTEGER, DATE -> copy(column, from, rows, place, column::getInt);
          case BIGINT, TIMESTAMP -> copy(column, from, rows, place, column::getLong);
          case REAL -> copy(column, from, rows, place, column::getFloat);
          case DOUBLE -> copy(column, from, rows, place, column::getDouble);
        }
      }
      case SqlType.Varchar varchar -> copy(column, from, rows, place, column::getString);
      case SqlType.Vector vector ->
          copy(column, from, rows, place, row -> column.getVector(row).toArray(JAVA_BYTE));
    }
  }

  private interface Reader {
    Object read(int row);
  }

  private static void copy(Column column, int from, Object[][] rows, int place, Reader reader) {
    for (int i = 0; i < rows.length; i++) {
      if (!column.isNull(from + i)) {
        rows[i][place] = reader.read(from + i);
      }
    }
  }
}
