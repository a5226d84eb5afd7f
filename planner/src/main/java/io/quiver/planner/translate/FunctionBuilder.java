package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.Overload.Parameter;
import io.quiver.planner.translate.QuiverFunction.Target.OverArrays;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Declares one built-in function: its names, then form by form its parameters and what runs. Hidden
 * ones, which only syntax calls, have no description.
 */
final class FunctionBuilder {
  private final FunctionCategory category;
  private final List<String> names = new ArrayList<>();
  private final String description;
  private final List<Overload> overloads = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private @Nullable OverArrays overArrays;
  private boolean word;
  private boolean repeated;
  private boolean swapped;
  private int argumentsMin = -1;

  FunctionBuilder(FunctionCategory category, String name, String description) {
    this.category = category;
    this.names.add(name);
    this.description = description;
  }

  /** Further names of the same function. */
  FunctionBuilder also(String... others) {
    names.addAll(List.of(others));
    return this;
  }

  /** Called without parentheses. */
  FunctionBuilder word() {
    word = true;
    return this;
  }

  FunctionBuilder text(String... parameterNames) {
    return taking(ArgumentKind.TEXT, parameterNames);
  }

  FunctionBuilder integer(String... parameterNames) {
    return taking(ArgumentKind.INTEGER, parameterNames);
  }

  FunctionBuilder number(String... parameterNames) {
    return taking(ArgumentKind.DOUBLE, parameterNames);
  }

  FunctionBuilder json(String parameterName) {
    return taking(ArgumentKind.JSON, parameterName);
  }

  FunctionBuilder taking(ArgumentKind kind, String... parameterNames) {
    for (String name : parameterNames) {
      parameters.add(new Parameter(name, kind));
    }
    return this;
  }

  /** Parameters after this may be left out. */
  FunctionBuilder optional() {
    argumentsMin = parameters.size();
    return this;
  }

  /** The last parameter may be given any number of times. */
  FunctionBuilder repeated() {
    repeated = true;
    return this;
  }

  /** The plan has the two arguments in the other order. */
  FunctionBuilder swapped() {
    swapped = true;
    return this;
  }

  /** Ends a form. */
  FunctionBuilder gives(SqlType type, ScalarFunction function) {
    return form(type, function);
  }

  /** Ends a form whose result is of the type in which its arguments meet. */
  FunctionBuilder givesTheSame(ScalarFunction function) {
    return form(null, function);
  }

  /** Ends the only form of a function whose arrays and elements meet in one element type. */
  FunctionBuilder givesOfArrays(ArrayFunctions.Result result, ScalarFunction function) {
    int least = argumentsMin < 0 ? parameters.size() : argumentsMin;
    overArrays = new OverArrays(function, parameters, least, repeated, result);
    return this;
  }

  private FunctionBuilder form(@Nullable SqlType type, ScalarFunction function) {
    List<Integer> order =
        swapped ? List.of(1, 0) : IntStream.range(0, parameters.size()).boxed().toList();
    int least = argumentsMin < 0 ? parameters.size() : argumentsMin;
    overloads.add(new Overload(function, parameters, least, repeated, type, order));
    parameters.clear();
    repeated = false;
    swapped = false;
    argumentsMin = -1;
    return this;
  }

  List<QuiverFunction> functions() {
    OverArrays arrays = overArrays;
    return names.stream()
        .map(name ->
            arrays == null
                ? QuiverFunction.builtin(name, overloads, word)
                : QuiverFunction.overArrays(name, arrays))
        .toList();
  }

  List<FunctionInfo> infos() {
    List<FunctionInfo.Form> forms =
        overArrays == null
            ? overloads.stream().map(overload -> overload.form(word)).toList()
            : List.of(overArrays.form());
    List<FunctionInfo> infos = new ArrayList<>();
    for (String name : description.isEmpty() ? List.<String>of() : names) {
      String of = infos.isEmpty() ? null : names.get(0);
      infos.add(new FunctionInfo(name, of, category, forms, description));
    }
    return infos;
  }
}
