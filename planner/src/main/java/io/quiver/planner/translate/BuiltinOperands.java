package io.quiver.planner.translate;

import io.quiver.planner.translate.QuiverFunction.Target;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Which arguments a built-in function takes, and what type a {@code ?} among them has. */
final class BuiltinOperands implements SqlOperandTypeChecker, SqlOperandTypeInference {
  private final Target.Builtin function;

  BuiltinOperands(Target.Builtin function) {
    this.function = function;
  }

  /** The form that the validator has found to fit, or the first one of as many arguments. */
  static Overload chosen(Target.Builtin function, SqlOperatorBinding binding) {
    List<@Nullable SqlType> types = new ArrayList<>();
    List<Boolean> literals = new ArrayList<>();
    for (int i = 0; i < binding.getOperandCount(); i++) {
      types.add(known(binding.getOperandType(i)));
      literals.add(!(binding instanceof SqlCallBinding call) || isLiteral(call.operand(i)));
    }
    Overload overload = function.choose(types, literals);
    return overload != null ? overload : function.first(types.size());
  }

  private static boolean isLiteral(SqlNode operand) {
    return operand instanceof SqlLiteral || operand instanceof SqlDynamicParam;
  }

  /** Null where the type says nothing. */
  private static @Nullable SqlType known(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case NULL, UNKNOWN, ANY -> null;
      default -> Types.fromCalcite(type);
    };
  }

  @Override
  public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
    Overload overload = chosen(function, binding);
    for (int i = 0; i < binding.getOperandCount(); i++) {
      SqlNode operand = binding.operand(i);
      if (!overload.takes(binding.getOperandCount())
          || !overload.kind(i).takes(binding.getOperandType(i), isLiteral(operand))) {
        if (throwOnFailure) {
          throw binding.newValidationSignatureError();
        }
        return false;
      }
      if (operand instanceof SqlDynamicParam
          && binding.getOperandType(i).getSqlTypeName() == SqlTypeName.UNKNOWN) {
        // Calcite infers no types in ORDER BY.
        binding.getValidator().setValidatedNodeType(operand, inferred(overload, binding, i));
      }
    }
    return true;
  }

  @Override
  public void inferOperandTypes(
      SqlCallBinding binding, RelDataType returnType, RelDataType[] operandTypes) {
    Overload overload = fitting(binding);
    for (int i = 0; i < operandTypes.length; i++) {
      // Where there are too many, the check of their number says so next.
      operandTypes[i] =
          i < overload.argumentsMax() && !overload.parameters().isEmpty()
              ? inferred(overload, binding, i)
              : Types.toCalcite((QuiverTypeFactory) binding.getTypeFactory(), SqlType.TEXT, true);
    }
  }

  /** As {@link #chosen}, before the types of {@code ?} are known. */
  private Overload fitting(SqlCallBinding binding) {
    if (function.overloads().size() == 1) {
      return function.overloads().getFirst();
    }
    List<@Nullable SqlType> types = new ArrayList<>();
    List<Boolean> literals = new ArrayList<>();
    for (SqlNode operand : binding.operands()) {
      types.add(
          operand instanceof SqlDynamicParam
              ? null
              : known(binding.getValidator().deriveType(binding.getScope(), operand)));
      literals.add(isLiteral(operand));
    }
    Overload fitting = function.choose(types, literals);
    return fitting != null ? fitting : function.first(types.size());
  }

  private static RelDataType inferred(Overload overload, SqlCallBinding binding, int argument) {
    ArgumentKind kind = overload.kind(argument);
    return kind.meets()
        ? common(binding, kind)
        : Types.toCalcite((QuiverTypeFactory) binding.getTypeFactory(), kind.inferred(), true);
  }

  /** A {@code ?} among arguments that meet takes the type of its neighbours. */
  private static RelDataType common(SqlCallBinding binding, ArgumentKind kind) {
    List<RelDataType> known =
        binding.operands().stream()
            .filter(o -> !(o instanceof SqlDynamicParam))
            .map(o -> binding.getValidator().deriveType(binding.getScope(), o))
            .filter(t -> t.getSqlTypeName() != SqlTypeName.NULL)
            .toList();
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    if (known.isEmpty()) {
      return Types.toCalcite(factory, kind.inferred(), true);
    }
    RelDataType meeting = QuiverFunction.meeting(factory, known);
    return meeting instanceof VectorSqlType
        ? meeting
        : Types.toCalcite(factory, Types.fromCalcite(meeting), true);
  }

  @Override
  public SqlOperandCountRange getOperandCountRange() {
    return SqlOperandCountRanges.between(
        function.overloads().stream().mapToInt(Overload::argumentsMin).min().orElse(0),
        function.overloads().stream().mapToInt(Overload::argumentsMax).max().orElse(0));
  }

  @Override
  public String getAllowedSignatures(SqlOperator operator, String name) {
    return function.overloads().stream()
        .map(overload -> name + "(" + overload.form(false).parameters() + ")")
        .collect(Collectors.joining("\n"));
  }
}
