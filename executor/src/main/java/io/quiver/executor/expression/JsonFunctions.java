package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions of JSON. */
final class JsonFunctions {
  private JsonFunctions() {}

  static ColumnFunction of(ScalarFunction function, SqlType type) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        out.append(valid(validity, i) ? apply(function, operands, i) : null);
      }
      return out.build();
    };
  }

  private static @Nullable Object apply(ScalarFunction function, Operand[] operands, int row) {
    String json = operands[0].stringAt(row);
    return switch (function) {
      case JSON_MEMBER -> part(json, operands[1], row);
      case JSON_MEMBER_TEXT -> text(part(json, operands[1], row));
      case JSON_PATH -> path(json, operands[1].stringAt(row));
      case JSON_PATH_TEXT -> text(path(json, operands[1].stringAt(row)));
      case JSON_VALUE -> {
        String found = at(json, operands[1].stringAt(row));
        yield found == null || isComposite(found) ? null : JsonText.asText(found);
      }
      case JSON_QUERY -> {
        String found = at(json, operands[1].stringAt(row));
        yield found == null || !isComposite(found) ? null : found;
      }
      case JSON_EXISTS -> at(json, operands[1].stringAt(row)) != null;
      case JSON_TYPEOF -> JsonText.type(json);
      case JSON_ARRAY_LENGTH -> length(json);
      default -> throw new IllegalStateException(function + " is no function of JSON");
    };
  }

  private static @Nullable String part(String json, Operand key, int row) {
    return key.column().type().equals(SqlType.BIGINT)
        ? element(json, key.longAt(row))
        : member(json, key.stringAt(row));
  }

  /** An array's element of this number, from 0 or, where negative, from the end. */
  private static @Nullable String element(String json, long number) {
    return number == (int) number && JsonText.type(json).equals("array")
        ? JsonText.element(json, (int) number)
        : null;
  }

  /** An object's member of this name, or an array's element of this number, from 0. */
  private static @Nullable String member(String json, String key) {
    return switch (JsonText.type(json)) {
      case "object" -> JsonText.member(json, key);
      case "array" ->
          key.matches("-?\\d{1,9}") ? JsonText.element(json, Integer.parseInt(key)) : null;
      default -> null;
    };
  }

  private static @Nullable String path(String json, String path) {
    @Nullable String found = json;
    for (String step : ArrayText.parse(path)) {
      found = found == null || step == null ? null : member(found, step);
    }
    return found;
  }

  private static @Nullable String text(@Nullable String json) {
    return json == null ? null : JsonText.asText(json);
  }

  private static boolean isComposite(String json) {
    String type = JsonText.type(json);
    return type.equals("object") || type.equals("array");
  }

  private static int length(String json) {
    int length = JsonText.length(json);
    if (length < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "json_array_length wants an array, found " + JsonText.type(json));
    }
    return length;
  }

  private static @Nullable String at(String json, String path) {
    String found = json;
    for (String step : steps(path)) {
      boolean index = step.charAt(0) == '[';
      String key = step.substring(1);
      String type = JsonText.type(found);
      String next =
          index
              ? type.equals("array") ? JsonText.element(found, Integer.parseInt(key)) : null
              : type.equals("object") ? JsonText.member(found, key) : null;
      if (next == null) {
        return null;
      }
      found = next;
    }
    return found;
  }

  /** Each step with a dot or a bracket before it: {@code $.a."b c"[0]} is .a, .b c and [0. */
  private static List<String> steps(String path) {
    String text = path.strip();
    if (text.startsWith("lax ") || text.startsWith("strict ")) {
      text = text.substring(text.indexOf(' ')).strip();
    }
    if (text.isEmpty() || text.charAt(0) != '$') {
      throw invalid(path);
    }
    List<String> steps = new ArrayList<>();
    int at = 1;
    while (at < text.length()) {
      int from = at + 1;
      if (text.startsWith(".\"", at)) {
        int end = text.indexOf('"', at + 2);
        if (end < 0) {
          throw invalid(path);
        }
        steps.add("." + text.substring(at + 2, end));
        at = end + 1;
      } else if (text.charAt(at) == '.') {
        at = from;
        while (at < text.length()
            && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
          at++;
        }
        steps.add("." + text.substring(from, at));
      } else {
        int end = text.indexOf(']', at);
        if (text.charAt(at) != '[' || end < 0 || !text.substring(from, end).matches("\\d{1,9}")) {
          throw invalid(path);
        }
        steps.add("[" + text.substring(from, end));
        at = end + 1;
      }
      if (steps.getLast().length() == 1) {
        throw invalid(path);
      }
    }
    return steps;
  }

  private static QuiverException invalid(String path) {
    return new QuiverException(
        ErrorCode.INVALID_PARAMETER_VALUE,
        "a path is written $.name[0].\"other name\", found " + NumberText.excerpt(path));
  }
}
