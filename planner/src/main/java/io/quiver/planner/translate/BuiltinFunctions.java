package io.quiver.planner.translate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * The one list of built-in functions, under their PostgreSQL names: the validator finds here what a
 * call means, and everything that lists functions what there is. Those over vectors, aggregates and
 * window functions run elsewhere and are only described here.
 */
public final class BuiltinFunctions {
  private static final Map<String, QuiverFunction> BY_NAME = new HashMap<>();
  private static final List<FunctionInfo> INFOS;

  static {
    List<FunctionInfo> infos = new ArrayList<>(DescribedFunctions.all());
    Stream.of(
            BuiltinText.all(),
            BuiltinNumbers.all(),
            BuiltinTimes.all(),
            BuiltinArrays.all(),
            BuiltinOthers.all())
        .flatMap(List::stream)
        .forEach(builder -> {
          builder.functions().forEach(function -> BY_NAME.put(function.getName(), function));
          infos.addAll(builder.infos());
        });
    // The grammar's name of TRANSLATE with three arguments.
    BY_NAME.put("translate3", required("translate"));
    // Stable: within a category, as declared.
    infos.sort(Comparator.comparing(FunctionInfo::category));
    INFOS = List.copyOf(infos);
  }

  private BuiltinFunctions() {}

  /** The function of this name in lower case, or null. */
  public static @Nullable QuiverFunction named(String name) {
    return BY_NAME.get(name);
  }

  /** The function of this name, which is known to be there. */
  public static QuiverFunction required(String name) {
    return Objects.requireNonNull(named(name), name);
  }

  /** All that a user may call by name, by category. */
  public static List<FunctionInfo> all() {
    return INFOS;
  }

  /** What {@code x comparison ANY(array)} runs. */
  public static QuiverFunction any(SqlKind comparison) {
    return Objects.requireNonNull(BY_NAME.get(BuiltinArrays.anyName(comparison)));
  }

  /** What EXTRACT(unit FROM x) runs, or null. */
  public static @Nullable QuiverFunction extract(String unit) {
    return BY_NAME.get("extract " + unit);
  }
}
