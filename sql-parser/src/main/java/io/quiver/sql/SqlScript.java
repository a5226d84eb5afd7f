package io.quiver.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * A script cut at its semicolons, those in strings, quoted names and comments left alone.
 *
 * @param statements the complete ones, without their semicolons; none is blank
 * @param rest what follows the last semicolon: a statement that may still grow, or blank when only
 *     white space and comments follow
 */
public record SqlScript(List<String> statements, String rest) {
  public SqlScript {
    statements = List.copyOf(statements);
  }

  /** Whether nothing is left after the last semicolon. */
  public boolean isComplete() {
    return rest.isBlank();
  }

  /** All statements, the one without a semicolon included. */
  public List<String> all() {
    if (isComplete()) {
      return statements;
    }
    List<String> all = new ArrayList<>(statements);
    all.add(rest);
    return all;
  }

  /** Cuts a script. */
  public static SqlScript split(String script) {
    SqlLexer lexer = new SqlLexer(script);
    List<String> statements = new ArrayList<>();
    int from = -1;
    for (SqlLexer.Kind kind = lexer.next(); kind != SqlLexer.Kind.END; kind = lexer.next()) {
      boolean semicolon = kind == SqlLexer.Kind.SYMBOL && script.charAt(lexer.start()) == ';';
      if (semicolon && from >= 0) {
        statements.add(script.substring(from, lexer.start()).stripTrailing());
        from = -1;
      } else if (!semicolon && from < 0) {
        from = lexer.start();
      }
    }
    return new SqlScript(statements, from < 0 ? "" : script.substring(from));
  }
}
