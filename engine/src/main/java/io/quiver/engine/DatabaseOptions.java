package io.quiver.engine;

import io.quiver.executor.expression.UserFunction;
import java.nio.file.Path;
import java.util.List;

/**
 * How a database behaves. Start from {@link #defaults}.
 *
 * @param memTableBytes how large a growing segment becomes before it is written out
 * @param queryMemoryBytes what one statement may keep in memory
 * @param functions functions beside those of {@link FunctionPlugin}s on the class path
 * @param copyRoots directories in which COPY of a remote session may read and write files; none is
 *     none. A session within the process may copy whatever the process may touch
 */
public record DatabaseOptions(
    long memTableBytes, long queryMemoryBytes, List<UserFunction> functions, List<Path> copyRoots) {
  public DatabaseOptions {
    functions = List.copyOf(functions);
    copyRoots = List.copyOf(copyRoots);
  }

  /** Without copy roots. */
  public DatabaseOptions(long memTableBytes, long queryMemoryBytes, List<UserFunction> functions) {
    this(memTableBytes, queryMemoryBytes, functions, List.of());
  }

  /** 64 MiB growing segments; a quarter of the heap, 256 MiB at least, a query. */
  public static DatabaseOptions defaults() {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new DatabaseOptions(64L << 20, Math.max(256L << 20, quarter), List.of(), List.of());
  }

  public DatabaseOptions withCopyRoots(List<Path> roots) {
    return new DatabaseOptions(memTableBytes, queryMemoryBytes, functions, roots);
  }
}
