package io.quiver.planner;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Errors that say where in the statement they are. */
final class Messages {
  private Messages() {}

  static QuiverException at(SqlParserPos position, ErrorCode code, String message) {
    return new QuiverException(
        code, where(position.getLineNum(), position.getColumnNum()) + message);
  }

  static String where(int line, int column) {
    return line < 1 ? "" : "line " + line + ", column " + column + ": ";
  }
}
