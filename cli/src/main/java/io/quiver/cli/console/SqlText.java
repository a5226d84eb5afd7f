package io.quiver.cli.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Typed text, cut at the semicolons that end statements: not those in quotes or in comments.
 *
 * @param complete statements that a semicolon ended, without it
 * @param rest what follows the last one, stripped; empty when only space and comments follow
 */
record SqlText(List<String> complete, String rest) {
  static SqlText of(String text) {
    List<String> complete = new ArrayList<>();
    int start = 0;
    boolean words = false;
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (text.startsWith("--", i) || text.startsWith("/*", i)) {
        i = commentEnd(text, i);
      } else if (c == '\'' || c == '"') {
        words = true;
        int close = text.indexOf(c, i + 1);
        if (close < 0) {
          break;
        }
        i = close + 1;
      } else if (c == ';') {
        if (words) {
          complete.add(text.substring(start, i).strip());
        }
        start = i + 1;
        words = false;
        i++;
      } else {
        words |= !Character.isWhitespace(c);
        i++;
      }
    }
    return new SqlText(List.copyOf(complete), words ? text.substring(start).strip() : "");
  }

  /** All statements, the last one with or without its semicolon. */
  List<String> all() {
    List<String> all = new ArrayList<>(complete);
    if (!rest.isEmpty()) {
      all.add(rest);
    }
    return all;
  }

  private static int commentEnd(String text, int from) {
    boolean line = text.charAt(from) == '-';
    int end = line ? text.indexOf('\n', from) : text.indexOf("*/", from + 2);
    if (end < 0) {
      return text.length();
    }
    return line ? end + 1 : end + 2;
  }
}
