package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A template of to_char and to_number for numbers in PostgreSQL's words: {@code 9 0 . D , G S MI PL
 * SG PR L TH EEEE FM} and text between double quotes.
 */
record NumberTemplate(
    List<Token> tokens, int integerDigits, int fractionDigits, boolean filled, boolean anchored) {
  /** What a template is made of; LITERAL is text of its own. */
  enum Kind {
    NINE,
    ZERO,
    POINT,
    GROUP,
    SIGN,
    MINUS,
    PLUS,
    EITHER_SIGN,
    BRACKETS,
    CURRENCY,
    ORDINAL,
    EXPONENT,
    LITERAL
  }

  /** One of them, and its text where it is a LITERAL or in which case it stands. */
  record Token(Kind kind, String text) {}

  static ColumnFunction toChar() {
    RowFunction text =
        (operands, row) -> {
          Object value = operands[0].column().get(row * operands[0].step());
          NumberTemplate template = of(operands[1].stringAt(row));
          return NumberTemplateWriter.write(template, exact(value));
        };
    return text.giving(SqlType.TEXT);
  }

  static ColumnFunction toNumber(SqlType type) {
    int scale = ((SqlType.Decimal) type).scale();
    RowFunction number =
        (operands, row) -> {
          String text = operands[0].stringAt(row);
          BigDecimal value = of(operands[1].stringAt(row)).read(text);
          BigDecimal fitting = value.setScale(scale, RoundingMode.DOWN);
          if (fitting.precision() > SqlType.Decimal.MAX_PRECISION) {
            throw invalid("wanted at most 38 digits", text);
          }
          return fitting;
        };
    return number.giving(type);
  }

  private static BigDecimal exact(@Nullable Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal;
      case Double d when !Double.isFinite(d) ->
          throw new QuiverException(
              ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "to_char wants a finite number, found " + d);
      case Float f when !Float.isFinite(f) ->
          throw new QuiverException(
              ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "to_char wants a finite number, found " + f);
      case null -> throw new IllegalStateException("a null has no digits");
      default -> new BigDecimal(value.toString());
    };
  }

  static NumberTemplate of(String template) {
    List<Token> tokens = new ArrayList<>();
    boolean filled = true;
    int at = 0;
    while (at < template.length()) {
      if (template.regionMatches(true, at, "FM", 0, 2)) {
        filled = false;
        at += 2;
        continue;
      }
      Token token = next(template, at);
      tokens.add(token);
      boolean quoted = template.charAt(at) == '"';
      at += token.text().length() + (quoted ? template.indexOf('"', at + 1) < 0 ? 1 : 2 : 0);
    }
    return checked(tokens, filled, template);
  }

  private static Token next(String template, int at) {
    String rest = template.substring(at, Math.min(template.length(), at + 4));
    String upper = rest.toUpperCase(Locale.ROOT);
    Kind two =
        switch (upper.length() < 2 ? "" : upper.substring(0, 2)) {
          case "MI" -> Kind.MINUS;
          case "PL" -> Kind.PLUS;
          case "SG" -> Kind.EITHER_SIGN;
          case "PR" -> Kind.BRACKETS;
          case "TH" -> Kind.ORDINAL;
          default -> Kind.LITERAL;
        };
    if (two != Kind.LITERAL) {
      return new Token(two, rest.substring(0, 2));
    }
    if (upper.equals("EEEE")) {
      return new Token(Kind.EXPONENT, rest);
    }
    if (rest.charAt(0) == '"') {
      int end = template.indexOf('"', at + 1);
      return new Token(Kind.LITERAL, template.substring(at + 1, end < 0 ? template.length() : end));
    }
    Kind one =
        switch (upper.charAt(0)) {
          case '9' -> Kind.NINE;
          case '0' -> Kind.ZERO;
          case '.', 'D' -> Kind.POINT;
          case ',', 'G' -> Kind.GROUP;
          case 'S' -> Kind.SIGN;
          case 'L' -> Kind.CURRENCY;
          default -> Kind.LITERAL;
        };
    return new Token(one, Character.toString(template.codePointAt(at)));
  }

  private static NumberTemplate checked(List<Token> tokens, boolean filled, String template) {
    if (template.toUpperCase(Locale.ROOT).matches("(?s)[^\"]*(RN|V)[^\"]*")) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "RN and V in a template are not supported: " + NumberText.excerpt(template));
    }
    int integer = 0;
    int fraction = 0;
    int points = 0;
    boolean anchored = false;
    for (Token token : tokens) {
      switch (token.kind()) {
        case NINE, ZERO -> {
          integer += points == 0 ? 1 : 0;
          fraction += points;
        }
        case POINT -> points++;
        case SIGN, MINUS, PLUS, EITHER_SIGN, BRACKETS -> anchored = true;
        default -> {}
      }
      if (points > 1) {
        throw invalid("a template has one decimal point", template);
      }
    }
    return new NumberTemplate(List.copyOf(tokens), integer, fraction, filled, anchored);
  }

  boolean has(Kind kind) {
    return tokens.stream().anyMatch(token -> token.kind() == kind);
  }

  /** The number that is written so; 22P02 for what is none. */
  BigDecimal read(String text) {
    StringBuilder digits = new StringBuilder();
    boolean negative = false;
    boolean point = false;
    for (int codePoint : text.strip().codePoints().toArray()) {
      if (codePoint >= '0' && codePoint <= '9') {
        digits.appendCodePoint(codePoint);
      } else if (codePoint == '.' && has(Kind.POINT) && !point) {
        point = true;
        digits.append('.');
      } else if (codePoint == '-' || (codePoint == '<' && has(Kind.BRACKETS))) {
        negative = true;
      } else if (!isSkipped(codePoint)) {
        throw invalid("wanted a number as in the template", text);
      }
    }
    if (digits.chars().noneMatch(c -> c != '.')) {
      throw invalid("wanted digits", text);
    }
    BigDecimal number = new BigDecimal(digits.toString());
    return negative ? number.negate() : number;
  }

  private boolean isSkipped(int codePoint) {
    return switch (codePoint) {
      case ',' -> has(Kind.GROUP);
      case '+', ' ' -> true;
      case '>' -> has(Kind.BRACKETS);
      default ->
          has(Kind.CURRENCY)
              || tokens.stream()
                  .anyMatch(token ->
                      token.kind() == Kind.LITERAL && token.text().indexOf(codePoint) >= 0);
    };
  }

  private static QuiverException invalid(String wanted, String text) {
    return new QuiverException(
        ErrorCode.INVALID_TEXT_REPRESENTATION, wanted + ", found " + NumberText.excerpt(text));
  }
}
