package io.quiver.cli.console;

import io.quiver.sql.SqlScript;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Runs statements one after the other. Results are all that it writes to {@code out}; it stops at
 * the first error.
 */
public final class Script {
  private static final Pattern LINE_ENDS = Pattern.compile("(?<=\\n)");

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
    for (String sql : statements(text)) {
      try {
        if (sql.startsWith(ClientCopy.COMMAND)) {
          new ClientCopy(connection, progress -> {})
              .run(sql.substring(ClientCopy.COMMAND.length()));
        } else {
          runner.run(sql, format.writer(out, 0));
          CopyReport.print(sql, connection, err);
        }
      } catch (SQLException e) {
        out.flush();
        err.println(SqlRunner.describe(e));
        return 1;
      }
    }
    out.flush();
    return 0;
  }

  /** Statements end with a semicolon, a {@code \copy} between them with its line. */
  private static List<String> statements(String text) {
    List<String> statements = new ArrayList<>();
    StringBuilder sql = new StringBuilder();
    for (String line : LINE_ENDS.split(text, -1)) {
      if (line.strip().startsWith(ClientCopy.COMMAND)
          && SqlScript.split(sql.toString()).isComplete()) {
        statements.addAll(SqlScript.split(sql.toString()).all());
        sql.setLength(0);
        statements.add(line.strip());
      } else {
        sql.append(line);
      }
    }
    statements.addAll(SqlScript.split(sql.toString()).all());
    return statements;
  }
}
