package io.quiver.planner;

import io.quiver.types.ErrorCode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.SqlWithItem;
import org.jspecify.annotations.Nullable;

/** Refuses by name what Calcite's grammar reads and no plan can say. */
final class UnsupportedSyntax {
  private UnsupportedSyntax() {}

  static void check(SqlCall call) {
    String found = found(call);
    if (found != null) {
      throw Messages.at(
          call.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          found + " is not supported yet");
    }
  }

  private static @Nullable String found(SqlCall call) {
    return switch (call.getKind()) {
      case RESPECT_NULLS, IGNORE_NULLS -> "RESPECT NULLS or IGNORE NULLS";
      case MATCH_RECOGNIZE -> "MATCH_RECOGNIZE";
      case ARRAY_QUERY_CONSTRUCTOR -> "ARRAY of a query";
      case TABLESAMPLE -> "TABLESAMPLE";
      case PIVOT -> "PIVOT";
      case UNPIVOT -> "UNPIVOT";
      case SNAPSHOT -> "FOR SYSTEM_TIME";
      case COLLECTION_TABLE -> "a table function";
      case WITHIN_GROUP -> "WITHIN GROUP";
      case TRANSLATE -> "the conversion to another character set";
      case WITHIN_DISTINCT -> "WITHIN DISTINCT";
      case ROW -> null;
      case MAP_VALUE_CONSTRUCTOR, MULTISET_VALUE_CONSTRUCTOR -> "MAP and MULTISET";
      case SIMILAR -> "SIMILAR TO";
      case INTERVAL -> "INTERVAL";
      default ->
          switch (call) {
            case SqlWithItem item when item.recursive.booleanValue() -> "WITH RECURSIVE";
            default -> isConvert(call) ? "CONVERT (CAST(value AS type) converts a value)" : null;
          };
    };
  }

  /** Any of the databases' forms; a plugin's function of that name is no operator of Calcite's. */
  private static boolean isConvert(SqlCall call) {
    return call.getOperator().getName().equals("CONVERT")
        && !(call.getOperator() instanceof SqlUnresolvedFunction);
  }
}
