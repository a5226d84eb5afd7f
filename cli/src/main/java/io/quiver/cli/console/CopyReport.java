package io.quiver.cli.console;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/** Says which rows a COPY with ON_ERROR skip has left out. */
final class CopyReport {
  private static final int SHOWN = 5;
  private static final Pattern COPY_FROM = Pattern.compile("(?is)\\s*copy\\b.*\\bfrom\\b.*");
  private static final Pattern SKIP = Pattern.compile("(?is).*\\b(skip|ignore)\\b.*");

  private CopyReport() {}

  /**
   * After a statement that has run: the number of rows left out, and why the first of them were.
   */
  static void print(String sql, Connection connection, PrintStream out) throws SQLException {
    if (!COPY_FROM.matcher(sql).matches() || !SKIP.matcher(sql).matches()) {
      return;
    }
    try (Statement statement = connection.createStatement();
        ResultSet errors = statement.executeQuery("SELECT * FROM quiver.copy_errors")) {
      long count = 0;
      StringBuilder shown = new StringBuilder();
      for (int i = 0; errors.next(); i++) {
        count += errors.getLong("rows");
        if (i < SHOWN) {
          shown.append("  ").append(CellText.printable(errors.getString("message"))).append('\n');
        }
      }
      if (count > 0) {
        out.print(count + " rows left out (SELECT * FROM quiver.copy_errors), first\n" + shown);
      }
    }
  }
}
