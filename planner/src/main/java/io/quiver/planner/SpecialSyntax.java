package io.quiver.planner;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.QuiverFunction;
import io.quiver.sql.ScalarOperators;
import io.quiver.sql.SequenceReferences;
import io.quiver.types.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlJdbcFunctionCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlPosixRegexOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Rewrites functions with a syntax of their own, such as TRIM(BOTH 'x' FROM s), to plain ones. */
final class SpecialSyntax {
  private SpecialSyntax() {}

  /** The same call of a plain function, or the call itself. */
  static SqlCall plain(SqlCall call) {
    if (call.getOperator().equals(SqlLibraryOperators.INFIX_CAST)) {
      return plain(
          SqlStdOperatorTable.CAST.createCall(
              call.getParserPosition(), call.operand(0), call.operand(1)));
    }
    if (call.getOperator() instanceof SqlJdbcFunctionCall function) {
      return plain(JdbcFunctions.plain(function, call));
    }
    SqlCall array = ArraySyntax.plain(call);
    if (array != null) {
      return array;
    }
    if (call.getKind() == SqlKind.COALESCE) {
      return named("coalesce", call.getParserPosition(), call.getOperandList());
    }
    if (call.getOperator().equals(ScalarOperators.JSON_MEMBER)) {
      return function("$json_member", call);
    }
    if (call.getOperator().equals(ScalarOperators.JSON_MEMBER_TEXT)) {
      return function("$json_member_text", call);
    }
    if (call.getOperator() instanceof SqlPosixRegexOperator regex) {
      return regex(regex, call);
    }
    if (call.getOperator().equals(ScalarOperators.AT_TIME_ZONE)) {
      return named("timezone", call.getParserPosition(), List.of(call.operand(1), call.operand(0)));
    }
    if (call.getOperator().equals(ScalarOperators.JSON_PATH)) {
      return function("$json_path", call);
    }
    if (call.getOperator().equals(ScalarOperators.JSON_PATH_TEXT)) {
      return function("$json_path_text", call);
    }
    return switch (call.getKind()) {
      case PLUS, MINUS -> Intervals.plain(call);
      case OTHER_FUNCTION -> json(call);
      case TRIM -> trim(call);
      case NEXT_VALUE -> sequence("nextval", call);
      case CURRENT_VALUE -> sequence("currval", call);
      case EXTRACT -> extract(call, call.operand(0).toString());
      case POSITION -> function("position", call);
      case FLOOR -> function("floor", call);
      case CEIL -> function("ceil", call);
      default ->
          call.getOperator().equals(SqlStdOperatorTable.SUBSTRING)
              ? function("substring", call)
              : call;
    };
  }

  private static SqlCall function(String name, SqlCall call) {
    return named(name, call.getParserPosition(), call.getOperandList());
  }

  static SqlCall named(String name, SqlParserPos position, List<SqlNode> operands) {
    QuiverFunction function = Objects.requireNonNull(BuiltinFunctions.named(name));
    return function.createCall(position, operands);
  }

  /** JSON_QUERY brings its clauses along, said or not; those that change nothing are dropped. */
  private static SqlCall json(SqlCall call) {
    if (!call.getOperator().getName().equalsIgnoreCase("json_query") || call.operandCount() <= 2) {
      return call;
    }
    for (SqlNode clause : call.getOperandList().subList(2, call.operandCount())) {
      if (clause != null && !clause.toString().matches("(?i)(\\w+\\[)?(WITHOUT_ARRAY|NULL)]?")) {
        throw Messages.at(
            call.getParserPosition(),
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "a clause of JSON_QUERY is not supported: " + clause);
      }
    }
    return named("json_query", call.getParserPosition(), call.getOperandList().subList(0, 2));
  }

  /** {@code t ~ regex}, {@code ~*} without regard to case, {@code !~} and {@code !~*}. */
  private static SqlCall regex(SqlPosixRegexOperator operator, SqlCall call) {
    SqlParserPos position = call.getParserPosition();
    List<SqlNode> operands = new ArrayList<>(call.getOperandList().subList(0, 2));
    if (!operator.isCaseSensitive()) {
      operands.add(SqlLiteral.createCharString("i", position));
    }
    SqlCall found = named("regexp_like", position, operands);
    return operator.isNegated() ? SqlStdOperatorTable.NOT.createCall(position, found) : found;
  }

  /** {@code NEXT VALUE FOR s} and its like. */
  private static SqlCall sequence(String function, SqlCall call) {
    SqlParserPos position = call.getParserPosition();
    String name = Objects.requireNonNull(SequenceReferences.name(call));
    return named(function, position, List.of(SqlLiteral.createCharString(name, position)));
  }

  private static SqlCall trim(SqlCall call) {
    if (call.operandCount() != 3 || !(call.operand(0) instanceof SqlLiteral flag)) {
      return call;
    }
    String name =
        switch (flag.getValueAs(SqlTrimFunction.Flag.class)) {
          case BOTH -> "btrim";
          case LEADING -> "ltrim";
          case TRAILING -> "rtrim";
        };
    return named(name, call.getParserPosition(), List.of(call.operand(2), call.operand(1)));
  }

  private static SqlCall extract(SqlCall call, String name) {
    String unit = unit(name.replace("`", "").toLowerCase(Locale.ROOT));
    if (call.operand(1) instanceof SqlCall difference && Intervals.isDifference(difference)) {
      QuiverFunction part = BuiltinFunctions.extract("between " + unit);
      if (part != null) {
        return part.createCall(call.getParserPosition(), difference.getOperandList());
      }
    }
    QuiverFunction function = BuiltinFunctions.extract(unit);
    if (function == null) {
      throw Messages.at(
          call.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "EXTRACT(" + unit.toUpperCase(Locale.ROOT) + ") is not supported");
    }
    return function.createCall(call.getParserPosition(), List.of(call.operand(1)));
  }

  /** The unit under the name that the list of functions has it by. */
  private static String unit(String name) {
    return switch (name) {
      case "millisecond", "microsecond" -> name + "s";
      case "milliseconds", "microseconds" -> name;
      default ->
          name.length() > 4 && name.endsWith("s") && BuiltinFunctions.extract(name) == null
              ? name.substring(0, name.length() - 1)
              : name;
    };
  }
}
