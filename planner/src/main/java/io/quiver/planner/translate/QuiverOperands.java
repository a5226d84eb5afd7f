package io.quiver.planner.translate;

import io.quiver.executor.expression.UserFunction;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorSqlType;
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

/** Which arguments a {@link QuiverFunction} takes, and what type a {@code ?} among them has. */
final class QuiverOperands implements SqlOperandTypeChecker, SqlOperandTypeInference {
  private static final int ARGUMENTS_MAX = 100;

  /** One position: a kind, or the exact type that a plugin asked for. */
  private sealed interface Position {
    record OfKind(ArgumentKind kind) implements Position {}

    record OfType(SqlType type) implements Position {}

    record OfArrays(ArgumentKind kind, QuiverFunction.Target.OverArrays target)
        implements Position {}
  }

  private final List<Position> positions;
  private final int argumentsMin;
  private final int argumentsMax;
  private final boolean variadic;

  private QuiverOperands(
      List<Position> positions, int argumentsMin, int argumentsMax, boolean variadic) {
    this.positions = positions;
    this.argumentsMin = argumentsMin;
    this.argumentsMax = argumentsMax;
    this.variadic = variadic;
  }

  static QuiverOperands of(QuiverFunction.Target.Builtin target, int argumentsMin) {
    List<Position> positions = target.kinds().stream().<Position>map(Position.OfKind::new).toList();
    boolean variadic = positions.size() == 1 && target.order().isEmpty() && argumentsMin > 0;
    int argumentsMax = variadic ? ARGUMENTS_MAX : positions.size();
    return new QuiverOperands(positions, argumentsMin, argumentsMax, variadic);
  }

  static QuiverOperands of(QuiverFunction.Target.OverArrays target, int argumentsMin) {
    List<Position> positions =
        target.kinds().stream().<Position>map(k -> new Position.OfArrays(k, target)).toList();
    int argumentsMax = target.isVariadic() ? Integer.MAX_VALUE : positions.size();
    return new QuiverOperands(positions, argumentsMin, argumentsMax, target.isVariadic());
  }

  static QuiverOperands of(UserFunction function) {
    List<Position> positions =
        function.parameterTypes().stream().<Position>map(Position.OfType::new).toList();
    return new QuiverOperands(positions, positions.size(), positions.size(), false);
  }

  private Position position(int argument) {
    return positions.get(variadic ? 0 : argument);
  }

  @Override
  public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
    for (int i = 0; i < binding.getOperandCount(); i++) {
      SqlNode operand = binding.operand(i);
      boolean literal = operand instanceof SqlLiteral || operand instanceof SqlDynamicParam;
      boolean taken =
          switch (position(i)) {
            case Position.OfKind position ->
                position.kind().takes(binding.getOperandType(i), literal);
            case Position.OfType position ->
                takes(position.type(), binding.getOperandType(i), literal);
            case Position.OfArrays position ->
                position.kind().takes(binding.getOperandType(i), literal);
          };
      if (!taken) {
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
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    for (int i = 0; i < operandTypes.length; i++) {
      if (!variadic && i >= positions.size()) {
        // Too many: the check of their number says so next.
        operandTypes[i] = Types.toCalcite(factory, SqlType.TEXT, true);
        continue;
      }
      operandTypes[i] = inferred(binding, i);
    }
  }

  private RelDataType inferred(SqlCallBinding binding, int argument) {
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    return switch (position(argument)) {
      case Position.OfType position -> Types.toCalcite(factory, position.type(), true);
      case Position.OfKind position ->
          position.kind().meets()
              ? known(binding, position.kind())
              : Types.toCalcite(factory, position.kind().inferred(), true);
      case Position.OfArrays position -> {
        boolean meets =
            position.kind() == ArgumentKind.ARRAY || position.kind() == ArgumentKind.ELEMENT;
        SqlType type =
            meets
                ? ArrayFunctions.inferred(position.target(), position.kind(), knownTypes(binding))
                : position.kind().inferred();
        yield Types.toCalcite(factory, type, true);
      }
    };
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

  /** A {@code ?} among arguments that meet takes the type of its neighbours. */
  private static RelDataType known(SqlCallBinding binding, ArgumentKind kind) {
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
    return argumentsMax == Integer.MAX_VALUE
        ? SqlOperandCountRanges.from(argumentsMin)
        : SqlOperandCountRanges.between(argumentsMin, argumentsMax);
  }

  @Override
  public String getAllowedSignatures(SqlOperator operator, String name) {
    return positions.stream()
        .map(position ->
            switch (position) {
              case Position.OfKind of -> of.kind().name();
              case Position.OfType of -> of.type().sqlName();
              case Position.OfArrays of -> of.kind().name();
            })
        .collect(Collectors.joining(", ", name + "(", variadic ? ", ...)" : ")"));
  }
}
