package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.Expressions;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;

/** The condition of a CHECK or of a partial index, over the columns of one row. */
final class CheckPlanner {
  /** Whose value is another at another time, or for another user. */
  private static final Set<ScalarFunction> CHANGING =
      EnumSet.of(
          ScalarFunction.RANDOM,
          ScalarFunction.GEN_RANDOM_UUID,
          ScalarFunction.NEXTVAL,
          ScalarFunction.CURRVAL,
          ScalarFunction.LASTVAL,
          ScalarFunction.SETVAL,
          ScalarFunction.CURRENT_DATE,
          ScalarFunction.CURRENT_TIMESTAMP,
          ScalarFunction.LOCALTIMESTAMP,
          ScalarFunction.LOCALTIME,
          ScalarFunction.CURRENT_CATALOG,
          ScalarFunction.CURRENT_USER,
          ScalarFunction.VERSION);

  private CheckPlanner() {}

  /**
   * @param what begins the messages, such as CHECK
   */
  static Expression condition(
      StatementPlanner planner, SqlNode parsed, TableDefinition table, String what) {
    SqlParserPos position = parsed.getParserPosition();
    if (InsertPlanner.hasQuery(parsed)) {
      throw Messages.at(
          position, ErrorCode.FEATURE_NOT_SUPPORTED, "a subquery in " + what + " is not supported");
    }
    SqlSelect select =
        Selects.of(
            position,
            new SqlNodeList(List.of(parsed), position),
            new SqlIdentifier(List.of(table.schemaName(), table.name()), position),
            null);
    Expression condition =
        planner.rowExpressions(planner.prepare(select), what).expressions().getFirst();
    if (!condition.type().equals(SqlType.BOOLEAN)) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH,
          "the condition of " + what + " is BOOLEAN, found " + condition.type().sqlName());
    }
    Expressions.forEach(condition, part -> checkLasting(part, what));
    return condition;
  }

  private static void checkLasting(Expression part, String what) {
    String changing =
        switch (part) {
          case Expression.Call call when CHANGING.contains(call.function()) ->
              call.function().name();
          case Expression.UserCall call when !call.function().deterministic() ->
              call.function().name();
          default -> null;
        };
    if (changing != null) {
      throw new QuiverException(
          ErrorCode.INVALID_OBJECT_DEFINITION,
          "the condition of "
              + what
              + " holds of a row for ever, but "
              + changing
              + " may give another value at another time");
    }
  }
}
