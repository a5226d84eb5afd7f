package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** The functions of dates and times. */
final class BuiltinTimes {
  /** Up to 59.999999. */
  private static final SqlType SECONDS = new SqlType.Decimal(8, 6);

  /** Up to 59999.999. */
  private static final SqlType MILLISECONDS = new SqlType.Decimal(8, 3);

  /** Of any time. */
  private static final SqlType LONG_SECONDS = new SqlType.Decimal(20, 6);

  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinTimes() {}

  static List<FunctionBuilder> all() {
    BuiltinTimes times = new BuiltinTimes();
    times.addNow();
    times.addFields();
    times.addCalendar();
    times.addSums();
    times.addFormats();
    return times.functions;
  }

  private FunctionBuilder time(String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(FunctionCategory.TIME, name, description);
    functions.add(builder);
    return builder;
  }

  private void addNow() {
    time("now", "when the statement began")
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.CURRENT_TIMESTAMP);
    time("current_timestamp", "when the statement began")
        .word()
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.CURRENT_TIMESTAMP);
    time("current_date", "the day when the statement began, in the session's time zone")
        .word()
        .gives(SqlType.DATE, ScalarFunction.CURRENT_DATE);
    time("localtimestamp", "when the statement began, in the session's time zone")
        .word()
        .gives(SqlType.TIMESTAMP, ScalarFunction.LOCALTIMESTAMP);
    time("localtime", "the time of day when the statement began, in the session's time zone")
        .word()
        .gives(SqlType.TIME, ScalarFunction.LOCALTIME);
  }

  /** What EXTRACT(unit FROM t) calls, and EXTRACT(unit FROM a - b). */
  private void addFields() {
    extract("millennium", ScalarFunction.EXTRACT_MILLENNIUM);
    extract("century", ScalarFunction.EXTRACT_CENTURY);
    extract("decade", ScalarFunction.EXTRACT_DECADE);
    extract("year", ScalarFunction.EXTRACT_YEAR);
    extract("isoyear", ScalarFunction.EXTRACT_ISOYEAR);
    extract("quarter", ScalarFunction.EXTRACT_QUARTER);
    extract("month", ScalarFunction.EXTRACT_MONTH);
    extract("week", ScalarFunction.EXTRACT_WEEK);
    extract("day", ScalarFunction.EXTRACT_DAY);
    extract("isodow", ScalarFunction.EXTRACT_ISODOW);
    extract("dow", ScalarFunction.EXTRACT_DOW);
    extract("doy", ScalarFunction.EXTRACT_DOY);
    extract("hour", ScalarFunction.EXTRACT_HOUR);
    extract("minute", ScalarFunction.EXTRACT_MINUTE);
    extract("microseconds", ScalarFunction.EXTRACT_MICROSECONDS);
    exact("extract second").gives(SECONDS, ScalarFunction.EXTRACT_SECOND);
    exact("extract milliseconds").gives(MILLISECONDS, ScalarFunction.EXTRACT_MILLISECONDS);
    exact("extract julian").gives(LONG_SECONDS, ScalarFunction.EXTRACT_JULIAN);
    time("extract epoch", "")
        .taking(ArgumentKind.TIMESTAMP, "t")
        .gives(LONG_SECONDS, ScalarFunction.EXTRACT_EPOCH)
        .taking(ArgumentKind.INSTANT, "t")
        .gives(LONG_SECONDS, ScalarFunction.EXTRACT_EPOCH)
        .taking(ArgumentKind.TIME, "t")
        .gives(LONG_SECONDS, ScalarFunction.EXTRACT_EPOCH);
    ofZone("timezone", ScalarFunction.EXTRACT_TIMEZONE);
    ofZone("timezone_hour", ScalarFunction.EXTRACT_TIMEZONE_HOUR);
    ofZone("timezone_minute", ScalarFunction.EXTRACT_TIMEZONE_MINUTE);
    between("day", SqlType.BIGINT, ScalarFunction.BETWEEN_DAY);
    between("hour", SqlType.BIGINT, ScalarFunction.BETWEEN_HOUR);
    between("minute", SqlType.BIGINT, ScalarFunction.BETWEEN_MINUTE);
    between("second", SECONDS, ScalarFunction.BETWEEN_SECOND);
    between("epoch", LONG_SECONDS, ScalarFunction.BETWEEN_EPOCH);
    time("date_part", "the part of this name, as EXTRACT gives it")
        .text("part")
        .taking(ArgumentKind.TIMESTAMP, "t")
        .gives(SqlType.DOUBLE, ScalarFunction.DATE_PART)
        .text("part")
        .taking(ArgumentKind.INSTANT, "t")
        .gives(SqlType.DOUBLE, ScalarFunction.DATE_PART)
        .text("part")
        .taking(ArgumentKind.TIME, "t")
        .gives(SqlType.DOUBLE, ScalarFunction.DATE_PART);
  }

  private FunctionBuilder exact(String name) {
    return time(name, "").taking(ArgumentKind.TIME, "t");
  }

  private void extract(String unit, ScalarFunction function) {
    time("extract " + unit, "").taking(ArgumentKind.TIME, "t").gives(SqlType.BIGINT, function);
  }

  private void ofZone(String unit, ScalarFunction function) {
    time("extract " + unit, "").taking(ArgumentKind.INSTANT, "t").gives(SqlType.BIGINT, function);
  }

  private void between(String unit, SqlType type, ScalarFunction function) {
    time("extract between " + unit, "")
        .taking(ArgumentKind.TIMESTAMP, "a", "b")
        .gives(type, function)
        .taking(ArgumentKind.MOMENT, "a", "b")
        .gives(type, function);
  }

  /** Sums and differences that the validator or syntax calls. */
  private void addSums() {
    time("$add_interval", "")
        .taking(ArgumentKind.TIME, "time")
        .integer("months", "days")
        .taking(ArgumentKind.BIGINT, "micros")
        .gives(SqlType.TIMESTAMP, ScalarFunction.ADD_INTERVAL);
    time("$add_days", "")
        .taking(ArgumentKind.DATE, "day")
        .integer("n")
        .gives(SqlType.DATE, ScalarFunction.ADD_DAYS);
    time("$subtract_days", "")
        .taking(ArgumentKind.DATE, "day")
        .integer("n")
        .gives(SqlType.DATE, ScalarFunction.SUBTRACT_DAYS);
    time("$days_between", "")
        .taking(ArgumentKind.DATE, "a", "b")
        .gives(SqlType.INTEGER, ScalarFunction.DAYS_BETWEEN);
    time("age", "the years, months, days and time from b, or else to today, as text")
        .taking(ArgumentKind.TIMESTAMP, "a", "b")
        .gives(SqlType.TEXT, ScalarFunction.AGE)
        .taking(ArgumentKind.MOMENT, "a", "b")
        .gives(SqlType.TEXT, ScalarFunction.AGE)
        .taking(ArgumentKind.TIMESTAMP, "t")
        .gives(SqlType.TEXT, ScalarFunction.AGE)
        .taking(ArgumentKind.MOMENT, "t")
        .gives(SqlType.TEXT, ScalarFunction.AGE);
  }

  private void addCalendar() {
    time("date_trunc", "cut to microseconds, second, minute, hour, day, week, month, year, ...")
        .text("unit")
        .taking(ArgumentKind.TIMESTAMP, "t")
        .gives(SqlType.TIMESTAMP, ScalarFunction.DATE_TRUNC)
        .text("unit")
        .taking(ArgumentKind.INSTANT, "t")
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.DATE_TRUNC);
    time("make_date", "the day of these numbers")
        .integer("year", "month", "day")
        .gives(SqlType.DATE, ScalarFunction.MAKE_DATE);
    time("make_time", "the time of day of these numbers")
        .integer("hour", "minute")
        .number("second")
        .gives(SqlType.TIME, ScalarFunction.MAKE_TIME);
    time("make_timestamp", "the time of these numbers")
        .integer("year", "month", "day", "hour", "minute")
        .number("second")
        .gives(SqlType.TIMESTAMP, ScalarFunction.MAKE_TIMESTAMP);
    time("timezone", "the instant of a local time in a zone, or the local time of an instant")
        .text("zone")
        .taking(ArgumentKind.TIMESTAMP, "t")
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.AT_TIME_ZONE)
        .text("zone")
        .taking(ArgumentKind.INSTANT, "t")
        .gives(SqlType.TIMESTAMP, ScalarFunction.AT_TIME_ZONE);
  }

  private FunctionBuilder format(String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(FunctionCategory.FORMAT, name, description);
    functions.add(builder);
    return builder;
  }

  private void addFormats() {
    format("to_char", "a time as YYYY-MM-DD HH24:MI:SS and such, a number as FM999,990.00")
        .taking(ArgumentKind.TIMESTAMP, "t")
        .text("template")
        .gives(SqlType.TEXT, ScalarFunction.TO_CHAR_TIME)
        .taking(ArgumentKind.INSTANT, "t")
        .text("template")
        .gives(SqlType.TEXT, ScalarFunction.TO_CHAR_TIME)
        .taking(ArgumentKind.ANY_NUMBER, "n")
        .text("template")
        .gives(SqlType.TEXT, ScalarFunction.TO_CHAR_NUMBER);
    format("to_date", "the day that a text writes as the template says")
        .text("t", "template")
        .gives(SqlType.DATE, ScalarFunction.TO_DATE);
    format("to_timestamp", "the instant that a text writes as the template says, or of an epoch")
        .text("t", "template")
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.TO_TIMESTAMP)
        .number("seconds")
        .gives(SqlType.TIMESTAMP_TZ, ScalarFunction.FROM_EPOCH);
    format("to_number", "the number that a text writes as the template says")
        .text("t", "template")
        .gives(new SqlType.Decimal(SqlType.Decimal.MAX_PRECISION, 10), ScalarFunction.TO_NUMBER);
  }
}
