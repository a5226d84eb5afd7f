package io.quiver.planner.translate;

import static io.quiver.planner.translate.ArgumentKind.ANY;
import static io.quiver.planner.translate.ArgumentKind.AS_TEXT;
import static io.quiver.planner.translate.ArgumentKind.BIGINT;
import static io.quiver.planner.translate.ArgumentKind.DOUBLE;
import static io.quiver.planner.translate.ArgumentKind.INTEGER;
import static io.quiver.planner.translate.ArgumentKind.JSON;
import static io.quiver.planner.translate.ArgumentKind.NUMBER;
import static io.quiver.planner.translate.ArgumentKind.TEXT;
import static io.quiver.planner.translate.ArgumentKind.TIME;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.QuiverFunction.Target.Builtin;
import io.quiver.types.SqlType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** The built-in scalar functions under their PostgreSQL names; those over vectors are elsewhere. */
public final class BuiltinFunctions {
  private static final Map<String, QuiverFunction> BY_NAME = new HashMap<>();
  private static final Map<String, ScalarFunction> EXTRACT =
      Map.ofEntries(
          Map.entry("year", ScalarFunction.EXTRACT_YEAR),
          Map.entry("quarter", ScalarFunction.EXTRACT_QUARTER),
          Map.entry("month", ScalarFunction.EXTRACT_MONTH),
          Map.entry("week", ScalarFunction.EXTRACT_WEEK),
          Map.entry("day", ScalarFunction.EXTRACT_DAY),
          Map.entry("isodow", ScalarFunction.EXTRACT_ISODOW),
          Map.entry("dow", ScalarFunction.EXTRACT_DOW),
          Map.entry("doy", ScalarFunction.EXTRACT_DOY),
          Map.entry("hour", ScalarFunction.EXTRACT_HOUR),
          Map.entry("minute", ScalarFunction.EXTRACT_MINUTE),
          Map.entry("second", ScalarFunction.EXTRACT_SECOND),
          Map.entry("epoch", ScalarFunction.EXTRACT_EPOCH));

  static {
    addText();
    addNumbers();
    addOthers();
    ArrayFunctions.addTo(BY_NAME);
    EXTRACT.forEach((unit, function) -> add("extract " + unit, function, SqlType.BIGINT, 1, TIME));
  }

  private BuiltinFunctions() {}

  /** The function of this name in lower case, or null. */
  public static @Nullable QuiverFunction named(String name) {
    return BY_NAME.get(name);
  }

  /** The names that a user may write, in their order. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>(BY_NAME.keySet());
    names.removeIf(name -> !name.matches("\\w+"));
    return names;
  }

  /** What {@code x comparison ANY(array)} runs. */
  public static QuiverFunction any(SqlKind comparison) {
    return Objects.requireNonNull(BY_NAME.get(ArrayFunctions.anyName(comparison)));
  }

  /** What EXTRACT(unit FROM x) runs, or null. */
  public static @Nullable QuiverFunction extract(String unit) {
    return BY_NAME.get("extract " + unit);
  }

