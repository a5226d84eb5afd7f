package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.expression.UserFunction;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** A scalar function that Calcite resolves by name and the executor runs. */
public final class QuiverFunction extends SqlFunction {
  /** What runs. */
  public sealed interface Target {
    /**
     * A built-in function.
     *
     * @param returns null where the result is of the type in which the arguments meet
     * @param order which argument of the call comes first, second, ... in the plan
     */
    record Builtin(
        ScalarFunction function,
        List<ArgumentKind> kinds,
        @Nullable SqlType returns,
        List<Integer> order)
        implements Target {}

    /**
     * A built-in function whose arrays and elements meet in one element type.
     *
     * @param kinds one for every argument, or the one kind of any number of them
     */
    record OverArrays(
        ScalarFunction function, List<ArgumentKind> kinds, ArrayFunctions.Result result)
        implements Target {
      ArgumentKind kind(int argument) {
        return kinds.get(isVariadic() ? 0 : argument);
      }

      boolean isVariadic() {
        return function == ScalarFunction.ARRAY;
      }
    }

    /** A plugin's function. */
    record User(UserFunction function) implements Target {}
  }

  private final transient Target target;
  private final boolean withoutParentheses;

  private QuiverFunction(
      String name, Target target, QuiverOperands operands, boolean withoutParentheses) {
    super(
        name,
        SqlKind.OTHER_FUNCTION,
        binding -> returnType(target, binding),
        operands,
        operands,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
    this.target = target;
    this.withoutParentheses = withoutParentheses;
  }

  static QuiverFunction builtin(
      String name, Target.Builtin target, int argumentsMin, boolean withoutParentheses) {
    return new QuiverFunction(
        name, target, QuiverOperands.of(target, argumentsMin), withoutParentheses);
  }

  static QuiverFunction overArrays(String name, Target.OverArrays target, int argumentsMin) {
    return new QuiverFunction(name, target, QuiverOperands.of(target, argumentsMin), false);
  }

  /** A plugin's function under its own name. */
  public static QuiverFunction user(UserFunction function) {
    Target.User target = new Target.User(function);
    return new QuiverFunction(function.name(), target, QuiverOperands.of(function), false);
  }

  Target target() {
    return target;
  }

  @Override
  public SqlSyntax getSyntax() {
    return withoutParentheses ? SqlSyntax.FUNCTION_ID : SqlSyntax.FUNCTION;
  }

  @Override
  public boolean isDeterministic() {
    return switch (target) {
      case Target.Builtin _, Target.OverArrays _ -> true;
      case Target.User user -> user.function().deterministic();
    };
  }

  private static RelDataType returnType(Target target, SqlOperatorBinding binding) {
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    boolean nullable = false;
    List<RelDataType> types = new ArrayList<>();
    for (int i = 0; i < binding.getOperandCount(); i++) {
      types.add(binding.getOperandType(i));
      nullable |= binding.getOperandType(i).isNullable();
    }
    return switch (target) {
      case Target.User user -> Types.toCalcite(factory, user.function().returnType(), true);
      case Target.OverArrays arrays ->
          Types.toCalcite(
              factory,
              ArrayFunctions.resultType(arrays, types),
              arrays.function() != ScalarFunction.ARRAY);
      case Target.Builtin builtin -> {
        if (builtin.function() == ScalarFunction.ADD_INTERVAL) {
          SqlType moved = Types.fromCalcite(types.get(0));
          boolean day = moved.equals(SqlType.DATE) || moved instanceof SqlType.Varchar;
          yield Types.toCalcite(factory, day ? SqlType.TIMESTAMP : moved, nullable);
        }
        SqlType returns = builtin.returns();
        RelDataType result =
            returns == null ? meeting(factory, types) : Types.toCalcite(factory, returns, nullable);
        // COALESCE, GREATEST and LEAST are null only when every argument is.
        boolean all = types.stream().allMatch(RelDataType::isNullable);
        boolean skipsNulls = builtin.kinds().contains(ArgumentKind.ANY);
        yield factory.createTypeWithNullability(result, skipsNulls ? all && nullable : nullable);
      }
    };
  }

  static RelDataType meeting(RelDataTypeFactory factory, List<RelDataType> types) {
    List<RelDataType> known =
        types.stream()
            .filter(t ->
                t.getSqlTypeName() != SqlTypeName.UNKNOWN && t.getSqlTypeName() != SqlTypeName.NULL)
            .toList();
    if (known.isEmpty()) {
      return factory.createTypeWithNullability(factory.createSqlType(SqlTypeName.VARCHAR), true);
    }
    for (RelDataType type : known) {
      if (type instanceof VectorSqlType) {
        return type;
      }
    }
    SqlType common = Types.common(known.stream().map(Types::fromCalcite).toList());
    return Types.toCalcite(
        (QuiverTypeFactory) factory, common == null ? SqlType.TEXT : common, true);
  }
}
