package io.quiver.cli.console;

import io.quiver.sql.SqlScript;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Runs statements one after the other. Results are all that it writes to {@code out}; it stops at
 * the first error.
 */
public final class Script {
  private final Connection connection;
  private final PrintStream out;
  private final PrintStream err;

  public Script(Connection connection, PrintStream out, PrintStream err) {
    this.connection = connection;
    this.out = out;
    this.err = err;
  }

  /** The process's exit code: 0, or 1 after an error. */
  public int run(String text, OutputFormat format) {
    SqlRunner runner = new SqlRunner(connection);
    for (String sql : SqlScript.split(text).all()) {
      try {
        runner.run(sql, format.writer(out, 0));
      } catch (SQLException e) {
        out.flush();
        err.println(SqlRunner.describe(e));
        return 1;
      }
    }
    out.flush();
    return 0;
  }
}
