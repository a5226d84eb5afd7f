package io.quiver.engine;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.FunctionCategory;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.sql.Keywords;
import java.util.List;
import java.util.Set;

/** The words of SQL, as JDBC and Flight SQL divide them up for their clients. */
public final class SqlVocabulary {
  private SqlVocabulary() {}

  /** Reserved words that standard SQL does not reserve. */
  public static List<String> keywords() {
    return Keywords.BEYOND_STANDARD;
  }

  public static List<String> numericFunctions() {
    return of(Set.of(FunctionCategory.NUMBER));
  }

  public static List<String> stringFunctions() {
    return of(
        Set.of(
            FunctionCategory.TEXT,
            FunctionCategory.PATTERN,
            FunctionCategory.FORMAT,
            FunctionCategory.BYTES));
  }

  public static List<String> timeDateFunctions() {
    return of(Set.of(FunctionCategory.TIME));
  }

  /** All that are of no other kind, but aggregates and window functions. */
  public static List<String> systemFunctions() {
    return of(
        Set.of(
            FunctionCategory.CONDITION,
            FunctionCategory.SESSION,
            FunctionCategory.JSON,
            FunctionCategory.VECTOR));
  }

  private static List<String> of(Set<FunctionCategory> categories) {
    return BuiltinFunctions.all().stream()
        .filter(info -> categories.contains(info.category()))
        .map(FunctionInfo::name)
        .sorted()
        .toList();
  }
}
