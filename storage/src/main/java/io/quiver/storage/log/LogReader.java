package io.quiver.storage.log;

import org.jspecify.annotations.Nullable;

/** Reads records in order. Owned by one thread. */
public interface LogReader extends AutoCloseable {
  /**
   * The next durable record, or null where there is none. A tailing reader may be asked again
   * later; for others null is the end.
   *
   * @throws io.quiver.types.CorruptionException for damage that no crash explains
   */
  @Nullable LogRecord next();

  @Override
  void close();
}
