package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.validate.SqlValidator;

/**
 * Oracle's {@code VECTOR_DISTANCE(a, b, COSINE)}: the metric's word is no column, so the call is
 * rewritten before names are resolved.
 */
final class VectorDistanceFunction extends SqlFunction {
  VectorDistanceFunction() {
    super(
        "vector_distance",
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.DOUBLE_NULLABLE,
        null,
        OperandTypes.VARIADIC,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }

  @Override
  public SqlNode rewriteCall(SqlValidator validator, SqlCall call) {
    List<SqlNode> operands = call.getOperandList();
    String where = SourcePositions.describe(call.getParserPosition());
    if (operands.size() < 2 || operands.size() > 3) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_FUNCTION,
          where
              + "VECTOR_DISTANCE takes two vectors and a metric, found "
              + operands.size()
              + " arguments");
    }
    SqlFunction function =
        operands.size() == 2 ? VectorOperators.COSINE_DISTANCE : metric(operands.get(2), where);
    return function.createCall(call.getParserPosition(), operands.get(0), operands.get(1));
  }

  private static SqlFunction metric(SqlNode node, String where) {
    SqlFunction function =
        node instanceof SqlIdentifier name && name.isSimple()
            ? VectorOperators.forMetric(name.getSimple().toLowerCase(Locale.ROOT))
            : null;
    if (function == null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          where
              + "the metric of VECTOR_DISTANCE is one of "
              + String.join(", ", VectorOperators.METRIC_NAMES)
              + ", found "
              + node);
    }
    return function;
  }
}
