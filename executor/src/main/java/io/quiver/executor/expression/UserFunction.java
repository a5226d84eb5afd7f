package io.quiver.executor.expression;

import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A scalar function that a plugin gives. Called only with arguments that are not null; a null
 * argument gives null. Calls may come from several threads.
 *
 * @param name in lower case
 * @param deterministic whether equal arguments give equal results, so that a call on constants runs
 *     once a statement
 */
public record UserFunction(
    String name,
    List<SqlType> parameterTypes,
    SqlType returnType,
    boolean deterministic,
    Body body) {
  public UserFunction {
    parameterTypes = List.copyOf(parameterTypes);
  }

  /** Computes one value. */
  @FunctionalInterface
  public interface Body {
    /** From the Java values that {@link SqlType} names to a value of the return type, or null. */
    @Nullable Object call(List<Object> arguments);
  }
}
