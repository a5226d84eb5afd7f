package io.quiver.bench;

import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.Schema;

/** Fills tables in loads of a million rows, and asks queries to their end. */
final class TableFill {
  /** Rows of one load, which keeps those that are in no segment yet in memory until it commits. */
  private static final int LOAD_ROWS = 1_000_000;

  private TableFill() {}

  /** Makes the rows from one on. */
  @FunctionalInterface
  interface Rows {
    Batch batch(int from, int count);
  }

  /**
   * Adds rows to a table.
   *
   * @param after a statement that follows each load
   */
  static void load(
      Session session, String table, Schema schema, int rows, Rows source, String after) {
    int[] next = {0};
    while (next[0] < rows) {
      int end = Math.min(rows, next[0] + LOAD_ROWS);
      session.load(
          null,
          table,
          schema,
          () -> {
            int count = Math.min(Batch.ROWS, end - next[0]);
            next[0] += count;
            return count == 0 ? null : source.batch(next[0] - count, count);
          });
      session.execute(after).close();
    }
  }

  /** Takes all rows of a query. */
  static void drain(Session session, String sql) {
    try (QueryResult result = session.execute(sql)) {
      while (result.next() != null) {
        // To its end.
      }
    }
  }
}
