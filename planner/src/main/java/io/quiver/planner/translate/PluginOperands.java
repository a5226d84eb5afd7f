package io.quiver.planner.translate;

import io.quiver.executor.expression.UserFunction;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;

/** The arguments of a plugin's function: of the exact types that it asks for. */
final class PluginOperands implements SqlOperandTypeChecker, SqlOperandTypeInference {
  private final List<SqlType> types;

  PluginOperands(UserFunction function) {
    this.types = function.parameterTypes();
  }

  @Override
  public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
    for (int i = 0; i < binding.getOperandCount(); i++) {
      SqlNode operand = binding.operand(i);
      boolean literal = operand instanceof SqlLiteral || operand instanceof SqlDynamicParam;
      if (!takes(types.get(i), binding.getOperandType(i), literal)) {
        if (throwOnFailure) {
          throw binding.newValidationSignatureError();
        }
        return false;
      }
      if (operand instanceof SqlDynamicParam
          && binding.getOperandType(i).getSqlTypeName() == SqlTypeName.UNKNOWN) {
        // Calcite infers no types in ORDER BY.
        binding.getValidator().setValidatedNodeType(operand, inferred(binding, i));
      }
    }
    return true;
  }

  private static boolean takes(SqlType wanted, RelDataType found, boolean literal) {
    if (found.getSqlTypeName() == SqlTypeName.NULL
        || found.getSqlTypeName() == SqlTypeName.UNKNOWN) {
      return true;
    }
    SqlType type = Types.fromCalcite(found);
    return wanted instanceof SqlType.Varchar
        ? type instanceof SqlType.Varchar
        : Types.assignable(type, wanted) || (literal && type instanceof SqlType.Varchar);
  }

  @Override
  public void inferOperandTypes(
      SqlCallBinding binding, RelDataType returnType, RelDataType[] operandTypes) {
    for (int i = 0; i < operandTypes.length; i++) {
      operandTypes[i] = inferred(binding, i);
    }
  }

  /** Where there are too many arguments, the check of their number says so next. */
  private RelDataType inferred(SqlCallBinding binding, int argument) {
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    return Types.toCalcite(
        factory, argument < types.size() ? types.get(argument) : SqlType.TEXT, true);
  }

  @Override
  public SqlOperandCountRange getOperandCountRange() {
    return SqlOperandCountRanges.of(types.size());
  }

  @Override
  public String getAllowedSignatures(SqlOperator operator, String name) {
    return types.stream().map(SqlType::sqlName).collect(Collectors.joining(", ", name + "(", ")"));
  }
}