  private static void addText() {
    add("lower", ScalarFunction.LOWER, SqlType.TEXT, 1, TEXT);
    add("upper", ScalarFunction.UPPER, SqlType.TEXT, 1, TEXT);
    for (String name : List.of("length", "char_length", "character_length")) {
      add(name, ScalarFunction.CHAR_LENGTH, SqlType.INTEGER, 1, TEXT);
    }
    add("octet_length", ScalarFunction.OCTET_LENGTH, SqlType.INTEGER, 1, TEXT);
    for (String name : List.of("substring", "substr")) {
      add(name, ScalarFunction.SUBSTRING, SqlType.TEXT, 2, TEXT, INTEGER, INTEGER);
    }
    for (String name : List.of("trim", "btrim")) {
      add(name, ScalarFunction.TRIM_BOTH, SqlType.TEXT, 1, TEXT, TEXT);
    }
    add("ltrim", ScalarFunction.TRIM_LEADING, SqlType.TEXT, 1, TEXT, TEXT);
    add("rtrim", ScalarFunction.TRIM_TRAILING, SqlType.TEXT, 1, TEXT, TEXT);
    add("replace", ScalarFunction.REPLACE, SqlType.TEXT, 3, TEXT, TEXT, TEXT);
    add("position", ScalarFunction.POSITION, SqlType.INTEGER, 2, TEXT, TEXT);
    // Haystack first, where POSITION has the needle first.
    put(
        "strpos",
        new Builtin(ScalarFunction.POSITION, List.of(TEXT, TEXT), SqlType.INTEGER, List.of(1, 0)),
        2,
        false);
    add("left", ScalarFunction.LEFT, SqlType.TEXT, 2, TEXT, INTEGER);
    add("right", ScalarFunction.RIGHT, SqlType.TEXT, 2, TEXT, INTEGER);
    add("reverse", ScalarFunction.REVERSE, SqlType.TEXT, 1, TEXT);
    add("repeat", ScalarFunction.REPEAT, SqlType.TEXT, 2, TEXT, INTEGER);
    add("lpad", ScalarFunction.LPAD, SqlType.TEXT, 2, TEXT, INTEGER, TEXT);
    add("rpad", ScalarFunction.RPAD, SqlType.TEXT, 2, TEXT, INTEGER, TEXT);
    add("starts_with", ScalarFunction.STARTS_WITH, SqlType.BOOLEAN, 2, TEXT, TEXT);
    add("ends_with", ScalarFunction.ENDS_WITH, SqlType.BOOLEAN, 2, TEXT, TEXT);
    add("initcap", ScalarFunction.INITCAP, SqlType.TEXT, 1, TEXT);
    add("split_part", ScalarFunction.SPLIT_PART, SqlType.TEXT, 3, TEXT, TEXT, INTEGER);
    // The grammar's name of TRANSLATE with three arguments.
    add("translate3", ScalarFunction.TRANSLATE, SqlType.TEXT, 3, TEXT, TEXT, TEXT);
    add("ascii", ScalarFunction.ASCII, SqlType.INTEGER, 1, TEXT);
    add("chr", ScalarFunction.CHR, SqlType.TEXT, 1, INTEGER);
    add("to_hex", ScalarFunction.TO_HEX, SqlType.TEXT, 1, BIGINT);
    add("md5", ScalarFunction.MD5, SqlType.TEXT, 1, TEXT);
    variadic("concat", ScalarFunction.CONCAT, SqlType.TEXT, AS_TEXT);
  }

  private static void addNumbers() {
    add("abs", ScalarFunction.ABS, null, 1, NUMBER);
    add("sign", ScalarFunction.SIGN, null, 1, NUMBER);
    add("mod", ScalarFunction.MOD, null, 2, NUMBER, NUMBER);
    add("ceil", ScalarFunction.CEIL, SqlType.DOUBLE, 1, DOUBLE);
    add("ceiling", ScalarFunction.CEIL, SqlType.DOUBLE, 1, DOUBLE);
    add("floor", ScalarFunction.FLOOR, SqlType.DOUBLE, 1, DOUBLE);
    add("round", ScalarFunction.ROUND, SqlType.DOUBLE, 1, DOUBLE, INTEGER);
    add("trunc", ScalarFunction.TRUNCATE, SqlType.DOUBLE, 1, DOUBLE, INTEGER);
    add("truncate", ScalarFunction.TRUNCATE, SqlType.DOUBLE, 1, DOUBLE, INTEGER);
    add("sqrt", ScalarFunction.SQRT, SqlType.DOUBLE, 1, DOUBLE);
    add("cbrt", ScalarFunction.CBRT, SqlType.DOUBLE, 1, DOUBLE);
    add("degrees", ScalarFunction.DEGREES, SqlType.DOUBLE, 1, DOUBLE);
    add("radians", ScalarFunction.RADIANS, SqlType.DOUBLE, 1, DOUBLE);
    add("exp", ScalarFunction.EXP, SqlType.DOUBLE, 1, DOUBLE);
    add("ln", ScalarFunction.LN, SqlType.DOUBLE, 1, DOUBLE);
    add("log", ScalarFunction.LOG10, SqlType.DOUBLE, 1, DOUBLE);
    add("log10", ScalarFunction.LOG10, SqlType.DOUBLE, 1, DOUBLE);
    add("power", ScalarFunction.POWER, SqlType.DOUBLE, 2, DOUBLE, DOUBLE);
    add("pow", ScalarFunction.POWER, SqlType.DOUBLE, 2, DOUBLE, DOUBLE);
    add("sin", ScalarFunction.SIN, SqlType.DOUBLE, 1, DOUBLE);
    add("cos", ScalarFunction.COS, SqlType.DOUBLE, 1, DOUBLE);
    add("tan", ScalarFunction.TAN, SqlType.DOUBLE, 1, DOUBLE);
    add("asin", ScalarFunction.ASIN, SqlType.DOUBLE, 1, DOUBLE);
    add("acos", ScalarFunction.ACOS, SqlType.DOUBLE, 1, DOUBLE);
    add("atan", ScalarFunction.ATAN, SqlType.DOUBLE, 1, DOUBLE);
    add("atan2", ScalarFunction.ATAN2, SqlType.DOUBLE, 2, DOUBLE, DOUBLE);
  }

