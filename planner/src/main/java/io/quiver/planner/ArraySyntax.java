package io.quiver.planner;

import io.quiver.planner.translate.ArrayAggregate;
import io.quiver.planner.translate.ArrayElements;
import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.sql.ScalarOperators;
import io.quiver.types.ErrorCode;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlQuantifyOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** Rewrites what is written of arrays to functions of them. */
final class ArraySyntax {
  private ArraySyntax() {}

  /** The same call of a function, or null for what is not of arrays. */
  static @Nullable SqlCall plain(SqlCall call) {
    SqlOperator operator = call.getOperator();
    SqlParserPos position = call.getParserPosition();
    List<SqlNode> operands = call.getOperandList();
    if (operator.equals(ScalarOperators.HOLDS)) {
      return SpecialSyntax.named("@>", position, operands);
    }
    if (operator.equals(ScalarOperators.HELD_BY)) {
      return SpecialSyntax.named("@>", position, operands.reversed());
    }
    if (operator.equals(ScalarOperators.SHARES)) {
      return SpecialSyntax.named("&&", position, operands);
    }
    return switch (call.getKind()) {
      case ITEM -> SpecialSyntax.named("[]", position, operands);
      case ARRAY_VALUE_CONSTRUCTOR -> array(call);
      case CAST -> isEmptyArray(call.operand(0)) ? castOfEmpty(call) : null;
      case UNNEST -> unnest(call);
      case SOME, ALL -> quantified(call);
      case ARRAY_AGG ->
          ArrayAggregate.FUNCTION.createCall(call.getFunctionQuantifier(), position, operands);
      default -> null;
    };
  }

  /** Wraps the array, once, in what makes it one of Calcite's. */
  private static @Nullable SqlCall unnest(SqlCall call) {
    SqlNode operand = call.operand(0);
    if (operand instanceof SqlCall inner && inner.getOperator().equals(ArrayElements.INSTANCE)) {
      return null;
    }
    if (call.operandCount() > 1) {
      throw Messages.at(
          call.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "UNNEST of several arrays is not supported yet");
    }
    SqlParserPos position = call.getParserPosition();
    return call.getOperator()
        .createCall(position, ArrayElements.INSTANCE.createCall(position, operand));
  }

  private static SqlCall array(SqlCall call) {
    if (isEmptyArray(call)) {
      throw Messages.at(
          call.getParserPosition(),
          ErrorCode.INDETERMINATE_DATATYPE,
          "ARRAY[] says no type of its elements; write ARRAY[]::integer[]");
    }
    return SpecialSyntax.named("array[]", call.getParserPosition(), call.getOperandList());
  }

  private static boolean isEmptyArray(SqlNode node) {
    return node.getKind() == SqlKind.ARRAY_VALUE_CONSTRUCTOR
        && ((SqlCall) node).operandCount() == 0;
  }

  private static SqlCall castOfEmpty(SqlCall cast) {
    SqlParserPos position = cast.getParserPosition();
    return SqlStdOperatorTable.CAST.createCall(
        position, SqlLiteral.createCharString("{}", position), cast.operand(1));
  }

  /** {@code = ANY(array)}: one expression in parentheses is an array, several are a list. */
  private static @Nullable SqlCall quantified(SqlCall call) {
    if (!(call.getOperator() instanceof SqlQuantifyOperator operator)
        || !(call.operand(1) instanceof SqlNodeList list)
        || list.size() != 1) {
      return null;
    }
    SqlParserPos position = call.getParserPosition();
    List<SqlNode> operands = List.of(call.operand(0), list.get(0));
    if (call.getKind() == SqlKind.SOME) {
      return BuiltinFunctions.any(operator.comparisonKind).createCall(position, operands);
    }
    // True of all elements is not: false of any. NOT keeps what is unknown.
    SqlKind opposite = operator.comparisonKind.negateNullSafe();
    return SqlStdOperatorTable.NOT.createCall(
        position, BuiltinFunctions.any(opposite).createCall(position, operands));
  }
}
