package io.quiver.sql;

import java.util.List;

/**
 * A statement with its literals taken out: the key of the plan cache.
 *
 * @param text one line: comments dropped, white space folded, unquoted words in lower case, each
 *     literal replaced by {@code $n} for a number or {@code $s} for a string; a {@code ?} stays
 * @param literals in the order of the text
 * @param parameterCount how many {@code ?} there are
 */
public record NormalizedSql(String text, List<LiteralToken> literals, int parameterCount) {
  public NormalizedSql {
    literals = List.copyOf(literals);
  }

  /**
   * A number or string as written.
   *
   * @param offset where it starts in the original text, in chars from 0
   * @param value digits of the number, or the string without quotes and with doubled quotes undone
   */
  public record LiteralToken(Kind kind, int offset, String value) {}

  /** What a literal is made of. */
  public enum Kind {
    INTEGER,
    /** With a decimal point or an exponent. */
    DECIMAL,
    STRING
  }
}