  private static void addOthers() {
    variadic("coalesce", ScalarFunction.COALESCE, null, ANY);
    variadic("greatest", ScalarFunction.GREATEST, null, ANY);
    variadic("least", ScalarFunction.LEAST, null, ANY);
    add("now", ScalarFunction.CURRENT_TIMESTAMP, SqlType.TIMESTAMP_TZ, 0);
    add("$add_interval", ScalarFunction.ADD_INTERVAL, null, 4, TIME, INTEGER, INTEGER, BIGINT);
    add("$json_member", ScalarFunction.JSON_MEMBER, SqlType.JSON, 2, JSON, AS_TEXT);
    add("$json_member_text", ScalarFunction.JSON_MEMBER_TEXT, SqlType.TEXT, 2, JSON, AS_TEXT);
    add("json_value", ScalarFunction.JSON_VALUE, SqlType.TEXT, 2, JSON, TEXT);
    add("json_query", ScalarFunction.JSON_QUERY, SqlType.JSON, 2, JSON, TEXT);
    add("json_exists", ScalarFunction.JSON_EXISTS, SqlType.BOOLEAN, 2, JSON, TEXT);
    add("json_typeof", ScalarFunction.JSON_TYPEOF, SqlType.TEXT, 1, JSON);
    add("json_array_length", ScalarFunction.JSON_ARRAY_LENGTH, SqlType.INTEGER, 1, JSON);
    add("version", ScalarFunction.VERSION, SqlType.TEXT, 0);
    add("current_database", ScalarFunction.CURRENT_CATALOG, SqlType.TEXT, 0);
    word("current_date", ScalarFunction.CURRENT_DATE, SqlType.DATE);
    word("current_timestamp", ScalarFunction.CURRENT_TIMESTAMP, SqlType.TIMESTAMP_TZ);
    word("localtimestamp", ScalarFunction.LOCALTIMESTAMP, SqlType.TIMESTAMP);
    word("localtime", ScalarFunction.LOCALTIME, SqlType.TIME);
    word("current_catalog", ScalarFunction.CURRENT_CATALOG, SqlType.TEXT);
    word("current_user", ScalarFunction.CURRENT_USER, SqlType.TEXT);
    word("session_user", ScalarFunction.CURRENT_USER, SqlType.TEXT);
    word("user", ScalarFunction.CURRENT_USER, SqlType.TEXT);
  }

  private static void add(
      String name,
      ScalarFunction function,
      @Nullable SqlType returns,
      int argumentsMin,
      ArgumentKind... kinds) {
    List<Integer> order = IntStream.range(0, kinds.length).boxed().toList();
    put(name, new Builtin(function, List.of(kinds), returns, order), argumentsMin, false);
  }

  private static void variadic(
      String name, ScalarFunction function, @Nullable SqlType returns, ArgumentKind kind) {
    put(name, new Builtin(function, List.of(kind), returns, List.of()), 1, false);
  }

  private static void word(String name, ScalarFunction function, SqlType returns) {
    put(name, new Builtin(function, List.of(), returns, List.of()), 0, true);
  }

  private static void put(String name, Builtin target, int argumentsMin, boolean word) {
    BY_NAME.put(name, QuiverFunction.builtin(name, target, argumentsMin, word));
  }
}
