package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON (RFC 8259) that walks over text and builds nothing: values are places in
 * it. Owned by one thread.
 */
final class JsonText {
  private static final int DEPTH_MAX = 1_000;

  private final String text;
  private int at;

  private JsonText(String text) {
    this.text = text;
  }

  /** 22P02 for anything but one value. */
  static void check(String text) {
    JsonText reader = new JsonText(text);
    reader.skipSpaces();
    reader.value(0);
    if (reader.at < text.length()) {
      throw reader.invalid("the end");
    }
  }

  /** The value of a member, as written, or null. The last of several counts. */
  static @Nullable String member(String json, String name) {
    JsonText reader = new JsonText(json);
    reader.skipSpaces();
    if (!reader.accept('{')) {
      return null;
    }
    String found = null;
    while (!reader.accept('}')) {
      int from = reader.at;
      reader.string();
      boolean same = unquoted(json.substring(from, reader.at)).equals(name);
      reader.skipSpaces();
      reader.expect(':');
      from = reader.at;
      reader.value(0);
      if (same) {
        found = json.substring(from, reader.at).stripTrailing();
      }
      reader.accept(',');
    }
    return found;
  }

  /** The element of an array, counted from 0, or from the end with -1; as written, or null. */
  static @Nullable String element(String json, int index) {
    int length = length(json);
    int wanted = index < 0 ? length + index : index;
    if (wanted < 0 || wanted >= length) {
      return null;
    }
    JsonText reader = new JsonText(json);
    reader.skipSpaces();
    reader.expect('[');
    for (int i = 0; i < wanted; i++) {
      reader.value(0);
      reader.expect(',');
    }
    int from = reader.at;
    reader.value(0);
    return json.substring(from, reader.at).stripTrailing();
  }

  /** How many elements an array has; -1 for anything else. */
  static int length(String json) {
    JsonText reader = new JsonText(json);
    reader.skipSpaces();
    if (!reader.accept('[')) {
      return -1;
    }
    int count = 0;
    while (!reader.accept(']')) {
      reader.value(0);
      reader.accept(',');
      count++;
    }
    return count;
  }

  /** object, array, string, number, boolean or null. */
  static String type(String json) {
    return switch (json.stripLeading().charAt(0)) {
      case '{' -> "object";
      case '[' -> "array";
      case '"' -> "string";
      case 't', 'f' -> "boolean";
      case 'n' -> "null";
      default -> "number";
    };
  }

  /** The text of a value: a string without its quotes and escapes, null for JSON's null. */
  static @Nullable String asText(String json) {
    return switch (type(json)) {
      case "string" -> unquoted(json.strip());
      case "null" -> null;
      default -> json.strip();
    };
  }

  private static String unquoted(String string) {
    String inside = string.substring(1, string.length() - 1);
    if (inside.indexOf('\\') < 0) {
      return inside;
    }
    StringBuilder out = new StringBuilder(inside.length());
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escape = inside.charAt(++i);
      switch (escape) {
        case 'b' -> out.append('\b');
        case 'f' -> out.append('\f');
        case 'n' -> out.append('\n');
        case 'r' -> out.append('\r');
        case 't' -> out.append('\t');
        case 'u' -> {
          out.append((char) Integer.parseInt(inside, i + 1, i + 5, 16));
          i += 4;
        }
        default -> out.append(escape);
      }
    }
    return out.toString();
  }

  private void value(int depth) {
    if (depth > DEPTH_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED, "JSON is nested at most " + DEPTH_MAX + " deep");
    }
    switch (peek()) {
      case '{' -> object(depth);
      case '[' -> array(depth);
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    }
    skipSpaces();
  }

  private void object(int depth) {
    expect('{');
    if (accept('}')) {
      return;
    }
    do {
      string();
      skipSpaces();
      expect(':');
      value(depth + 1);
    } while (accept(','));
    expectLast('}');
  }

  private void array(int depth) {
    expect('[');
    if (accept(']')) {
      return;
    }
    do {
      value(depth + 1);
    } while (accept(','));
    expectLast(']');
  }

  private void string() {
    if (peek() != '"') {
      throw invalid("a string");
    }
    at++;
    while (peek() != '"') {
      char c = peek();
      at++;
      if (c < ' ') {
        at--;
        throw invalid("no control character in a string");
      }
      if (c == '\\') {
        escape();
      }
    }
    at++;
  }

  private void escape() {
    char c = peek();
    at++;
    if (c == 'u') {
      for (int i = 0; i < 4; i++, at++) {
        if (Character.digit(peek(), 16) < 0 || peek() > 'f') {
          throw invalid("four hexadecimal digits");
        }
      }
    } else if ("\"\\/bfnrt".indexOf(c) < 0) {
      at--;
      throw invalid("an escape");
    }
  }

  private void word(String word) {
    if (!text.startsWith(word, at)) {
      throw invalid("a value");
    }
    at += word.length();
  }

  private void number() {
    int from = at;
    at += peek() == '-' ? 1 : 0;
    if (peek() == '0') {
      at++;
    } else {
      digits(from);
    }
    if (peek() == '.') {
      at++;
      digits(from);
    }
    if (peek() == 'e' || peek() == 'E') {
      at++;
      at += peek() == '+' || peek() == '-' ? 1 : 0;
      digits(from);
    }
  }

  private void digits(int from) {
    if (peek() < '0' || peek() > '9') {
      at = from;
      throw invalid("a value");
    }
    while (peek() >= '0' && peek() <= '9') {
      at++;
    }
  }

  /** The next character; 0, which no valid text holds outside of a string, at the end. */
  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private void skipSpaces() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean accept(char symbol) {
    if (peek() != symbol) {
      return false;
    }
    at++;
    skipSpaces();
    return true;
  }

  private void expect(char symbol) {
    if (!accept(symbol)) {
      throw invalid("'" + symbol + "'");
    }
  }

  private void expectLast(char symbol) {
    if (peek() != symbol) {
      throw invalid("',' or '" + symbol + "'");
    }
    at++;
  }

  private QuiverException invalid(String wanted) {
    String found =
        at >= text.length()
            ? "the end"
            : "'" + text.substring(at, Math.min(text.length(), at + 10)) + "'";
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION,
        "no JSON: at character " + (at + 1) + " wanted " + wanted + ", found " + found);
  }
}
