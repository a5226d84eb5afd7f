package io.quiver.planner;

import io.quiver.sql.IntervalText;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.SqlParserUtil;
import org.jspecify.annotations.Nullable;

/**
 * A time plus or minus an interval written out becomes a function of months, days and microseconds.
 */
final class Intervals {
  private static final Pattern PART =
      Pattern.compile("\\s*([+-]?\\d{1,9}(?:\\.\\d{1,6})?)\\s*([a-z]+)\\s*");
  private static final Pattern CLOCK =
      Pattern.compile("\\s*(-?)(\\d{1,6}):(\\d{2})(?::(\\d{2}(?:\\.\\d{1,6})?))?\\s*");
  private static final long MICROS_PER_MILLI = 1_000;
  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final long MILLIS_PER_DAY = 86_400_000;

  /** An interval: its parts are added in this order. */
  private record Interval(long months, long days, long micros) {
    Interval plus(Interval other) {
      return new Interval(
          Math.addExact(months, other.months),
          Math.addExact(days, other.days),
          Math.addExact(micros, other.micros));
    }
  }

  private Intervals() {}

  static SqlCall plain(SqlCall call) {
    if (call.operandCount() != 2) {
      return call;
    }
    Interval right = interval(call.operand(1));
    if (right != null) {
      return moved(call, call.operand(0), right, call.getKind() == SqlKind.MINUS ? -1 : 1);
    }
    Interval left = call.getKind() == SqlKind.PLUS ? interval(call.operand(0)) : null;
    return left == null ? call : moved(call, call.operand(1), left, 1);
  }

  /** Whether it is a minus whose right side is no interval. */
  static boolean isDifference(SqlCall call) {
    return call.getKind() == SqlKind.MINUS
        && call.operandCount() == 2
        && interval(call.operand(1)) == null;
  }

  private static SqlCall moved(SqlCall call, SqlNode time, Interval interval, int sign) {
    SqlParserPos position = call.getParserPosition();
    return SpecialSyntax.named(
        "$add_interval",
        position,
        List.of(
            time,
            number(sign * interval.months(), position),
            number(sign * interval.days(), position),
            number(sign * interval.micros(), position)));
  }

  private static SqlNode number(long value, SqlParserPos position) {
    return SqlLiteral.createExactNumeric(Long.toString(value), position);
  }

  private static @Nullable Interval interval(SqlNode node) {
    return switch (node) {
      case SqlIntervalLiteral literal -> standard(literal);
      case SqlUnknownLiteral literal when literal.tag.equals(IntervalText.TAG) ->
          parse(Objects.requireNonNull(literal.getValueAs(String.class)), literal);
      default -> null;
    };
  }

  private static Interval standard(SqlIntervalLiteral literal) {
    SqlIntervalLiteral.IntervalValue value =
        Objects.requireNonNull(literal.getValueAs(SqlIntervalLiteral.IntervalValue.class));
    if (value.getIntervalQualifier().isYearMonth()) {
      return new Interval(SqlParserUtil.intervalToMonths(value), 0, 0);
    }
    String text = value.getIntervalLiteral();
    int point = text.indexOf('.');
    if (point >= 0 && text.length() - point > 4) {
      throw invalid(text, literal);
    }
    long millis = SqlParserUtil.intervalToMillis(value);
    return new Interval(0, millis / MILLIS_PER_DAY, millis % MILLIS_PER_DAY * MICROS_PER_MILLI);
  }

  /** As PostgreSQL writes it: {@code 1 year 2 months 3 days 04:05:06.7}, or {@code ... ago}. */
  private static Interval parse(String text, SqlLiteral literal) {
    String left = text.toLowerCase(Locale.ROOT).strip();
    boolean ago = left.endsWith(" ago");
    left = ago ? left.substring(0, left.length() - 4) : left;
    Interval sum = new Interval(0, 0, 0);
    if (left.isBlank()) {
      throw invalid(text, literal);
    }
    try {
      while (!left.isEmpty()) {
        Matcher clock = CLOCK.matcher(left);
        Matcher part = PART.matcher(left);
        if (clock.lookingAt()) {
          sum = sum.plus(clock(clock));
          left = left.substring(clock.end());
        } else if (part.lookingAt()) {
          sum = sum.plus(part(new BigDecimal(part.group(1)), part.group(2), text, literal));
          left = left.substring(part.end());
        } else {
          throw invalid(text, literal);
        }
      }
    } catch (ArithmeticException e) {
      throw invalid(text, literal);
    }
    return ago ? new Interval(-sum.months(), -sum.days(), -sum.micros()) : sum;
  }

  private static Interval clock(Matcher clock) {
    BigDecimal seconds = new BigDecimal(clock.group(4) == null ? "0" : clock.group(4));
    long micros =
        (Long.parseLong(clock.group(2)) * 3_600 + Long.parseLong(clock.group(3)) * 60)
                * MICROS_PER_SECOND
            + micros(seconds);
    return new Interval(0, 0, clock.group(1).isEmpty() ? micros : -micros);
  }

  private static Interval part(BigDecimal count, String unit, String text, SqlLiteral literal) {
    return switch (unit) {
      case "year", "years", "y", "yr", "yrs" -> months(count, 12);
      case "month", "months", "mon", "mons" -> months(count, 1);
      case "week", "weeks", "w" -> days(count, 7);
      case "day", "days", "d" -> days(count, 1);
      case "hour", "hours", "h", "hr", "hrs" -> seconds(count, 3_600);
      case "minute", "minutes", "m", "min", "mins" -> seconds(count, 60);
      case "second", "seconds", "s", "sec", "secs" -> seconds(count, 1);
      case "millisecond", "milliseconds", "ms" ->
          new Interval(0, 0, micros(count.movePointLeft(3)));
      case "microsecond", "microseconds", "us" ->
          new Interval(0, 0, micros(count.movePointLeft(6)));
      default -> throw invalid(text, literal);
    };
  }

  private static Interval months(BigDecimal count, int each) {
    return new Interval(count.multiply(BigDecimal.valueOf(each)).longValueExact(), 0, 0);
  }

  private static Interval days(BigDecimal count, int each) {
    return new Interval(0, count.multiply(BigDecimal.valueOf(each)).longValueExact(), 0);
  }

  private static Interval seconds(BigDecimal count, int each) {
    return new Interval(0, 0, micros(count.multiply(BigDecimal.valueOf(each))));
  }

  private static long micros(BigDecimal seconds) {
    return seconds.movePointRight(6).setScale(0, RoundingMode.HALF_UP).longValueExact();
  }

  private static QuiverException invalid(String text, SqlLiteral literal) {
    return Messages.at(
        literal.getParserPosition(),
        ErrorCode.INVALID_DATETIME,
        "an interval is written '1 year 2 months 3 days 04:05:06', found '" + text + "'");
  }
}
