package io.quiver.formats;

import io.quiver.types.Batch;

/**
 * Writes rows to a file that appears, complete, with {@link #finish}. Owned by one thread.
 *
 * <p>Errors are {@link io.quiver.types.QuiverException}s: 58030 and 53100 of the file system, 22004
 * for a null where the format has none, 22003 for a value that it cannot hold.
 */
public interface BatchSink extends AutoCloseable {
  /** Adds rows, whose columns are of the types that the sink was made for. */
  void write(Batch rows);

  /** Ends the file and gives it its name. */
  void finish();

  /** Bytes written so far. */
  long bytesWritten();

  /** Without {@link #finish} before it, takes back all that was written. */
  @Override
  void close();
}
