package io.quiver.planner.translate;

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

/** Which arguments a function over arrays takes, and what type a {@code ?} among them has. */
final class ArrayOperands implements SqlOperandTypeChecker, SqlOperandTypeInference {
  private final QuiverFunction.Target.OverArrays target;

  ArrayOperands(QuiverFunction.Target.OverArrays target) {
    this.target = target;
  }

  @Override
  public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
    for (int i = 0; i < binding.getOperandCount(); i++) {
      SqlNode operand = binding.operand(i);
      boolean literal = operand instanceof SqlLiteral || operand instanceof SqlDynamicParam;
      if (!target.kind(i).takes(binding.getOperandType(i), literal)) {
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

  @Override
  public void inferOperandTypes(
      SqlCallBinding binding, RelDataType returnType, RelDataType[] operandTypes) {
    for (int i = 0; i < operandTypes.length; i++) {
      // Too many: the check of their number says so next.
      operandTypes[i] = inferred(binding, target.repeated() ? 0 : Math.min(i, max() - 1));
    }
  }

  private int max() {
    return target.parameters().size();
  }

  private RelDataType inferred(SqlCallBinding binding, int argument) {
    ArgumentKind kind = target.kind(argument);
    boolean meets = kind == ArgumentKind.ARRAY || kind == ArgumentKind.ELEMENT;
    boolean fits = target.repeated() || binding.getOperandCount() <= max();
    SqlType type =
        meets && fits
            ? ArrayFunctions.inferred(target, kind, knownTypes(binding))
            : kind.inferred();
    return Types.toCalcite((QuiverTypeFactory) binding.getTypeFactory(), type, true);
  }

  /** The type of every argument, NULL of a {@code ?}. */
  private static List<RelDataType> knownTypes(SqlCallBinding binding) {
    RelDataType unknown = binding.getTypeFactory().createSqlType(SqlTypeName.NULL);
    return binding.operands().stream()
        .map(o ->
            o instanceof SqlDynamicParam
                ? unknown
                : binding.getValidator().deriveType(binding.getScope(), o))
        .toList();
  }

  @Override
  public SqlOperandCountRange getOperandCountRange() {
    return target.repeated()
        ? SqlOperandCountRanges.from(target.argumentsMin())
        : SqlOperandCountRanges.between(target.argumentsMin(), max());
  }

  @Override
  public String getAllowedSignatures(SqlOperator operator, String name) {
    return target.parameters().stream()
        .map(parameter -> parameter.kind().name())
        .collect(Collectors.joining(", ", name + "(", target.repeated() ? ", ...)" : ")"));
  }
}
