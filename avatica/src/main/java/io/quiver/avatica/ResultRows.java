package io.quiver.avatica;

import io.quiver.engine.QueryResult;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.Meta;
import org.jspecify.annotations.Nullable;

/** Cuts a result into frames, bounded in rows and in bytes. Owned by its connection's lock. */
final class ResultRows implements AutoCloseable {
  /** Rows of a frame when the client does not say, and at most. */
  static final int FRAME_ROWS_DEFAULT = 2_048;

  static final int FRAME_ROWS_MAX = 65_536;

  /** About; a single row is sent however large it is. */
  private static final long FRAME_BYTES = 1 << 20;

  /**
   * What a client asks for.
   *
   * @param rows after which the result ends; 0 or less for no limit
   * @param firstFrameRows to send at once; 0 or less for the default
   */
  record Limits(long rows, int firstFrameRows) {}

  private final QueryResult result;
  private final long maxRows;
  private @Nullable Batch batch;
  private int position;
  private long served;

  /**
   * The rows of a result from its first one.
   *
   * @param maxRows after which the result ends; 0 or less for no limit
   */
  ResultRows(QueryResult result, long maxRows) {
    this.result = result;
    this.maxRows = maxRows > 0 ? maxRows : Long.MAX_VALUE;
  }

  /** The rows from an offset, which is where the frame before ended. */
  Meta.Frame frame(long offset, int wanted) {
    if (offset != served) {
      throw new QuiverException(
          ErrorCode.PROTOCOL_VIOLATION,
          "rows come in order: the next one is " + served + ", found " + offset);
    }
    long limit = wanted <= 0 ? FRAME_ROWS_DEFAULT : Math.min(wanted, FRAME_ROWS_MAX);
    limit = Math.min(limit, maxRows - served);
    List<Object> rows = new ArrayList<>();
    long bytes = 0;
    while (rows.size() < limit && bytes < FRAME_BYTES && advance()) {
      Batch current = current();
      long rowBytes = Math.max(1, current.sizeInBytes() / current.rowCount());
      long fitting = Math.max(1, (FRAME_BYTES - bytes) / rowBytes);
      int count =
          (int) Math.min(current.rowCount() - position, Math.min(limit - rows.size(), fitting));
      append(rows, current, count);
      position += count;
      bytes += rowBytes * count;
    }
    served += rows.size();
    // Looking ahead spares the client a second round trip for most results.
    boolean done = served >= maxRows || !advance();
    return new Meta.Frame(offset, done, rows);
  }

  private static void append(List<Object> rows, Batch batch, int from, int count) {
    Object[][] cells = new Object[count][batch.width()];
    for (int column = 0; column < batch.width(); column++) {
      ColumnTypes.copy(batch.column(column), from, cells, column);
    }
    for (Object[] row : cells) {
      rows.add(Arrays.asList(row));
    }
  }

  private void append(List<Object> rows, Batch current, int count) {
    append(rows, current, position, count);
  }

  /** Makes a row available; false at the end. */
  private boolean advance() {
    while (batch == null || position >= batch.rowCount()) {
      batch = result.next();
      position = 0;
      if (batch == null) {
        return false;
      }
    }
    return true;
  }

  private Batch current() {
    if (batch == null) {
      throw new IllegalStateException("there is no batch to read");
    }
    return batch;
  }

  @Override
  public void close() {
    batch = null;
    result.close();
  }
}
