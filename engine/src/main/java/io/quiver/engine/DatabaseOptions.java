package io.quiver.engine;

import io.quiver.executor.expression.UserFunction;
import java.util.List;

/**
 * How a database behaves. Start from {@link #defaults}.
 *
 * @param memTableBytes how large a growing segment becomes before it is written out
 * @param queryMemoryBytes what one statement may keep in memory
 * @param functions functions beside those of {@link FunctionPlugin}s on the class path
 */
public record DatabaseOptions(
    long memTableBytes, long queryMemoryBytes, List<UserFunction> functions) {
  public DatabaseOptions {
    functions = List.copyOf(functions);
  }

  /** 64 MiB growing segments; a quarter of the heap, 256 MiB at least, a query. */
  public static DatabaseOptions defaults() {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new DatabaseOptions(64L << 20, Math.max(256L << 20, quarter), List.of());
  }
}
