package io.quiver.jdbc;

import java.sql.SQLException;

/** The SQLSTATEs that the driver itself gives; all others come from the database. */
final class SqlStates {
  static final String CANNOT_CONNECT = "08001";
  static final String CONNECTION_DOES_NOT_EXIST = "08003";
  static final String CONNECTION_LOST = "08006";
  static final String PROTOCOL_VIOLATION = "08P01";
  static final String UNSET_PARAMETER = "07001";
  static final String CANNOT_CONVERT = "22018";
  static final String NO_ROWS = "02000";
  static final String NOT_SUPPORTED = "0A000";
  static final String INVALID_STATEMENT = "26000";

  private SqlStates() {}

  /** Class 08: nobody is there, or not any more. */
  static boolean isConnectionFailure(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("08");
  }
}
