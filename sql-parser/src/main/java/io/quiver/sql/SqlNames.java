package io.quiver.sql;

import java.util.Locale;

/** Names as a statement writes them. */
public final class SqlNames {
  private SqlNames() {}

  /** In quotes, so that it means exactly this. */
  public static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** In quotes where they are needed. */
  public static String written(String name) {
    boolean plain = name.matches("[a-z_][a-z0-9_]*");
    return plain && !Keywords.RESERVED.contains(name.toUpperCase(Locale.ROOT))
        ? name
        : quoted(name);
  }
}
