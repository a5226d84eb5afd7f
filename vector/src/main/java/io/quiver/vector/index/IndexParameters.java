package io.quiver.vector.index;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The text of an {@link IndexSpec}, split; each parameter is taken out when it is read. */
final class IndexParameters {
  private static final Pattern FORM =
      Pattern.compile("\\s*(\\w+)\\s*(?:\\(\\s*(.*?)\\s*\\))?\\s*", Pattern.DOTALL);

  private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)\\s*=\\s*(\\w+)");

  private final String kind;
  private final Map<String, String> left = new LinkedHashMap<>();

  private IndexParameters(String kind) {
    this.kind = kind;
  }

  static IndexParameters parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no index; write a kind and its parameters, as in hnsw(m=16)");
    }
    IndexParameters parameters = new IndexParameters(form.group(1).toLowerCase(Locale.ROOT));
    String list = form.group(2);
    if (list != null && !list.isEmpty()) {
      for (String part : list.split("\\s*,\\s*", -1)) {
        Matcher assignment = ASSIGNMENT.matcher(part);
        if (!assignment.matches()) {
          throw new IllegalArgumentException(
              "\"" + part + "\" is no parameter; write name=value, as in m=16");
        }
        String name = assignment.group(1).toLowerCase(Locale.ROOT);
        if (parameters.left.put(name, assignment.group(2)) != null) {
          throw new IllegalArgumentException(name + " is given twice");
        }
      }
    }
    return parameters;
  }

  String kind() {
    return kind;
  }

  int integer(String name, int otherwise) {
    @Nullable String value = left.remove(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          name + " is \"" + value + "\", it must be a whole number", e);
    }
  }

  <E extends Enum<E>> E choice(String name, E otherwise) {
    @Nullable String value = left.remove(name);
    if (value == null) {
      return otherwise;
    }
    E[] choices = otherwise.getDeclaringClass().getEnumConstants();
    for (E choice : choices) {
      if (choice.name().equalsIgnoreCase(value)) {
        return choice;
      }
    }
    throw new IllegalArgumentException(
        name
            + " is \""
            + value
            + "\", it must be one of "
            + Arrays.stream(choices)
                .map(choice -> choice.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", ")));
  }

  void checkAllRead() {
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          kind + " has no parameter " + String.join(" and no parameter ", left.keySet()));
    }
  }
}
