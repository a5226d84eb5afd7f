package io.quiver.planner.translate;

import io.quiver.types.SqlType;
import java.util.Locale;
import org.apache.calcite.rel.type.RelDataType;

/** What a built-in function takes at one position. */
enum ArgumentKind {
  TEXT,
  /** Anything: its text form is taken. */
  AS_TEXT,
  INTEGER,
  DOUBLE,
  /** Any number; the arguments meet in one type. */
  NUMBER,
  /** Any number, of its own type. */
  ANY_NUMBER,
  /** DATE, TIME or TIMESTAMP; an instant as the local time of the session's time zone. */
  TIME,
  DATE,
  /** DATE or TIMESTAMP. */
  TIMESTAMP,
  /** TIMESTAMP WITH TIME ZONE alone. */
  INSTANT,
  /** DATE, TIMESTAMP or an instant, as an instant. */
  MOMENT,
  BIGINT,
  BOOLEAN,
  JSON,
  /** The name of a member, or the number of an element: a BIGINT. */
  JSON_KEY,
  BYTES,
  /** Anything, of its own type. */
  ANY_TYPE,
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
      case TEXT, AS_TEXT, JSON_KEY, ANY_TYPE, ANY, ELEMENT -> SqlType.TEXT;
      case ARRAY -> new SqlType.Array(SqlType.TEXT);
      case INTEGER -> SqlType.INTEGER;
      case BIGINT -> SqlType.BIGINT;
      case BOOLEAN -> SqlType.BOOLEAN;
      case JSON -> SqlType.JSON;
      case DOUBLE, NUMBER, ANY_NUMBER -> SqlType.DOUBLE;
      case DATE -> SqlType.DATE;
      case TIME, TIMESTAMP -> SqlType.TIMESTAMP;
      case INSTANT, MOMENT -> SqlType.TIMESTAMP_TZ;
      case BYTES -> SqlType.VARBINARY;
    };
  }

  /** A type's name for people. */
  static String typeName(SqlType type) {
    return type instanceof SqlType.Varchar ? "text" : type.sqlName().toLowerCase(Locale.ROOT);
  }

  /** The name of what is taken, for people. */
  String typeName() {
    return switch (this) {
      case ANY, ANY_TYPE, AS_TEXT, ELEMENT -> "any";
      case ARRAY -> "array";
      case NUMBER, ANY_NUMBER -> "number";
      case TIME -> "time";
      default -> typeName(inferred());
    };
  }

  /**
   * Whether a value of this type is taken.
   *
   * @param literal whether it is a literal: text then stands for what is wanted
   */
  boolean takes(RelDataType type, boolean literal) {
    return switch (type.getSqlTypeName()) {
      case NULL, UNKNOWN, ANY -> true;
      default -> takes(Types.fromCalcite(type), literal);
    };
  }

  /** As {@link #takes(RelDataType, boolean)}. */
  boolean takes(SqlType type, boolean literal) {
    boolean text = type instanceof SqlType.Varchar;
    return switch (this) {
      case TEXT -> text;
      case AS_TEXT, ANY_TYPE, ANY, ELEMENT -> true;
      case ARRAY -> type instanceof SqlType.Array || (text && literal);
      case JSON -> text || type.equals(SqlType.JSON);
      case JSON_KEY -> text || Types.isInteger(type);
      case INTEGER, BIGINT -> Types.isInteger(type) || (text && literal);
      case DOUBLE, NUMBER, ANY_NUMBER -> Types.isNumeric(type) || (text && literal);
      case TIME -> Types.isTime(type) || type.equals(SqlType.TIME) || (text && literal);
      case BOOLEAN -> type.equals(SqlType.BOOLEAN) || (text && literal);
      case DATE -> type.equals(SqlType.DATE) || (text && literal);
      case TIMESTAMP ->
          type.equals(SqlType.DATE) || type.equals(SqlType.TIMESTAMP) || (text && literal);
      case INSTANT -> type.equals(SqlType.TIMESTAMP_TZ) || (text && literal);
      case MOMENT -> Types.isTime(type) || (text && literal);
      case BYTES -> type instanceof SqlType.Varbinary || (text && literal);
    };
  }
}
