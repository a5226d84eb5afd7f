package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Functions of regular expressions, which are Java's with PostgreSQL's flags. A search that tries
 * again and again still ends when the statement is cancelled: the text it reads looks for that.
 */
final class RegexFunctions {
  private static final int RESULT_MAX = 16 << 20;

  /** How many characters are read between two looks at whether the statement was cancelled. */
  private static final int CHECK_EVERY = 1 << 14;

  private final ScalarFunction function;
  private final BooleanSupplier cancelled;
  // The last one: most statements have but one.
  private @Nullable Pattern pattern;
  private String source = "";
  private String flags = "";

  private RegexFunctions(ScalarFunction function, BooleanSupplier cancelled) {
    this.function = function;
    this.cancelled = cancelled;
  }

  static ColumnFunction of(ScalarFunction function, SqlType type, BooleanSupplier cancelled) {
    RegexFunctions functions = new RegexFunctions(function, cancelled);
    RowFunction row = functions::apply;
    return row.giving(type);
  }

  private @Nullable Object apply(Operand[] operands, int row) {
    String text = operands[0].stringAt(row);
    String regex = operands[1].stringAt(row);
    try {
      return switch (function) {
        case REGEXP_LIKE -> matcher(text, regex, text(operands, 2, row, "")).find();
        case REGEXP_MATCH -> match(matcher(text, regex, text(operands, 2, row, "")));
        case REGEXP_COUNT -> {
          Matcher matcher = matcher(text, regex, text(operands, 3, row, ""));
          yield count(matcher, start(text, number(operands, 2, row)));
        }
        case REGEXP_SUBSTR -> {
          Matcher matcher = matcher(text, regex, text(operands, 4, row, ""));
          int from = start(text, number(operands, 2, row));
          yield find(matcher, from, number(operands, 3, row)) ? matcher.group() : null;
        }
        case REGEXP_INSTR -> {
          Matcher matcher = matcher(text, regex, text(operands, 4, row, ""));
          int from = start(text, number(operands, 2, row));
          boolean found = find(matcher, from, number(operands, 3, row));
          yield found ? text.codePointCount(0, matcher.start()) + 1 : 0;
        }
        case REGEXP_REPLACE -> {
          String options = text(operands, 3, row, "");
          Matcher matcher = matcher(text, regex, options.replace("g", ""));
          yield replace(matcher, text, operands[2].stringAt(row), options.indexOf('g') >= 0);
        }
        default -> throw new IllegalStateException(function + " is no function of patterns");
      };
    } catch (StackOverflowError e) {
      throw new QuiverException(
          ErrorCode.STATEMENT_TOO_COMPLEX,
          "the regular expression " + NumberText.excerpt(regex) + " nests too deeply on this text",
          e);
    }
  }

  private static String text(Operand[] operands, int argument, int row, String absent) {
    return argument < operands.length ? operands[argument].stringAt(row) : absent;
  }

