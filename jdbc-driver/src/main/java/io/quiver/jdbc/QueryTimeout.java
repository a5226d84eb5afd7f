package io.quiver.jdbc;

import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.calcite.avatica.Meta;

/** Cancels a statement that runs longer than its query timeout. */
final class QueryTimeout {
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private QueryTimeout() {}

  /** A call that runs a statement. */
  interface Execution<T> {
    T run() throws SQLException;
  }

  /**
   * Runs and, when it takes longer, cancels.
   *
   * @param seconds 0 for no limit
   */
  static <T> T within(
      int seconds, Backend backend, Meta.StatementHandle statement, Execution<T> execution)
      throws SQLException {
    if (seconds == 0) {
      return execution.run();
    }
    Future<?> cancel =
        TIMER.schedule(
            () -> {
              backend.cancel(statement.connectionId, statement.id);
              return true;
            },
            seconds,
            TimeUnit.SECONDS);
    try {
      return execution.run();
    } finally {
      cancel.cancel(false);
    }
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "quiver-query-timeout");
              thread.setDaemon(true);
              return thread;
            });
    timer.setRemoveOnCancelPolicy(true);
    return timer;
  }
}
