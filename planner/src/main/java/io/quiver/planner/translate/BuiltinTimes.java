package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** The functions of dates and times. */
final class BuiltinTimes {
  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinTimes() {}

  static List<FunctionBuilder> all() {
    BuiltinTimes times = new BuiltinTimes();
    times.addNow();
    times.addFields();
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

  private void addFields() {
    extract("year", ScalarFunction.EXTRACT_YEAR);
    extract("quarter", ScalarFunction.EXTRACT_QUARTER);
    extract("month", ScalarFunction.EXTRACT_MONTH);
    extract("week", ScalarFunction.EXTRACT_WEEK);
    extract("day", ScalarFunction.EXTRACT_DAY);
    extract("isodow", ScalarFunction.EXTRACT_ISODOW);
    extract("dow", ScalarFunction.EXTRACT_DOW);
    extract("doy", ScalarFunction.EXTRACT_DOY);
    extract("hour", ScalarFunction.EXTRACT_HOUR);
    extract("minute", ScalarFunction.EXTRACT_MINUTE);
    extract("second", ScalarFunction.EXTRACT_SECOND);
    extract("epoch", ScalarFunction.EXTRACT_EPOCH);
    time("$add_interval", "")
        .taking(ArgumentKind.TIME, "time")
        .integer("months", "days")
        .taking(ArgumentKind.BIGINT, "micros")
        .gives(SqlType.TIMESTAMP, ScalarFunction.ADD_INTERVAL);
  }

  private void extract(String unit, ScalarFunction function) {
    time("extract " + unit, "").taking(ArgumentKind.TIME, "t").gives(SqlType.BIGINT, function);
  }
}
