package io.quiver.engine.command;

import io.quiver.storage.BuildLimits;
import io.quiver.storage.Store;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What SET changes for all sessions of a database, at once, until it is closed; no rollback undoes
 * it. Safe for many threads.
 */
public final class SharedSettings {
  private static final String THREADS = "quiver.index_build_threads";
  private static final String MEMORY = "quiver.index_build_memory";

  static final List<Setting> ALL =
      List.of(
          Setting.number(
              THREADS,
              THREADS,
              "How many threads build vector indexes, for all sessions.",
              1,
              BuildLimits.THREADS_MAX),
          Setting.bytes(
              MEMORY,
              "Bytes that builds of vector indexes may take together, for all sessions.",
              BuildLimits.MEMORY_BYTES_MIN));

  private static final Set<String> NAMES = Set.of(THREADS, MEMORY);

  private final Store store;
  private final BuildLimits defaults;

  /** Those of a database that has just been opened: its values are the defaults. */
  public SharedSettings(Store store) {
    this.store = store;
    this.defaults = store.buildLimits();
  }

  static boolean has(String name) {
    return NAMES.contains(name);
  }

  Object get(String name) {
    return of(store.buildLimits(), name);
  }

  private static Object of(BuildLimits limits, String name) {
    return name.equals(THREADS) ? (Object) limits.threads() : (Object) limits.memoryBytes();
  }

  /** Sets a value that has been read, or with null the default. */
  synchronized void set(String name, @Nullable Object value) {
    Object wanted = value == null ? of(defaults, name) : value;
    BuildLimits now = store.buildLimits();
    store.limitBuilds(
        name.equals(THREADS)
            ? now.withThreads((Integer) wanted)
            : now.withMemoryBytes((Long) wanted));
  }
}
