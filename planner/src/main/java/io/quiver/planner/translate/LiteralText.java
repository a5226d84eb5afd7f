package io.quiver.planner.translate;

import io.quiver.executor.expression.TextValues;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorElements;
import io.quiver.types.VectorText;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Values of literals, from what stands in the statement. */
public final class LiteralText {
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("HH:mm[:ss]")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 6, true)
          .optionalEnd()
          .parseDefaulting(ChronoField.SECOND_OF_MINUTE, 0)
          .toFormatter(Locale.ROOT);
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder()
          .append(DateTimeFormatter.ISO_LOCAL_DATE)
          .optionalStart()
          .appendLiteral(' ')
          .append(TIME)
          .optionalEnd()
          .optionalStart()
          .appendLiteral('T')
          .append(TIME)
          .optionalEnd()
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
          .toFormatter(Locale.ROOT);

  private LiteralText() {}

  /**
   * The Java value that {@link SqlType} names; of an instant its text, which means something only
   * once a session with its time zone runs the plan.
   *
   * @throws QuiverException 22P02 for text that is no such value, 22003 for a number out of range,
   *     22007 for a wrong date, 22001 for a long text, 22000 for another dimension
   */
  public static Object parse(String text, SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> parseBoolean(text);
            case INTEGER ->
                integral(text, type, Integer.MIN_VALUE, Integer.MAX_VALUE).intValueExact();
            case BIGINT -> integral(text, type, Long.MIN_VALUE, Long.MAX_VALUE).longValueExact();
            case REAL -> parseReal(text);
            case DOUBLE -> parseDouble(text);
            case DATE -> parseTimestamp(text, type).toLocalDate();
            case TIMESTAMP -> parseTimestamp(text, type);
            case TINYINT -> integral(text, type, Byte.MIN_VALUE, Byte.MAX_VALUE).byteValueExact();
            case SMALLINT ->
                integral(text, type, Short.MIN_VALUE, Short.MAX_VALUE).shortValueExact();
            case TIME, UUID, JSON -> TextValues.parse(text, type, ZoneOffset.UTC);
            case TIMESTAMP_TZ -> text;
          };
      case SqlType.Decimal _ -> TextValues.parse(text, type, ZoneOffset.UTC);
      case SqlType.Varbinary varbinary -> bytes(text, varbinary);
      case SqlType.Array array -> {
        yield Types.isZoned(array) ? text : TextValues.parse(text, type, ZoneOffset.UTC);
      }
      case SqlType.Varchar varchar -> fitting(text, varchar);
      case SqlType.Vector vector -> parseVector(text, vector);
    };
  }

  private static Object bytes(String text, SqlType.Varbinary type) {
    byte[] bytes = (byte[]) TextValues.parse(text, SqlType.VARBINARY, ZoneOffset.UTC);
    if (bytes.length > type.maxLength()) {
      throw new QuiverException(
          ErrorCode.STRING_TOO_LONG,
          "the value has " + bytes.length + " bytes, the type is " + type.sqlName());
    }
    return bytes;
  }

  private static boolean parseBoolean(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "t", "true", "y", "yes", "on", "1" -> true;
      case "f", "false", "n", "no", "off", "0" -> false;
      default -> throw invalid(text, SqlType.BOOLEAN);
    };
  }

  private static BigDecimal integral(String text, SqlType type, long least, long greatest) {
    BigDecimal exact = decimal(text, type);
    if (exact.precision() - exact.scale() > 20) {
      throw outOfRange(text, type);
    }
    BigDecimal value = exact.setScale(0, RoundingMode.HALF_UP);
    if (value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(greatest)) > 0) {
      throw outOfRange(text, type);
    }
    return value;
  }

  private static BigDecimal decimal(String text, SqlType type) {
    try {
      return new BigDecimal(text.strip());
    } catch (NumberFormatException e) {
      throw invalid(text, type);
    }
  }

  private static double parseDouble(String text) {
    double value;
    try {
      value = Double.parseDouble(text.strip());
    } catch (NumberFormatException e) {
      throw invalid(text, SqlType.DOUBLE);
    }
    if (Double.isInfinite(value) && !text.contains("nf")) {
      throw outOfRange(text, SqlType.DOUBLE);
    }
    return value;
  }

  private static float parseReal(String text) {
    float value;
    try {
      value = Float.parseFloat(text.strip());
    } catch (NumberFormatException e) {
      throw invalid(text, SqlType.REAL);
    }
    if (Float.isInfinite(value) && !text.contains("nf")) {
      throw outOfRange(text, SqlType.REAL);
    }
    return value;
  }

  private static LocalDateTime parseTimestamp(String text, SqlType type) {
    try {
      return type.equals(SqlType.DATE) && text.strip().length() <= 10
          ? LocalDate.parse(text.strip()).atStartOfDay()
          : LocalDateTime.parse(text.strip(), TIMESTAMP);
    } catch (DateTimeException e) {
      throw new QuiverException(
          ErrorCode.INVALID_DATETIME,
          "a "
              + type.sqlName()
              + " is written 2026-01-31"
              + (type.equals(SqlType.DATE) ? "" : " 12:00:00")
              + ", found "
              + excerpt(text));
    }
  }

  private static String fitting(String text, SqlType.Varchar type) {
    if (text.length() > type.maxLength()
        && text.codePointCount(0, text.length()) > type.maxLength()) {
      throw new QuiverException(
          ErrorCode.STRING_TOO_LONG,
          "the text has "
              + text.codePointCount(0, text.length())
              + " characters, the type is "
              + type.sqlName());
    }
    return text;
  }

  private static float[] parseVector(String text, SqlType.Vector type) {
    float[] values = VectorText.parse(text, type.element());
    if (type.dimension() != SqlType.Vector.ANY_DIMENSION && values.length != type.dimension()) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + type.dimension() + " dimensions, not " + values.length);
    }
    return VectorElements.rounded(values, type.element());
  }

  private static QuiverException invalid(String text, SqlType type) {
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION, excerpt(text) + " is no " + type.sqlName());
  }

  private static QuiverException outOfRange(String text, SqlType type) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        excerpt(text) + " is out of range for " + type.sqlName());
  }

  private static String excerpt(String text) {
    return "'" + (text.length() <= 40 ? text : text.substring(0, 40) + "...") + "'";
  }
}
