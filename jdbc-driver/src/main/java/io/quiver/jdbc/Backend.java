package io.quiver.jdbc;

import java.sql.SQLException;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/**
 * What answers one connection's requests: a server at the other end of a socket, or a database in
 * this process.
 */
public interface Backend extends AutoCloseable {
  /**
   * Answers with the response that belongs to the request, or with an {@link
   * Service.ErrorResponse}.
   *
   * @throws SQLException of class 08 when nobody answered
   */
  Service.Response call(Service.Request request) throws SQLException;

  /** Ends what the statement is running, from any thread; Avatica has no message for it. */
  void cancel(String connectionId, int statementId) throws SQLException;

  /**
   * What stands behind a connection within this process, for {@link java.sql.Connection#unwrap};
   * null where that is another process.
   */
  default @Nullable Object session(String connectionId) {
    return null;
  }

  /** How many milliseconds an answer may take over a network; 0 for no limit. */
  default void setNetworkTimeout(int millis) {}

  /** Releases what this end holds; closing twice is no error. */
  @Override
  void close();
}
