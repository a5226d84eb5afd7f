package io.quiver.cli.console;

import java.util.Locale;
import org.jline.utils.WCWidth;
import org.jspecify.annotations.Nullable;

/** A value as a reader of a table wants it: short, printable, and of a known width. */
final class CellText {
  private static final int SHOWN_ELEMENTS = 3;

  private CellText() {}

  static String[] of(@Nullable Object[] row) {
    String[] texts = new String[row.length];
    for (int i = 0; i < row.length; i++) {
      texts[i] = of(row[i]);
    }
    return texts;
  }

  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "NULL";
      case float[] vector -> vector(vector);
      case Object other -> printable(other.toString());
    };
  }

  /** {@code [0.12, -0.03, 0.08, … 384 dims]}; a short vector is shown whole. */
  static String vector(float[] vector) {
    StringBuilder text = new StringBuilder("[");
    boolean whole = vector.length <= SHOWN_ELEMENTS + 1;
    int shown = whole ? vector.length : SHOWN_ELEMENTS;
    for (int i = 0; i < shown; i++) {
      text.append(i > 0 ? ", " : "").append(element(vector[i]));
    }
    if (!whole) {
      text.append(", … ").append(vector.length).append(" dims");
    }
    return text.append(']').toString();
  }

  private static String element(float value) {
    String text = String.format(Locale.ROOT, "%.4g", value);
    if (text.contains(".") && !text.contains("e")) {
      text = text.replaceFirst("\\.?0+$", "");
    }
    return text;
  }

  /** A control character could move the cursor or recolour the terminal: it is shown instead. */
  static String printable(String text) {
    if (text.codePoints().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> out.append(Character.isISOControl(c) ? '\uFFFD' : c);
      }
    }
    return out.toString();
  }

  /** How many columns of a terminal the text takes: Chinese and emoji take two a character. */
  static int width(String text) {
    return text.codePoints().map(CellText::width).sum();
  }

  private static int width(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  static String cut(String text, int width) {
    if (width(text) <= width) {
      return text;
    }
    int used = 1;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      used += width(codePoint);
      if (used > width) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return text.substring(0, end) + "…";
  }
}
