package io.quiver.cli.console;

import java.sql.ResultSet;
import java.sql.SQLException;

/** Writes a result, and closes nothing. */
public interface ResultWriter {
  /** Returns the number of rows written. */
  long write(ResultSet rows) throws SQLException;
}
