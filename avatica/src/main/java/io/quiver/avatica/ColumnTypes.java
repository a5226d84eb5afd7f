package io.quiver.avatica;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.engine.PreparedStatement;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
            case TINYINT -> Types.TINYINT;
            case SMALLINT -> Types.SMALLINT;
            case INTEGER -> Types.INTEGER;
            case BIGINT -> Types.BIGINT;
            case REAL -> Types.REAL;
            case DOUBLE -> Types.DOUBLE;
            case DATE -> Types.DATE;
            case TIME -> Types.TIME;
            case TIMESTAMP -> Types.TIMESTAMP;
            case TIMESTAMP_TZ -> Types.TIMESTAMP_WITH_TIMEZONE;
            case UUID, JSON -> Types.OTHER;
          };
      case SqlType.Decimal decimal -> Types.DECIMAL;
      case SqlType.Varchar varchar -> Types.VARCHAR;
      case SqlType.Varbinary varbinary -> Types.VARBINARY;
      case SqlType.Array array -> Types.ARRAY;
      case SqlType.Vector vector -> Types.OTHER;
    };
  }

  private static Rep rep(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Rep.BOOLEAN;
            case TINYINT -> Rep.BYTE;
            case SMALLINT -> Rep.SHORT;
            case INTEGER, DATE -> Rep.INTEGER;
            case BIGINT -> Rep.LONG;
            case REAL -> Rep.FLOAT;
            case DOUBLE -> Rep.DOUBLE;
            case TIME, TIMESTAMP, TIMESTAMP_TZ -> Rep.OBJECT;
            case UUID -> Rep.BYTE_STRING;
            case JSON -> Rep.STRING;
          };
      case SqlType.Decimal decimal -> Rep.STRING;
      case SqlType.Varchar varchar -> Rep.STRING;
      case SqlType.Varbinary varbinary -> Rep.BYTE_STRING;
      case SqlType.Array array -> Rep.ARRAY;
      case SqlType.Vector vector -> Rep.BYTE_STRING;
    };
  }

  private static String className(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Boolean.class.getName();
            case TINYINT -> Byte.class.getName();
            case SMALLINT -> Short.class.getName();
            case INTEGER -> Integer.class.getName();
            case BIGINT -> Long.class.getName();
            case REAL -> Float.class.getName();
            case DOUBLE -> Double.class.getName();
            case DATE -> java.sql.Date.class.getName();
            case TIME -> java.sql.Time.class.getName();
            case TIMESTAMP -> java.sql.Timestamp.class.getName();
            case TIMESTAMP_TZ -> java.time.OffsetDateTime.class.getName();
            case UUID -> java.util.UUID.class.getName();
            case JSON -> String.class.getName();
          };
      case SqlType.Decimal decimal -> java.math.BigDecimal.class.getName();
      case SqlType.Varchar varchar -> String.class.getName();
      case SqlType.Varbinary varbinary -> byte[].class.getName();
      case SqlType.Array array -> java.sql.Array.class.getName();
      case SqlType.Vector vector -> VECTOR_CLASS;
    };
  }

  /** Decimal digits of a number, characters of a text or a time, dimensions of a vector. */
  static int precision(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> 1;
            case TINYINT -> 3;
            case SMALLINT -> 5;
            case INTEGER, DATE -> 10;
            case BIGINT -> 19;
            case REAL -> 7;
            case DOUBLE -> 15;
            case TIME -> 15;
            case TIMESTAMP -> 26;
            case TIMESTAMP_TZ -> 32;
            case UUID -> 36;
            case JSON -> SqlType.Varchar.UNBOUNDED;
          };
      case SqlType.Decimal decimal -> decimal.precision();
      case SqlType.Varchar varchar -> varchar.maxLength();
      case SqlType.Varbinary varbinary -> varbinary.maxLength();
      case SqlType.Array array -> precision(array.element());
      case SqlType.Vector vector -> vector.dimension();
    };
  }

  static int scale(SqlType type) {
    if (type instanceof SqlType.Decimal decimal) {
      return decimal.scale();
    }
    return switch (jdbcType(type)) {
      case Types.TIME, Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE -> 6;
      default -> 0;
    };
  }

  private static int displaySize(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          simple == SqlType.Simple.JSON
              ? SqlType.Varchar.UNBOUNDED
              : Math.max(5, precision(simple) + (isNumber(simple) ? 1 : 0));
      // A sign and a point.
      case SqlType.Decimal decimal -> decimal.precision() + 2;
      case SqlType.Varchar varchar -> varchar.maxLength();
      case SqlType.Varbinary varbinary -> varbinary.maxLength();
      case SqlType.Array array -> SqlType.Varchar.UNBOUNDED;
      // A float takes 13 characters at most, and a comma.
      case SqlType.Vector vector -> 2 + 14 * vector.dimension();
    };
  }

  static boolean isNumber(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE -> true;
            case BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON -> false;
          };
      case SqlType.Decimal decimal -> true;
      case SqlType.Varchar varchar -> false;
      case SqlType.Varbinary varbinary -> false;
      case SqlType.Array array -> false;
      case SqlType.Vector vector -> false;
    };
  }

  /** Copies rows of a column into one place of each row. */
  static void copy(Column column, int from, Object[][] rows, int place) {
    switch (column.type()) {
      case SqlType.Simple simple -> copy(column, from, rows, place, reader(column, simple));
      case SqlType.Decimal decimal ->
          copy(column, from, rows, place, row -> column.getDecimal(row).toPlainString());
      case SqlType.Varchar varchar -> copy(column, from, rows, place, column::getString);
      case SqlType.Varbinary varbinary -> copyBytes(column, from, rows, place);
      case SqlType.Array array -> {
        Column elements = column.elements();
        Object[][] cells = new Object[elements.length()][1];
        copy(elements, 0, cells, 0);
        copy(column, from, rows, place, row -> list(column, row, cells));
      }
      case SqlType.Vector vector -> copyBytes(column, from, rows, place);
    }
  }

  private static Reader reader(Column column, SqlType.Simple type) {
    return switch (type) {
      case BOOLEAN -> column::getBoolean;
      case TINYINT -> column::getByte;
      case SMALLINT -> column::getShort;
      case INTEGER, DATE -> column::getInt;
      case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> column::getLong;
      case REAL -> column::getFloat;
      case DOUBLE -> column::getDouble;
      case UUID -> row -> column.getBytes(row).toArray(JAVA_BYTE);
      case JSON -> column::getString;
    };
  }

  private static void copyBytes(Column column, int from, Object[][] rows, int place) {
    copy(column, from, rows, place, row -> column.getBytes(row).toArray(JAVA_BYTE));
  }

  private static List<Object> list(Column column, int row, Object[][] elements) {
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      throw new IllegalStateException(column.type() + " has no offsets");
    }
    List<Object> list = new ArrayList<>();
    int to = offsets.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, row + 1L);
    for (int i = offsets.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, row); i < to; i++) {
      list.add(elements[i][0]);
    }
    return list;
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
