package io.quiver.planner.translate;

import io.quiver.sql.OtherSqlType;
import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeFamily;
import org.apache.calcite.sql.type.SqlTypeName;

/** What a built-in function takes at one position. */
enum ArgumentKind {
  TEXT,
  /** Anything: its text form is taken. */
  AS_TEXT,
  INTEGER,
  DOUBLE,
  /** Any number; the arguments meet in one type. */
  NUMBER,
  /** DATE, TIME or TIMESTAMP; an instant as the local time of the session's time zone. */
  TIME,
  BIGINT,
  JSON,
  /** Anything; the arguments meet in one type. */
  ANY,
  /** An array, whose elements meet those of the other arguments. */
  ARRAY,
  /** A value that meets the elements of the other arguments. */
  ELEMENT;

  /** Whether the arguments of this kind are cast to what they have in common. */
  boolean meets() {
    return this == NUMBER || this == ANY;
  }

  /** The type of a {@code ?} here. */
  SqlType inferred() {
    return switch (this) {
      case TEXT, AS_TEXT, ANY, ELEMENT -> SqlType.TEXT;
      case ARRAY -> new SqlType.Array(SqlType.TEXT);
      case INTEGER -> SqlType.INTEGER;
      case BIGINT -> SqlType.BIGINT;
      case JSON -> SqlType.JSON;
      case DOUBLE, NUMBER -> SqlType.DOUBLE;
      case TIME -> SqlType.TIMESTAMP;
    };
  }

  /**
   * Whether a value of this type is taken.
   *
   * @param literal whether it is a literal: text then stands for what is wanted
   */
  boolean takes(RelDataType type, boolean literal) {
    SqlTypeName name = type.getSqlTypeName();
    boolean text = SqlTypeFamily.CHARACTER.contains(type);
    if (name == SqlTypeName.NULL || name == SqlTypeName.UNKNOWN || name == SqlTypeName.ANY) {
      return true;
    }
    return switch (this) {
      case TEXT -> text;
      case AS_TEXT, ANY, ELEMENT -> true;
      case ARRAY -> ArrayFunctions.isArray(type, literal);
      case JSON ->
          text || (type instanceof OtherSqlType other && other.type().equals(SqlType.JSON));
      case INTEGER, BIGINT -> SqlTypeFamily.INTEGER.contains(type) || (text && literal);
      case DOUBLE, NUMBER -> SqlTypeFamily.NUMERIC.contains(type) || (text && literal);
      case TIME ->
          name == SqlTypeName.DATE
              || name == SqlTypeName.TIME
              || name == SqlTypeName.TIMESTAMP
              || (type instanceof OtherSqlType other && Types.isTime(other.type()))
              || (text && literal);
    };
  }
}
