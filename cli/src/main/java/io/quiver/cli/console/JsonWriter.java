package io.quiver.cli.console;

import io.quiver.types.VectorText;
import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * JSON lines: an object a row. A vector is an array, a number that JSON cannot write (NaN,
 * Infinity) a string; a column whose name repeats gets {@code _2}, {@code _3}.
 */
final class JsonWriter implements ResultWriter {
  private final PrintStream out;

  JsonWriter(PrintStream out) {
    this.out = out;
  }

  @Override
  public long write(ResultSet rows) throws SQLException {
    RowReader reader = new RowReader(rows);
    String[] names = distinct(reader.labels());
    long count = 0;
    for (var row = reader.next(); row != null; row = reader.next()) {
      StringBuilder line = new StringBuilder("{");
      for (int i = 0; i < row.length; i++) {
        appendText(line.append(i > 0 ? "," : ""), names[i]);
        appendValue(line.append(':'), row[i]);
      }
      out.print(line.append("}\n"));
      count++;
    }
    out.flush();
    return count;
  }

  private static String[] distinct(List<String> labels) {
    Set<String> taken = new HashSet<>(labels);
    Set<String> seen = new HashSet<>();
    String[] names = new String[labels.size()];
    for (int i = 0; i < names.length; i++) {
      String label = labels.get(i);
      names[i] = label;
      for (int n = 2; !seen.add(names[i]); n++) {
        String candidate = label + "_" + n;
        names[i] = taken.contains(candidate) ? label : candidate;
      }
    }
    return names;
  }

  private static void appendValue(StringBuilder line, @Nullable Object value) {
    switch (value) {
      case null -> line.append("null");
      case float[] vector -> line.append(VectorText.format(vector));
      case Float real when !Float.isFinite(real) -> appendText(line, real.toString());
      case Double real when !Double.isFinite(real) -> appendText(line, real.toString());
      case Number number -> line.append(number);
      case Boolean bool -> line.append(bool);
      case Object other -> appendText(line, other.toString());
    }
  }

  private static void appendText(StringBuilder line, String text) {
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> line.append("\\\"");
        case '\\' -> line.append("\\\\");
        case '\n' -> line.append("\\n");
        case '\r' -> line.append("\\r");
        case '\t' -> line.append("\\t");
        default -> {
          if (c < 0x20) {
            line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
