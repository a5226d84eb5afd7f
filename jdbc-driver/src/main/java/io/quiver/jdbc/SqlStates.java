package io.quiver.jdbc;

import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTransactionRollbackException;
import org.jspecify.annotations.Nullable;

/** The SQLSTATEs that the driver itself gives; all others come from the database. */
final class SqlStates {
  static final String CANNOT_CONNECT = "08001";
  static final String CONNECTION_DOES_NOT_EXIST = "08003";
  static final String CONNECTION_LOST = "08006";
  static final String PROTOCOL_VIOLATION = "08P01";
  static final String UNSET_PARAMETER = "07001";
  static final String CANNOT_CONVERT = "22018";
  static final String OUT_OF_RANGE = "22003";
  static final String INVALID_ARGUMENT = "22023";
  static final String ARRAY_SUBSCRIPT = "2202E";
  static final String NO_ROWS = "02000";
  static final String TOO_MANY_ROWS = "0100E";
  static final String NOT_SUPPORTED = "0A000";
  static final String NO_CURRENT_ROW = "24000";
  static final String INVALID_STATEMENT = "26000";
  static final String INVALID_SAVEPOINT = "3B001";
  static final String NO_TRANSACTION = "25P01";
  static final String UNDEFINED_COLUMN = "42703";
  static final String WRONG_OBJECT = "42809";
  static final String IO_ERROR = "58030";
  static final String CLOSED = "55000";

  private SqlStates() {}

  /** Class 08: nobody is there, or not any more. */
  static boolean isConnectionFailure(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("08");
  }

  /** The exception of the class that JDBC has for the state. */
  static SQLException failure(String message, @Nullable String state, int code) {
    if (state == null || state.length() < 2) {
      return new SQLException(message, state, code);
    }
    return switch (state.substring(0, 2)) {
      case "08" -> new SQLNonTransientConnectionException(message, state, code);
      case "0A" -> new SQLFeatureNotSupportedException(message, state, code);
      case "22" -> new SQLDataException(message, state, code);
      case "23" -> new SQLIntegrityConstraintViolationException(message, state, code);
      case "40" -> new SQLTransactionRollbackException(message, state, code);
      case "42" -> new SQLSyntaxErrorException(message, state, code);
      default -> new SQLException(message, state, code);
    };
  }

  static SQLException unsupported(String what) {
    return new SQLFeatureNotSupportedException(what + " is not supported", NOT_SUPPORTED);
  }

  static SQLException invalid(String message) {
    return new SQLException(message, INVALID_ARGUMENT);
  }

  /** For a statement or a result; a connection has its own. */
  static SQLException closed(String what) {
    return new SQLException("the " + what + " is closed", CLOSED);
  }
}
