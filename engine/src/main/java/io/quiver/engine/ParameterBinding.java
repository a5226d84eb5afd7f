package io.quiver.engine;

import io.quiver.executor.expression.TextValues;
import io.quiver.types.ErrorCode;
import io.quiver.types.Int128;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.Date;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Converts what an application binds to the Java value that a parameter's {@link SqlType} names.
 */
final class ParameterBinding {
  private ParameterBinding() {}

  static List<@Nullable Object> bind(
      List<SqlType> types, List<? extends @Nullable Object> parameters, ZoneId zone) {
    checkCount(types, parameters.size());
    List<@Nullable Object> bound = new ArrayList<>(types.size());
    for (int i = 0; i < types.size(); i++) {
      bound.add(convert(parameters.get(i), types.get(i), i + 1, zone));
    }
    return bound;
  }

  /**
   * Checks that each parameter has a value.
   *
   * @throws QuiverException 22023
   */
  static void checkCount(List<SqlType> types, int given) {
    if (types.size() != given) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "the statement has " + types.size() + " parameters, " + given + " values were given");
    }
  }

  private static @Nullable Object convert(
      @Nullable Object value, SqlType type, int position, ZoneId zone) {
    return switch (value) {
      case null -> null;
      case String text -> fromText(text, type, zone);
      default ->
          switch (type) {
            case SqlType.Simple simple -> simple(value, simple, position);
            case SqlType.Varchar varchar -> text(value, position);
            case SqlType.Vector vector -> VectorBinding.bind(value, vector, position);
            case SqlType.Decimal decimal -> decimal(value, decimal, position);
            case SqlType.Varbinary varbinary ->
                value instanceof byte[] bytes ? bytes.clone() : unfit(value, varbinary, position);
            case SqlType.Array array -> list(value, array, position, zone);
          };
    };
  }

  private static @Nullable Object fromText(String text, SqlType type, ZoneId zone) {
    return type instanceof SqlType.Varchar ? text : TextValues.cast(text, SqlType.TEXT, type, zone);
  }

  private static Object simple(Object value, SqlType.Simple type, int position) {
    return switch (type) {
      case BOOLEAN -> value instanceof Boolean ? value : unfit(value, type, position);
      case TINYINT -> (byte) whole(value, type, position, Byte.MAX_VALUE);
      case SMALLINT -> (short) whole(value, type, position, Short.MAX_VALUE);
      case INTEGER -> Math.toIntExact(whole(value, type, position, Integer.MAX_VALUE));
      case BIGINT -> whole(value, type, position, Long.MAX_VALUE);
      case REAL -> value instanceof Number n ? n.floatValue() : unfit(value, type, position);
      case DOUBLE -> value instanceof Number n ? n.doubleValue() : unfit(value, type, position);
      case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ -> time(value, type, position);
      case UUID -> value instanceof UUID ? value : unfit(value, type, position);
      case JSON -> unfit(value, type, position);
    };
  }

  private static Object time(Object value, SqlType.Simple type, int position) {
    Object found =
        switch (value) {
          case Time time -> time.toLocalTime();
          case Date date -> date.toLocalDate();
          case Timestamp time ->
              type == SqlType.Simple.TIMESTAMP_TZ ? time.toInstant() : time.toLocalDateTime();
          case OffsetDateTime time -> time.toInstant();
          case ZonedDateTime time -> time.toInstant();
          default -> value;
        };
    return switch (type) {
      case DATE ->
          switch (found) {
            case LocalDate date -> date;
            case LocalDateTime time -> time.toLocalDate();
            default -> unfit(value, type, position);
          };
      case TIME ->
          switch (found) {
            case LocalTime time -> time;
            case LocalDateTime time -> time.toLocalTime();
            default -> unfit(value, type, position);
          };
      case TIMESTAMP ->
          switch (found) {
            case LocalDateTime time -> time;
            case LocalDate date -> date.atStartOfDay();
            case Instant instant -> LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
            default -> unfit(value, type, position);
          };
      default ->
          switch (found) {
            case Instant instant -> instant;
            case LocalDateTime time -> time.toInstant(ZoneOffset.UTC);
            default -> unfit(value, type, position);
          };
    };
  }

  private static BigDecimal decimal(Object value, SqlType.Decimal type, int position) {
    BigDecimal number = exact(value, type, position);
    return new BigDecimal(Int128.digits(number, type), type.scale());
  }

  private static List<@Nullable Object> list(
      Object value, SqlType.Array type, int position, ZoneId zone) {
    List<?> given =
        switch (value) {
          case List<?> list -> list;
          case Object[] array -> Arrays.asList(array);
          default -> throw misfit(value, type, position);
        };
    List<@Nullable Object> elements = new ArrayList<>(given.size());
    for (Object element : given) {
      elements.add(convert(element, type.element(), position, zone));
    }
    return elements;
  }

  private static long whole(Object value, SqlType type, int position, long most) {
    BigDecimal number = exact(value, type, position);
    try {
      long whole = number.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
      if (whole > most || whole < -most - 1) {
        throw outOfRange(value, type, position);
      }
      return whole;
    } catch (ArithmeticException e) {
      throw outOfRange(value, type, position);
    }
  }

  private static BigDecimal exact(Object value, SqlType type, int position) {
    return switch (value) {
      case Integer n -> BigDecimal.valueOf(n);
      case Long n -> BigDecimal.valueOf(n);
      case Short n -> BigDecimal.valueOf(n);
      case Byte n -> BigDecimal.valueOf(n);
      case BigInteger n -> new BigDecimal(n);
      case BigDecimal n -> n;
      case Double n when Double.isFinite(n) -> BigDecimal.valueOf(n);
      case Float n when Float.isFinite(n) -> new BigDecimal(n.toString());
      default -> throw misfit(value, type, position);
    };
  }

  private static Object text(Object value, int position) {
    return switch (value) {
      case Number n -> n.toString();
      case Boolean b -> b.toString();
      case LocalDate d -> d.toString();
      case LocalDateTime t -> timestampText(t);
      case Date d -> d.toLocalDate().toString();
      case Timestamp t -> timestampText(t.toLocalDateTime());
      case Character c -> c.toString();
      case UUID uuid -> uuid.toString();
      default -> throw misfit(value, SqlType.TEXT, position);
    };
  }

  private static Object timestampText(LocalDateTime time) {
    Object text = TextValues.cast(time, SqlType.TIMESTAMP, SqlType.TEXT, ZoneOffset.UTC);
    return text == null ? time.toString() : text;
  }

  private static Object unfit(Object value, SqlType type, int position) {
    throw misfit(value, type, position);
  }

  static QuiverException misfit(Object value, SqlType type, int position) {
    return new QuiverException(
        ErrorCode.DATATYPE_MISMATCH,
        "parameter "
            + position
            + " is a "
            + value.getClass().getSimpleName()
            + ", wanted "
            + type.sqlName());
  }

  private static QuiverException outOfRange(Object value, SqlType type, int position) {
    return new QuiverException(
        ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
        "parameter " + position + " is " + value + ", which does not fit " + type.sqlName());
  }
}
