package io.quiver.engine;

import io.quiver.executor.expression.UserFunction;
import io.quiver.storage.BuildLimits;
import io.quiver.storage.StorageMemory;
import io.quiver.storage.StoreOptions;
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
 * @param memory where the columns of segments are when they are read
 * @param cacheBytes how many bytes of segments are copied into memory at most; of no effect where
 *     they are mapped
 * @param builds what builds of vector indexes may take, until SET says something else
 */
public record DatabaseOptions(
    long memTableBytes,
    long queryMemoryBytes,
    List<UserFunction> functions,
    List<Path> copyRoots,
    StorageMemory memory,
    long cacheBytes,
    BuildLimits builds) {
  public DatabaseOptions {
    if (cacheBytes < 0) {
      throw new IllegalArgumentException("cacheBytes is not negative, found " + cacheBytes);
    }
    functions = List.copyOf(functions);
    copyRoots = List.copyOf(copyRoots);
  }

  /** Without copy roots, columns in memory as far as the usual cache goes. */
  public DatabaseOptions(long memTableBytes, long queryMemoryBytes, List<UserFunction> functions) {
    this(
        memTableBytes,
        queryMemoryBytes,
        functions,
        List.of(),
        StorageMemory.RESIDENT,
        StoreOptions.usualCacheBytes(),
        BuildLimits.usual());
  }

  /** 64 MiB growing segments; a quarter of the heap, 256 MiB at least, a query. */
  public static DatabaseOptions defaults() {
    long quarter = Runtime.getRuntime().maxMemory() / 4;
    return new DatabaseOptions(64L << 20, Math.max(256L << 20, quarter), List.of());
  }

  public DatabaseOptions withCopyRoots(List<Path> roots) {
    return new DatabaseOptions(
        memTableBytes, queryMemoryBytes, functions, roots, memory, cacheBytes, builds);
  }

  /** With segments that are mapped: a database may be larger than memory. */
  public DatabaseOptions withMappedFiles() {
    return withMemory(StorageMemory.MAPPED);
  }

  public DatabaseOptions withMemory(StorageMemory other) {
    return new DatabaseOptions(
        memTableBytes, queryMemoryBytes, functions, copyRoots, other, cacheBytes, builds);
  }

  /** With so many bytes of segments copied into memory at most. */
  public DatabaseOptions withCacheBytes(long bytes) {
    return new DatabaseOptions(
        memTableBytes, queryMemoryBytes, functions, copyRoots, memory, bytes, builds);
  }

  /**
   * With so many threads for builds of vector indexes.
   *
   * @throws IllegalArgumentException for less than 1 and more than 1,024
   */
  public DatabaseOptions withBuildThreads(int threads) {
    return withBuilds(builds.withThreads(threads));
  }

  /**
   * With so much memory for builds of vector indexes.
   *
   * @throws IllegalArgumentException for less than a MiB
   */
  public DatabaseOptions withBuildMemoryBytes(long bytes) {
    return withBuilds(builds.withMemoryBytes(bytes));
  }

  /** With other limits of the builds of vector indexes. */
  public DatabaseOptions withBuilds(BuildLimits other) {
    return new DatabaseOptions(
        memTableBytes, queryMemoryBytes, functions, copyRoots, memory, cacheBytes, other);
  }
}
