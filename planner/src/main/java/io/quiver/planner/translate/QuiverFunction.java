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
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** A scalar function that Calcite resolves by name and the executor runs. */
public final class QuiverFunction extends SqlFunction {
  /** What runs. */
  public sealed interface Target {
    /** A built-in function in all its forms, the preferred one first. */
    record Builtin(List<Overload> overloads) implements Target {
      public Builtin {
        overloads = List.copyOf(overloads);
      }

      /**
       * The first form that takes arguments of these types, if need be by reading literals.
       *
       * @param types null for an argument that any type takes, such as NULL
       */
      @Nullable Overload choose(List<@Nullable SqlType> types, List<Boolean> literals) {
        for (boolean lenient : new boolean[] {false, true}) {
          for (Overload overload : overloads) {
            if (overload.takes(types.size()) && takes(overload, types, literals, lenient)) {
              return overload;
            }
          }
        }
        return null;
      }

      /** The first form of so many arguments, or the first of all. */
      Overload first(int arguments) {
        return overloads.stream()
            .filter(overload -> overload.takes(arguments))
            .findFirst()
            .orElse(overloads.getFirst());
      }

      private static boolean takes(
          Overload overload,
          List<@Nullable SqlType> types,
          List<Boolean> literals,
          boolean lenient) {
        for (int i = 0; i < types.size(); i++) {
          SqlType type = types.get(i);
          if (type != null && !overload.kind(i).takes(type, lenient && literals.get(i))) {
            return false;
          }
        }
        return true;
      }
    }

    /**
     * A built-in function whose arrays and elements meet in one element type.
     *
     * @param argumentsMin parameters beyond these may be left out
     * @param repeated whether the one parameter may be given any number of times
     */
    record OverArrays(
        ScalarFunction function,
        List<Overload.Parameter> parameters,
        int argumentsMin,
        boolean repeated,
        ArrayFunctions.Result result)
        implements Target {
      public OverArrays {
        parameters = List.copyOf(parameters);
      }

      ArgumentKind kind(int argument) {
        return parameters.get(repeated ? 0 : argument).kind();
      }

      FunctionInfo.Form form() {
        String taken = Overload.text(parameters, argumentsMin, repeated);
        return new FunctionInfo.Form(taken, result.typeName());
      }
    }

    /** A plugin's function. */
    record User(UserFunction function) implements Target {}
  }

  private final transient Target target;
  private final boolean withoutParentheses;

  private QuiverFunction(
      String name,
      Target target,
      SqlOperandTypeInference inference,
      SqlOperandTypeChecker checker,
      boolean withoutParentheses) {
    super(
        name,
        SqlKind.OTHER_FUNCTION,
        binding -> returnType(target, binding),
        inference,
        checker,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
    this.target = target;
    this.withoutParentheses = withoutParentheses;
  }

  static QuiverFunction builtin(String name, List<Overload> overloads, boolean withoutParentheses) {
    Target.Builtin target = new Target.Builtin(overloads);
    BuiltinOperands operands = new BuiltinOperands(target);
    return new QuiverFunction(name, target, operands, operands, withoutParentheses);
  }

  static QuiverFunction overArrays(String name, Target.OverArrays target) {
    ArrayOperands operands = new ArrayOperands(target);
    return new QuiverFunction(name, target, operands, operands, false);
  }

  /** A plugin's function under its own name. */
  public static QuiverFunction user(UserFunction function) {
    Target.User target = new Target.User(function);
    PluginOperands operands = new PluginOperands(function);
    return new QuiverFunction(function.name(), target, operands, operands, false);
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
      case Target.Builtin builtin -> !builtin.overloads().getFirst().function().isVolatile();
      case Target.OverArrays _ -> true;
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
        Overload overload = BuiltinOperands.chosen(builtin, binding);
        if (overload.function() == ScalarFunction.ADD_INTERVAL) {
          SqlType moved = Types.fromCalcite(types.get(0));
          boolean day = moved.equals(SqlType.DATE) || moved instanceof SqlType.Varchar;
          yield Types.toCalcite(factory, day ? SqlType.TIMESTAMP : moved, nullable);
        }
        SqlType returns = overload.returns();
        RelDataType result =
            returns == null ? meeting(factory, types) : Types.toCalcite(factory, returns, nullable);
        yield factory.createTypeWithNullability(
            result,
            switch (overload.function().nulls()) {
              case GIVE_NULL -> nullable;
              case SKIPPED -> nullable && types.stream().allMatch(RelDataType::isNullable);
              case MAY_APPEAR -> true;
            });
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
