package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Arrays as PostgreSQL writes them: {@code {1,2,NULL}} and {@code {"a b","c\"d"}}. */
final class ArrayText {
  private ArrayText() {}

  static String format(Column source, int row, RowText texts) {
    MemorySegment starts = Buffers.offsets(source);
    int to = starts.getAtIndex(Buffers.INT, row + 1L);
    Column elements = source.elements();
    StringBuilder out = new StringBuilder("{");
    for (int i = starts.getAtIndex(Buffers.INT, row); i < to; i++) {
      if (out.length() > 1) {
        out.append(',');
      }
      if (elements.isNull(i)) {
        out.append("NULL");
      } else {
        appendElement(out, texts.read(elements, i));
      }
    }
    return out.append('}').toString();
  }

  private static void appendElement(StringBuilder out, String text) {
    boolean quoted = text.isEmpty() || text.equalsIgnoreCase("null");
    for (int i = 0; i < text.length() && !quoted; i++) {
      char c = text.charAt(i);
      quoted = "{}\",\\".indexOf(c) >= 0 || Character.isWhitespace(c);
    }
    if (!quoted) {
      out.append(text);
      return;
    }
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '"' || text.charAt(i) == '\\') {
        out.append('\\');
      }
      out.append(text.charAt(i));
    }
    out.append('"');
  }

  /** The texts of the elements, null for NULL; 22P02 for what is no array of one dimension. */
  static List<@Nullable String> parse(String text) {
    String stripped = text.strip();
    if (stripped.length() < 2 || stripped.charAt(0) != '{' || !stripped.endsWith("}")) {
      throw invalid(text);
    }
    List<@Nullable String> elements = new ArrayList<>();
    int end = stripped.length() - 1;
    int at = skipSpaces(stripped, 1);
    if (at == end) {
      return elements;
    }
    while (true) {
      StringBuilder element = new StringBuilder();
      boolean quoted = stripped.charAt(at) == '"';
      at =
          quoted
              ? quoted(stripped, at + 1, end, element, text)
              : plain(stripped, at, end, element, text);
      boolean isNull = !quoted && element.toString().toLowerCase(Locale.ROOT).equals("null");
      elements.add(isNull ? null : element.toString());
      at = skipSpaces(stripped, at);
      if (at == end) {
        return elements;
      }
      if (stripped.charAt(at) != ',') {
        throw invalid(text);
      }
      at = skipSpaces(stripped, at + 1);
    }
  }

  private static int quoted(String array, int from, int end, StringBuilder out, String text) {
    int at = from;
    while (at < end && array.charAt(at) != '"') {
      at += array.charAt(at) == '\\' ? 1 : 0;
      out.append(array.charAt(at++));
    }
    if (at >= end) {
      throw invalid(text);
    }
    return at + 1;
  }

  private static int plain(String array, int from, int end, StringBuilder out, String text) {
    int at = from;
    while (at < end && array.charAt(at) != ',') {
      char c = array.charAt(at++);
      if (c == '{' || c == '}' || c == '"') {
        throw invalid(text);
      }
      out.append(c == '\\' && at < end ? array.charAt(at++) : c);
    }
    int length = out.length();
    while (length > 0 && Character.isWhitespace(out.charAt(length - 1))) {
      length--;
    }
    out.setLength(length);
    if (length == 0) {
      throw invalid(text);
    }
    return at;
  }

  private static int skipSpaces(String text, int from) {
    int at = from;
    while (Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static QuiverException invalid(String text) {
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION,
        "an array is written {1,2,NULL} or {\"a b\",c}, found " + NumberText.excerpt(text));
  }
}
