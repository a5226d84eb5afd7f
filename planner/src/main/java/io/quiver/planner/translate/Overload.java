package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One form of a built-in function.
 *
 * @param argumentsMin parameters beyond these may be left out
 * @param repeated whether the last parameter may be given any number of times
 * @param returns null where the result is of the type in which the arguments meet
 * @param order which argument of the call comes first, second, ... in the plan; empty for theirs
 */
record Overload(
    ScalarFunction function,
    List<Parameter> parameters,
    int argumentsMin,
    boolean repeated,
    @Nullable SqlType returns,
    List<Integer> order) {
  static final int ARGUMENTS_MAX = 100;

  /** A parameter and its name, which documents it. */
  record Parameter(String name, ArgumentKind kind) {}

  Overload {
    parameters = List.copyOf(parameters);
    order = List.copyOf(order);
  }

  int argumentsMax() {
    return repeated ? ARGUMENTS_MAX : parameters.size();
  }

  boolean takes(int arguments) {
    return arguments >= argumentsMin && arguments <= argumentsMax();
  }

  ArgumentKind kind(int argument) {
    return parameters.get(Math.min(argument, parameters.size() - 1)).kind();
  }

  /** Whether the arguments are cast to the type that they have in common. */
  boolean meets() {
    return !parameters.isEmpty() && parameters.get(0).kind().meets();
  }

  FunctionInfo.Form form(boolean word) {
    String type = returns == null ? "same" : ArgumentKind.typeName(returns);
    if (word) {
      return new FunctionInfo.Form(null, type);
    }
    return new FunctionInfo.Form(text(parameters, argumentsMin, repeated), type);
  }

  /** Parameters as in {@code t text, n integer [, fill text]}. */
  static String text(List<Parameter> parameters, int argumentsMin, boolean repeated) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < parameters.size(); i++) {
      text.append(i >= argumentsMin ? " [, " : i > 0 ? ", " : "");
      text.append(parameters.get(i).name());
      text.append(' ').append(parameters.get(i).kind().typeName());
    }
    text.append(repeated ? ", ..." : "").append("]".repeat(parameters.size() - argumentsMin));
    return text.toString().replaceFirst("^ \\[, ", "[");
  }
}
