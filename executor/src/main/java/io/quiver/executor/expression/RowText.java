package io.quiver.executor.expression;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.time.ZoneId;
import java.util.HexFormat;

/** The text of one row that is not null: what CAST to VARCHAR gives, as PostgreSQL writes it. */
interface RowText {
  String read(Column source, int row);

  /** The texts of a type; instants are written in the zone. */
  static RowText of(SqlType type, ZoneId zone) {
    return switch (TypeKind.of(type)) {
      case BOOLEAN -> (source, row) -> Boolean.toString(source.getBoolean(row));
      case TINYINT -> (source, row) -> Byte.toString(source.getByte(row));
      case SMALLINT -> (source, row) -> Short.toString(source.getShort(row));
      case INTEGER -> (source, row) -> Integer.toString(source.getInt(row));
      case BIGINT -> (source, row) -> Long.toString(source.getLong(row));
      case DECIMAL -> (source, row) -> source.getDecimal(row).toPlainString();
      case REAL -> (source, row) -> NumberText.format(source.getFloat(row));
      case DOUBLE -> (source, row) -> NumberText.format(source.getDouble(row));
      case DATE -> (source, row) -> TimeText.formatDate(source.getInt(row));
      case TIME -> (source, row) -> TimeText.formatTime(source.getLong(row));
      case TIMESTAMP -> (source, row) -> TimeText.formatTimestamp(source.getLong(row));
      case TIMESTAMP_TZ -> (source, row) -> TimeText.formatInstant(source.getLong(row), zone);
      case TEXT, JSON -> Column::getString;
      case BYTES ->
          (source, row) ->
              "\\x" + HexFormat.of().formatHex(source.getBytes(row).toArray(JAVA_BYTE));
      case UUID -> (source, row) -> source.getUuid(row).toString();
      case ARRAY -> {
        RowText elements = of(((SqlType.Array) type).element(), zone);
        yield (source, row) -> ArrayText.format(source, row, elements);
      }
      case VECTOR -> VectorCasts::text;
    };
  }
}
