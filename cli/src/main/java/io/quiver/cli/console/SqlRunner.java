package io.quiver.cli.console;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** Runs one statement at a time on one connection. {@link #cancel} may come from any thread. */
final class SqlRunner {
  private final Connection connection;
  private volatile @Nullable Statement running;

  SqlRunner(Connection connection) {
    this.connection = connection;
  }

  /**
   * What a statement did.
   *
   * @param rows written or changed; -1 where there is nothing to count
   */
  record Outcome(boolean hasRows, long rows) {}

  Outcome run(String sql, ResultWriter writer) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // Text from a user is sent as it stands: no {fn ...} escapes, which no dialect document
      // names.
      statement.setEscapeProcessing(false);
      running = statement;
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          return new Outcome(true, writer.write(rows));
        }
      }
      return new Outcome(false, statement.getLargeUpdateCount());
    } finally {
      running = null;
    }
  }

  /** Ends the running statement, if there is one; returns whether there was. */
  boolean cancel() {
    Statement statement = running;
    if (statement == null) {
      return false;
    }
    try {
      statement.cancel();
    } catch (SQLException e) {
      // It has ended by itself in the meantime.
      return false;
    }
    return true;
  }

  /** {@code ERROR 42P01: table "t" does not exist}. */
  static String describe(SQLException e) {
    String state = e.getSQLState() == null ? "XX000" : e.getSQLState();
    return "ERROR " + state + ": " + CellText.printable(String.valueOf(e.getMessage()));
  }
}
