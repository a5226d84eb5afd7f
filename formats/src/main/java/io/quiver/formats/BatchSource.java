package io.quiver.formats;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Schema;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a file, batch by batch, in the file's own types. Owned by one thread.
 *
 * <p>A file that is damaged ends the reading with a {@link io.quiver.types.QuiverException} 22P04
 * that says where; a single row that cannot be read goes to {@link RowErrors}.
 */
public interface BatchSource extends AutoCloseable {
  /** The columns of the file. Those of text formats are all VARCHAR. */
  Schema schema();

  /** Whether the file names its columns; otherwise only their order means something. */
  boolean hasNames();

  /**
   * Says what ends a wait within {@link #next}, for sources that wait for others.
   *
   * @param condition polled often
   */
  default void endWhen(BooleanSupplier condition) {}

  /**
   * The next rows, at least one and at most {@link Batch#ROWS}, or null at the end. Their memory is
   * the source's: it holds them until the next call.
   */
  @Nullable Batch next();

  /** Where a row of the last batch stands, such as {@code items.csv line 17}. */
  String where(int row);

  /**
   * Says which rows of the last batch have a value, be it null, in a column: a BOOLEAN column, or
   * null where all of them do.
   */
  default @Nullable Column present(int column) {
    return null;
  }

  /** Bytes of the file read so far; {@link #bytesTotal} at the end. */
  long bytesRead();

  long bytesTotal();

  @Override
  void close();
}
