package io.quiver.planner.translate;

import io.quiver.executor.expression.UserFunction;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What users are told of a function.
 *
 * @param name in lower case
 * @param aliasOf the function of which this is another name, or null
 * @param forms what it takes and gives, one form or more
 * @param description one line
 */
public record FunctionInfo(
    String name,
    @Nullable String aliasOf,
    FunctionCategory category,
    List<Form> forms,
    String description) {
  public FunctionInfo {
    forms = List.copyOf(forms);
  }

  /**
   * One way to call it.
   *
   * @param parameters as in {@code t text, n integer [, fill text]}; null where the call has no
   *     parentheses
   * @param returns the result's type in lower case; {@code same} where it is that of the arguments
   */
  public record Form(@Nullable String parameters, String returns) {}

  /** What is told of a plugin's function: what it declares. */
  public static FunctionInfo of(UserFunction function) {
    String parameters =
        function.parameterTypes().stream()
            .map(ArgumentKind::typeName)
            .collect(Collectors.joining(", "));
    Form form = new Form(parameters, ArgumentKind.typeName(function.returnType()));
    return new FunctionInfo(function.name(), null, FunctionCategory.PLUGIN, List.of(form), "");
  }

  /** As it is called, such as {@code left(t text, n integer)}. */
  public String call(Form form) {
    return form.parameters() == null ? name : name + "(" + form.parameters() + ")";
  }
}
