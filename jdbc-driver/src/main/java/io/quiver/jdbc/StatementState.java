package io.quiver.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TimeZone;
import org.apache.calcite.avatica.AvaticaStatement;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/** What plain and prepared statements both keep, and check in the same way. */
final class StatementState {
  private final AvaticaStatement statement;
  private int timeoutSeconds;
  private boolean poolable;
  private @Nullable ResultSet keys;

  StatementState(AvaticaStatement statement) {
    this.statement = statement;
  }

  void checkOpen(boolean closed) throws SQLException {
    if (statement.connection.isClosed()) {
      throw QuiverConnection.closedConnection();
    }
    if (closed) {
      throw SqlStates.closed("statement");
    }
  }

  int timeoutSeconds() {
    return timeoutSeconds;
  }

  void setTimeoutSeconds(int seconds) throws SQLException {
    timeoutSeconds = (int) notNegative(seconds, "a query timeout");
  }

  boolean isPoolable() {
    return poolable;
  }

  void setPoolable(boolean poolable) {
    this.poolable = poolable;
  }

  int direction(int set) {
    return set == 0 ? ResultSet.FETCH_FORWARD : set;
  }

  /** The keys of the last execution; without columns where none were asked for. */
  ResultSet keys() throws SQLException {
    ResultSet given = keys;
    return given == null ? LocalRows.of(List.of(), List.of()) : given;
  }

  void forgetKeys() throws SQLException {
    ResultSet old = keys;
    keys = null;
    if (old != null) {
      old.close();
    }
  }

  /** Reads all rows of a RETURNING, and gives their number. */
  long takeKeys(
      QuiverConnection owner,
      Meta.StatementHandle handle,
      Meta.Signature signature,
      Service.ResultSetResponse answer)
      throws SQLException {
    List<Object> rows = new ArrayList<>();
    addKeys(owner, handle, signature, answer, rows);
    setKeys(signature, rows);
    return rows.size();
  }

  static void addKeys(
      QuiverConnection owner,
      Meta.StatementHandle handle,
      Meta.Signature signature,
      Service.ResultSetResponse answer,
      List<Object> rows)
      throws SQLException {
    owner
        .meta()
        .createIterable(
            handle,
            new QueryState(signature.sql),
            signature,
            Collections.emptyList(),
            answer.firstFrame)
        .forEach(rows::add);
  }

  void setKeys(Meta.Signature signature, List<Object> rows) throws SQLException {
    keys =
        new QuiverResultSet(
                null,
                new QueryState(""),
                signature,
                new QuiverResultSetMetaData(signature),
                TimeZone.getDefault(),
                new Meta.Frame(0, true, rows))
            .execute();
  }

  static void checkMoreResults(int current) throws SQLException {
    if (current == Statement.KEEP_CURRENT_RESULT) {
      throw SqlStates.unsupported("keeping a result open beside the next one");
    }
    if (current != Statement.CLOSE_CURRENT_RESULT && current != Statement.CLOSE_ALL_RESULTS) {
      throw SqlStates.invalid(
          "getMoreResults takes one of Statement's constants, found " + current);
    }
  }

  static void checkMaxFieldSize(int bytes) throws SQLException {
    if (notNegative(bytes, "maxFieldSize") > 0) {
      throw SqlStates.unsupported("cutting off values at maxFieldSize");
    }
  }

  static long notNegative(long value, String what) throws SQLException {
    if (value < 0) {
      throw SqlStates.invalid(what + " is not negative, found " + value);
    }
    return value;
  }

  static int saturated(long count) {
    return (int) Math.min(count, Integer.MAX_VALUE);
  }
}
