package io.quiver.sqllogic;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A way in to a database of its own, as an application would use it. */
interface Interface extends AutoCloseable {
  /** What a failure's message calls it. */
  String name();

  Connection connection();

  /** Closes the database and opens it again. */
  void restart() throws SQLException;

  /** A column of the current row as a value whose text is the SQL text. */
  default @Nullable Object value(ResultSet result, int column) throws SQLException {
    return result.getObject(column);
  }

  /** Whether the columns of a result without rows are told truly. */
  default boolean describesEmptyResults() {
    return true;
  }

  /** The SQLSTATE that the server gave. */
  default @Nullable String sqlState(SQLException e) {
    return e.getSQLState();
  }

  @Override
  void close() throws SQLException;
}