  private static int number(Operand[] operands, int argument, int row) {
    int number = argument < operands.length ? operands[argument].intAt(row) : 1;
    if (number < 1) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "a position or an occurrence counts from 1, found " + number);
    }
    return number;
  }

  /** The index of the character of this number from 1; past the end where there is none. */
  private static int start(String text, int position) {
    return position > text.codePointCount(0, text.length())
        ? position == 1 ? 0 : text.length() + 1
        : text.offsetByCodePoints(0, position - 1);
  }

  private Matcher matcher(String text, String regex, String options) {
    Pattern compiled = pattern;
    if (compiled == null || !source.equals(regex) || !flags.equals(options)) {
      compiled = compile(regex, options);
      pattern = compiled;
      source = regex;
      flags = options;
    }
    return compiled.matcher(new Watched(text, cancelled));
  }

  private static Pattern compile(String regex, String options) {
    int mode = Pattern.UNICODE_CASE | Pattern.DOTALL;
    boolean literal = false;
    for (int i = 0; i < options.length(); i++) {
      switch (options.charAt(i)) {
        case 'i' -> mode |= Pattern.CASE_INSENSITIVE;
        case 'c' -> mode &= ~Pattern.CASE_INSENSITIVE;
        case 'n', 'm' -> mode = (mode | Pattern.MULTILINE) & ~Pattern.DOTALL;
        case 'w' -> mode |= Pattern.MULTILINE;
        case 'p' -> mode &= ~Pattern.DOTALL;
        case 's' -> mode = (mode | Pattern.DOTALL) & ~Pattern.MULTILINE;
        case 'x' -> mode |= Pattern.COMMENTS;
        case 'q' -> literal = true;
        default ->
            throw new QuiverException(
                ErrorCode.INVALID_PARAMETER_VALUE,
                "the flags of a regular expression are i, c, n, m, w, p, s, x, q and for"
                    + " regexp_replace g, found "
                    + NumberText.excerpt(options));
      }
    }
    try {
      return Pattern.compile(regex, literal ? mode | Pattern.LITERAL : mode);
    } catch (PatternSyntaxException e) {
      throw new QuiverException(
          ErrorCode.INVALID_REGULAR_EXPRESSION,
          "the regular expression "
              + NumberText.excerpt(regex)
              + " is wrong: "
              + e.getDescription().toLowerCase(Locale.ROOT),
          e);
    }
  }

  /** The groups of the first match, or the match itself where there are none; null for none. */
  private static @Nullable List<@Nullable String> match(Matcher matcher) {
    if (!matcher.find()) {
      return null;
    }
    List<@Nullable String> groups = new ArrayList<>();
    for (int i = Math.min(1, matcher.groupCount()); i <= matcher.groupCount(); i++) {
      groups.add(matcher.group(i));
    }
    return groups;
  }

  private static int count(Matcher matcher, int from) {
    int count = 0;
    for (boolean found = find(matcher, from, 1); found; found = matcher.find()) {
      count++;
    }
    return count;
  }

  private static boolean find(Matcher matcher, int from, int occurrence) {
    if (from > matcher.regionEnd() || !matcher.find(from)) {
      return false;
    }
    for (int i = 1; i < occurrence; i++) {
      if (!matcher.find()) {
        return false;
      }
    }
    return true;
  }

  private static String replace(Matcher matcher, String text, String replacement, boolean all) {
    StringBuilder out = new StringBuilder();
    int copied = 0;
    while (matcher.find()) {
      out.append(text, copied, matcher.start());
      appendReplacement(out, matcher, replacement);
      copied = matcher.end();
      if (out.length() > RESULT_MAX) {
        throw new QuiverException(
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "the text would be longer than the " + RESULT_MAX + " characters that are allowed");
      }
      if (!all) {
        break;
      }
    }
    return out.append(text, copied, text.length()).toString();
  }

  /** In PostgreSQL's words: {@code \1} to {@code \9} are groups, {@code \&} is the match. */
  private static void appendReplacement(StringBuilder out, Matcher matcher, String replacement) {
    for (int i = 0; i < replacement.length(); i++) {
      char c = replacement.charAt(i);
      if (c != '\\' || i + 1 == replacement.length()) {
        out.append(c);
        continue;
      }
      char next = replacement.charAt(++i);
      if (next == '&' || (next >= '1' && next <= '9')) {
        int group = next == '&' ? 0 : next - '0';
        String found = group <= matcher.groupCount() ? matcher.group(group) : null;
        out.append(found == null ? "" : found);
      } else {
        out.append(next == '\\' ? "\\" : "\\" + next);
      }
    }
  }

  /** A text that ends the statement which reads it once that is cancelled. */
  private static final class Watched implements CharSequence {
    private final String text;
    private final BooleanSupplier cancelled;
    private int left = CHECK_EVERY;

    Watched(String text, BooleanSupplier cancelled) {
      this.text = text;
      this.cancelled = cancelled;
    }

    @Override
    public char charAt(int index) {
      if (--left == 0) {
        left = CHECK_EVERY;
        if (cancelled.getAsBoolean()) {
          throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
        }
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
