package io.quiver.executor.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A template of to_char, to_date and to_timestamp in PostgreSQL's words, such as {@code YYYY-MM-DD
 * HH24:MI}, taken apart.
 */
record TimeTemplate(List<Piece> pieces) {
  /** A longer word stands before its beginnings. */
  private static final List<String> WORDS =
      List.of(
          "Y,YYY", "YYYY", "YYY", "YY", "Y", "IYYY", "IYY", "IY", "IDDD", "ID", "IW", "I", "MONTH",
          "MON", "MM", "MI", "MS", "DAY", "DY", "DDD", "DD", "D", "HH24", "HH12", "HH", "SSSSS",
          "SSSS", "SS", "US", "FF1", "FF2", "FF3", "FF4", "FF5", "FF6", "A.M.", "P.M.", "AM", "PM",
          "B.C.", "A.D.", "BC", "AD", "WW", "W", "CC", "J", "Q", "RM", "TZH", "TZM", "TZ", "OF");

  /**
   * One word of the template, or the text between two.
   *
   * @param word in upper case; empty for text
   * @param written as it stands in the template: its case is that of names
   * @param filled whether numbers have leading zeros and names spaces behind them
   * @param ordinal {@code TH} or {@code th}, if that follows; else empty
   */
  record Piece(String word, String written, boolean filled, String ordinal) {}

  static TimeTemplate of(String template) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    boolean filled = true;
    int at = 0;
    while (at < template.length()) {
      if (startsWith(template, at, "FM") || startsWith(template, at, "TM")) {
        filled = false;
        at += 2;
        continue;
      }
      if (startsWith(template, at, "FX")) {
        at += 2;
        continue;
      }
      String word = wordAt(template, at);
      if (word.isEmpty()) {
        at = literal(template, at, text);
        continue;
      }
      flush(text, pieces);
      String written = template.substring(at, at + word.length());
      at += word.length();
      boolean ordinal = startsWith(template, at, "TH");
      pieces.add(new Piece(word, written, filled, ordinal ? template.substring(at, at + 2) : ""));
      at += ordinal ? 2 : 0;
      filled = true;
    }
    flush(text, pieces);
    return new TimeTemplate(List.copyOf(pieces));
  }

  private static void flush(StringBuilder text, List<Piece> pieces) {
    if (!text.isEmpty()) {
      pieces.add(new Piece("", text.toString(), true, ""));
      text.setLength(0);
    }
  }

  private static String wordAt(String template, int at) {
    for (String word : WORDS) {
      if (startsWith(template, at, word)) {
        return word;
      }
    }
    return "";
  }

  private static boolean startsWith(String template, int at, String word) {
    return template.regionMatches(true, at, word, 0, word.length());
  }

  /** Takes one character, or all between double quotes; gives where to go on. */
  private static int literal(String template, int from, StringBuilder text) {
    if (template.charAt(from) != '"') {
      text.append(template.charAt(from));
      return from + 1;
    }
    int at = from + 1;
    while (at < template.length() && template.charAt(at) != '"') {
      at += template.charAt(at) == '\\' && at + 1 < template.length() ? 1 : 0;
      text.append(template.charAt(at++));
    }
    return at + 1;
  }

  /** A name in the case in which the template writes its word: NAME, Name or name. */
  static String inCaseOf(String written, String name) {
    if (Character.isLowerCase(written.charAt(0))) {
      return name.toLowerCase(Locale.ROOT);
    }
    return written.length() > 1 && Character.isLowerCase(written.charAt(1))
        ? name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1).toLowerCase(Locale.ROOT)
        : name.toUpperCase(Locale.ROOT);
  }
}
