package io.quiver.engine;

import java.nio.file.Path;

/**
 * A database in this process. One process opens a directory at a time; within it, any number of
 * sessions. Safe for many threads.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedMethod"})
public final class Database implements AutoCloseable {
  private final String name;

  private Database(String name) {
    this.name = name;
  }

  /**
   * Opens the database in a directory, and makes an empty one where there is none.
   *
   * @throws io.quiver.types.QuiverException 55P03 when another process has it open, 58P01 when a
   *     newer Quiver wrote it, XX001 when it is damaged, 58030 when it cannot be read
   */
  public static Database open(Path directory) {
    return open(directory, DatabaseOptions.defaults());
  }

  public static Database open(Path directory, DatabaseOptions options) {
    throw new UnsupportedOperationException(
        "engine arrives with the storage: " + directory + options);
  }

  /** A database that lives in memory, until it is closed. */
  public static Database inMemory(String name) {
    return inMemory(name, DatabaseOptions.defaults());
  }

  public static Database inMemory(String name, DatabaseOptions options) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + name + options);
  }

  /** The catalog's name in SQL: the directory's last part, or the name in memory. */
  public String name() {
    return name;
  }

  public Session connect() {
    return connect(Principal.OWNER);
  }

  public Session connect(Principal principal) {
    throw new UnsupportedOperationException("engine arrives with the storage: " + principal);
  }

  /** Quiver's version, such as 0.1.0. */
  public static String version() {
    return "0.1.0-SNAPSHOT";
  }

  /** Cancels what runs, closes all sessions, and releases the directory. */
  @Override
  public void close() {}
}
