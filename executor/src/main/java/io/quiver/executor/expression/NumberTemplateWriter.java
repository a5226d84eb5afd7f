package io.quiver.executor.expression;

import io.quiver.executor.expression.NumberTemplate.Token;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Writes one number as a template says. */
final class NumberTemplateWriter {
  private final NumberTemplate template;
  private final boolean negative;

  /** The digits before the point, without zeros in front; too many for the template are signs. */
  private final String whole;

  private final String fraction;
  private final StringBuilder out = new StringBuilder();
  private boolean started;
  private boolean zeros;
  private int position;
  private int place;

  private NumberTemplateWriter(NumberTemplate template, BigDecimal value) {
    this.template = template;
    BigDecimal rounded = value.abs().setScale(template.fractionDigits(), RoundingMode.HALF_UP);
    this.negative = value.signum() < 0 && rounded.signum() != 0;
    String digits = rounded.toPlainString();
    int point = digits.indexOf('.');
    String before = point < 0 ? digits : digits.substring(0, point);
    // Nothing stands for a zero before the point, but where there is no fraction.
    String shown = before.equals("0") && template.fractionDigits() > 0 ? "" : before;
    boolean overflows = shown.length() > template.integerDigits();
    this.whole = overflows ? "#".repeat(template.integerDigits()) : shown;
    String after = point < 0 ? "" : digits.substring(point + 1);
    this.fraction = overflows ? "#".repeat(after.length()) : after;
  }

  static String write(NumberTemplate template, BigDecimal value) {
    if (template.has(NumberTemplate.Kind.EXPONENT)) {
      return scientific(template, value);
    }
    NumberTemplateWriter writer = new NumberTemplateWriter(template, value);
    template.tokens().forEach(writer::write);
    writer.start();
    return writer.out.toString();
  }

  private static String scientific(NumberTemplate template, BigDecimal value) {
    BigDecimal rounded =
        value.round(new MathContext(template.fractionDigits() + 1, RoundingMode.HALF_UP));
    int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
    String mantissa =
        rounded
            .movePointLeft(exponent)
            .abs()
            .setScale(template.fractionDigits(), RoundingMode.HALF_UP)
            .toPlainString();
    String sign = value.signum() < 0 ? "-" : template.filled() ? " " : "";
    return sign + mantissa + String.format(Locale.ROOT, "e%+03d", exponent);
  }

  private void write(Token token) {
    switch (token.kind()) {
      case NINE, ZERO -> {
        zeros |= token.kind() == NumberTemplate.Kind.ZERO;
        digit(token.kind() == NumberTemplate.Kind.ZERO);
      }
      case POINT -> {
        start();
        out.append('.');
        position = template.integerDigits();
      }
      case GROUP -> {
        if (started) {
          out.append(',');
        } else {
          blank();
        }
      }
      case SIGN -> {
        // In front of the digits it stands before the first of them.
        if (started) {
          out.append(negative ? '-' : '+');
        }
      }
      case MINUS -> sign(negative ? "-" : " ");
      case PLUS -> sign(negative ? " " : "+");
      case EITHER_SIGN -> sign(negative ? "-" : "+");
      case BRACKETS -> sign(negative ? ">" : " ");
      case CURRENCY -> blank();
      case ORDINAL -> ordinal(token.text());
      case LITERAL -> out.append(token.text());
      case EXPONENT -> throw new IllegalStateException("it is written elsewhere");
    }
  }

  private void sign(String text) {
    if (!text.isBlank() || template.filled()) {
      out.append(text);
    }
  }

  private void blank() {
    if (template.filled()) {
      out.append(' ');
    }
  }

  private void digit(boolean zero) {
    if (position < template.integerDigits()) {
      int at = whole.length() - (template.integerDigits() - position++);
      if (at >= 0 || zeros) {
        start();
        out.append(at >= 0 ? whole.charAt(at) : '0');
      } else {
        blank();
      }
      return;
    }
    // Without filling, the nines after the last digit that counts stay away.
    boolean counts =
        template.filled() || zero || !fraction.substring(place).chars().allMatch(c -> c == '0');
    if (counts || zerosFollow()) {
      out.append(fraction.charAt(place));
    }
    place++;
  }

  /** Whether a 0 of the template comes after this place of the fraction. */
  private boolean zerosFollow() {
    int seen = 0;
    boolean point = false;
    for (Token token : template.tokens()) {
      boolean isDigit =
          token.kind() == NumberTemplate.Kind.NINE || token.kind() == NumberTemplate.Kind.ZERO;
      if (point && isDigit && seen++ > place && token.kind() == NumberTemplate.Kind.ZERO) {
        return true;
      }
      point |= token.kind() == NumberTemplate.Kind.POINT;
    }
    return false;
  }

  /** Before the first digit comes the sign, unless the template has another place for it. */
  private void start() {
    if (started) {
      return;
    }
    started = true;
    boolean signFirst = signComesFirst();
    if (!template.anchored()) {
      sign(negative ? "-" : " ");
    } else if (template.has(NumberTemplate.Kind.BRACKETS)) {
      sign(negative ? "<" : " ");
    } else if (signFirst) {
      out.append(negative ? '-' : '+');
    }
  }

  private boolean signComesFirst() {
    for (Token token : template.tokens()) {
      switch (token.kind()) {
        case SIGN -> {
          return true;
        }
        case NINE, ZERO, POINT -> {
          return false;
        }
        default -> {}
      }
    }
    return false;
  }

  private void ordinal(String word) {
    if (negative || template.fractionDigits() > 0 || whole.isEmpty() || whole.startsWith("#")) {
      return;
    }
    String ending =
        whole.matches(".*1[123]")
            ? "th"
            : switch (whole.charAt(whole.length() - 1)) {
              case '1' -> "st";
              case '2' -> "nd";
              case '3' -> "rd";
              default -> "th";
            };
    out.append(word.equals("TH") ? ending.toUpperCase(Locale.ROOT) : ending);
  }
}
