package io.quiver.cli.console;

import io.quiver.types.VectorText;
import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180: a header, lines that end in CR LF, quotes where a field needs them. NULL is an empty
 * field and an empty text {@code ""}, so that a reader can tell them apart.
 */
final class CsvWriter implements ResultWriter {
  private static final String LINE_END = "\r\n";

  private final PrintStream out;

  CsvWriter(PrintStream out) {
    this.out = out;
  }

  @Override
  public long write(ResultSet rows) throws SQLException {
    RowReader reader = new RowReader(rows);
    line(reader.labels().toArray());
    long count = 0;
    for (var row = reader.next(); row != null; row = reader.next()) {
      line(row);
      count++;
    }
    out.flush();
    return count;
  }

  private void line(@Nullable Object[] fields) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < fields.length; i++) {
      if (i > 0) {
        line.append(',');
      }
      line.append(field(fields[i]));
    }
    out.print(line.append(LINE_END));
  }

  private static String field(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case float[] vector -> quoted(VectorText.format(vector));
      case String text -> quoted(text);
      case Object other -> other.toString();
    };
  }

  private static String quoted(String text) {
    boolean plain =
        !text.isEmpty()
            && text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
