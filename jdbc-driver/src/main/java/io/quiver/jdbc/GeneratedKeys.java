package io.quiver.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of the rows that a statement changes an application asks for. They come by way of
 * RETURNING, which is added to the statement.
 */
final class GeneratedKeys {
  static final GeneratedKeys NONE = new GeneratedKeys(false, List.of(), new int[0]);

  private static final Set<String> CHANGES = Set.of("INSERT", "UPSERT", "UPDATE", "DELETE");

  /** A comment, a string, a quoted name, or a word. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "--[^\\n]*|/\\*.*?\\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[\\p{L}_][\\p{L}\\p{N}_$]*|\\.",
          Pattern.DOTALL);

  private final boolean wanted;
  private final List<String> names;
  private final int[] positions;

  private GeneratedKeys(boolean wanted, List<String> names, int[] positions) {
    this.wanted = wanted;
    this.names = names;
    this.positions = positions;
  }

  /** What {@link Statement#RETURN_GENERATED_KEYS} or its opposite says. */
  static GeneratedKeys of(int flag) throws SQLException {
    if (flag == Statement.NO_GENERATED_KEYS) {
      return NONE;
    }
    if (flag == Statement.RETURN_GENERATED_KEYS) {
      return new GeneratedKeys(true, List.of(), new int[0]);
    }
    throw SqlStates.invalid(
        "the flag is RETURN_GENERATED_KEYS or NO_GENERATED_KEYS, found " + flag);
  }

  /** Columns by their names as the catalog has them. */
  static GeneratedKeys of(String @Nullable [] columns) {
    return columns == null || columns.length == 0
        ? NONE
        : new GeneratedKeys(true, List.of(columns), new int[0]);
  }

  /** Columns by their place in the table, from 1. */
  static GeneratedKeys of(int @Nullable [] columns) {
    return columns == null || columns.length == 0
        ? NONE
        : new GeneratedKeys(true, List.of(), columns.clone());
  }

  /**
   * The statement with RETURNING at its end; null where it is to run as it is, because no keys are
   * wanted, it changes no rows, or it says itself what it returns.
   *
   * @throws SQLException 42703 for a place that the table does not have
   */
  @Nullable String rewrite(QuiverConnection connection, String sql) throws SQLException {
    if (!wanted) {
      return null;
    }
    List<String> words = words(sql);
    if (words.isEmpty()
        || !CHANGES.contains(upper(words.get(0)))
        || words.stream().anyMatch(word -> word.equalsIgnoreCase("RETURNING"))) {
      return null;
    }
    List<String> columns = names.isEmpty() ? lookUp(connection, table(words)) : names;
    StringBuilder text = new StringBuilder(withoutEnd(sql)).append("\nRETURNING ");
    for (int i = 0; i < columns.size(); i++) {
      text.append(i == 0 ? "" : ", ");
      text.append('"').append(columns.get(i).replace("\"", "\"\"")).append('"');
    }
    return text.toString();
  }

  private static String withoutEnd(String sql) {
    String text = sql.stripTrailing();
    return text.endsWith(";") ? text.substring(0, text.length() - 1) : text;
  }

  /** By place; else the columns that count up, else the primary key, else all. */
  private List<String> lookUp(QuiverConnection connection, List<String> table) throws SQLException {
    DatabaseMetaData meta = connection.getMetaData();
    String schema = table.size() > 1 ? table.get(0) : connection.getSchema();
    String name = table.isEmpty() ? "" : table.get(table.size() - 1);
    List<String> all = new ArrayList<>();
    List<String> counted = new ArrayList<>();
    try (ResultSet rows =
        meta.getColumns(null, PrimaryKeys.literally(schema), PrimaryKeys.literally(name), null)) {
      while (rows.next()) {
        all.add(rows.getString("COLUMN_NAME"));
        if ("YES".equals(rows.getString("IS_AUTOINCREMENT"))) {
          counted.add(rows.getString("COLUMN_NAME"));
        }
      }
    }
    if (all.isEmpty()) {
      // Whatever is wrong with the table, the database says it better.
      throw new SQLException("there is no table " + String.join(".", table), "42P01");
    }
    if (positions.length > 0) {
      return byPosition(all, name);
    }
    if (counted.isEmpty()) {
      try (ResultSet rows = meta.getPrimaryKeys(null, schema, name)) {
        while (rows.next()) {
          counted.add(rows.getString("COLUMN_NAME"));
        }
      }
    }
    return counted.isEmpty() ? all : counted;
  }

  private List<String> byPosition(List<String> all, String table) throws SQLException {
    List<String> chosen = new ArrayList<>();
    for (int position : positions) {
      if (position < 1 || position > all.size()) {
        throw new SQLException(
            "table " + table + " has " + all.size() + " columns, found number " + position,
            SqlStates.UNDEFINED_COLUMN);
      }
      chosen.add(all.get(position - 1));
    }
    return chosen;
  }

  /** The name behind INTO, UPDATE or FROM, in parts. */
  private static List<String> table(List<String> words) {
    int at = upper(words.get(0)).equals("UPDATE") ? 1 : 2;
    List<String> parts = new ArrayList<>();
    while (at < words.size()) {
      parts.add(name(words.get(at)));
      if (at + 2 >= words.size() || !words.get(at + 1).equals(".")) {
        break;
      }
      at += 2;
    }
    return parts;
  }

  private static String name(String word) {
    return word.startsWith("\"")
        ? word.substring(1, word.length() - 1).replace("\"\"", "\"")
        : word.toLowerCase(Locale.ROOT);
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }

  /** Words, names and the dots between them; no comments and no strings. */
  private static List<String> words(String sql) {
    List<String> words = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(sql);
    while (matcher.find()) {
      String token = matcher.group();
      if (!token.startsWith("--") && !token.startsWith("/*") && !token.startsWith("'")) {
        words.add(token);
      }
    }
    return words;
  }

  @Override
  public String toString() {
    return wanted ? "keys " + names + Arrays.toString(positions) : "no keys";
  }
}
