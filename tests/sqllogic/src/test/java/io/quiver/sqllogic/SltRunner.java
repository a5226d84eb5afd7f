package io.quiver.sqllogic;

import io.quiver.sqllogic.SltRecord.Sort;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the records of one file against one database, and stops at the first that differs. */
final class SltRunner {
  /** Before a regular expression for a line, as in DuckDB's files. */
  private static final String PATTERN = "<REGEX>:";

  private static final long RETRY_MILLIS = 20;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Interface subject;
  private final String file;
  private final Path files;

  /**
   * A runner.
   *
   * @param files what {@code ${tmp}} stands for: a directory of which COPY may use the files
   */
  SltRunner(Interface subject, String file, Path files) {
    this.subject = subject;
    this.file = file;
    this.files = files;
  }

  void run(List<SltRecord> records) throws Exception {
    for (SltRecord step : records) {
      run(step, List.<String[]>of(new String[] {"${tmp}", files.toString()}));
    }
  }

  private void run(SltRecord step, List<String[]> variables) throws Exception {
    switch (step) {
      case SltRecord.Statement statement -> statement(statement, variables);
      case SltRecord.Query query -> retried(query, variables);
      case SltRecord.Recall recall -> recall(recall, variables);
      case SltRecord.Restart restart -> subject.restart();
      case SltRecord.Loop loop -> {
        for (int i = loop.from(); i < loop.to(); i++) {
          List<String[]> inner = new ArrayList<>(variables);
          inner.add(new String[] {"$" + loop.variable(), Integer.toString(i)});
          for (SltRecord body : loop.body()) {
            run(body, inner);
          }
        }
      }
    }
  }

  private void statement(SltRecord.Statement step, List<String[]> variables) {
    String sql = substitute(step.sql(), variables);
    try (java.sql.Statement statement = connection().createStatement()) {
      boolean rows = statement.execute(sql);
      if (step.error() != null) {
        throw failure(step, sql, "expected error " + step.error() + ", it succeeded");
      }
      if (step.count() >= 0) {
        long count = rows ? -1 : statement.getUpdateCount();
        if (count != step.count()) {
          throw failure(step, sql, "expected " + step.count() + " rows, found " + count);
        }
      }
    } catch (SQLException e) {
      if (step.error() == null) {
        throw failure(step, sql, e);
      }
      String found = subject.sqlState(e);
      if (!step.error().isEmpty() && !step.error().equals(found)) {
        throw failure(
            step, sql, "expected SQLSTATE " + step.error() + ", found " + found + ": " + e);
      }
    }
  }

  private void retried(SltRecord.Query step, List<String[]> variables) throws InterruptedException {
    long end = System.nanoTime() + RETRY_NANOS;
    while (true) {
      try {
        query(step, variables);
        return;
      } catch (AssertionError e) {
        if (!step.retry() || System.nanoTime() > end) {
          throw e;
        }
      }
      Thread.sleep(RETRY_MILLIS);
    }
  }

  private void query(SltRecord.Query step, List<String[]> variables) {
    String sql = substitute(step.sql(), variables);
    List<List<String>> rows = rows(step, sql, step.types());
    if (step.sort() == Sort.ROWSORT) {
      rows.sort(Comparator.comparing(row -> String.join("\u0001", row)));
    }
    List<String> values = rows.stream().flatMap(List::stream).collect(Collectors.toList());
    if (step.sort() == Sort.VALUESORT) {
      values.sort(Comparator.naturalOrder());
    }
    List<String> expected =
        step.expected().stream().map(line -> substitute(line, variables)).toList();
    if (expected.size() == 1 && expected.getFirst().contains(" values hashing to ")) {
      String found = values.size() + " values hashing to " + md5(values);
      if (!found.equals(expected.getFirst())) {
        throw failure(step, sql, "expected " + expected.getFirst() + ", found " + found);
      }
      return;
    }
    // A text of several lines is expected as several lines.
    List<String> lines =
        rows.stream().flatMap(row -> Stream.of(String.join(" ", row).split("\n", -1))).toList();
    if (!matches(expected, lines) && !expected.equals(values)) {
      throw failure(
          step,
          sql,
          "expected\n" + String.join("\n", expected) + "\nfound\n" + String.join("\n", lines));
    }
  }

  /** Equal line by line, or as a pattern says. */
  private static boolean matches(List<String> expected, List<String> found) {
    boolean all = expected.size() == found.size();
    for (int i = 0; all && i < expected.size(); i++) {
      String line = expected.get(i);
      all =
          line.startsWith(PATTERN)
              ? found.get(i).matches(line.substring(PATTERN.length()))
              : line.equals(found.get(i));
    }
    return all;
  }

  private void recall(SltRecord.Recall step, List<String[]> variables) {
    String sql = substitute(step.sql(), variables);
    String exactSql = substitute(step.exactSql(), variables);
    List<String> found = firstColumn(step, sql);
    List<String> exact = firstColumn(step, exactSql);
    if (found.size() != exact.size() || new HashSet<>(found).size() != found.size()) {
      throw failure(
          step, sql, "expected " + exact.size() + " distinct rows, found " + found.size());
    }
    Set<String> hits = new HashSet<>(found);
    hits.retainAll(new HashSet<>(exact));
    double recall = exact.isEmpty() ? 1 : hits.size() / (double) exact.size();
    if (recall < step.least()) {
      throw failure(step, sql, "expected recall >= " + step.least() + ", found " + recall);
    }
  }

  private List<String> firstColumn(SltRecord step, String sql) {
    return rows(step, sql, null).stream().map(List::getFirst).toList();
  }

  private List<List<String>> rows(SltRecord step, String sql, @Nullable String types) {
    List<List<String>> rows = new ArrayList<>();
    try (java.sql.Statement statement = connection().createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int width = result.getMetaData().getColumnCount();
      boolean more = result.next();
      if (types != null && types.length() != width && (more || subject.describesEmptyResults())) {
        throw failure(step, sql, "expected " + types.length() + " columns, found " + width);
      }
      for (; more; more = result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          row.add(text(subject.value(result, i), types == null ? 'T' : types.charAt(i - 1)));
        }
        rows.add(row);
      }
    } catch (SQLException e) {
      throw failure(step, sql, e);
    }
    return rows;
  }

  private static String text(@Nullable Object value, char type) {
    if (value == null) {
      return "NULL";
    }
    return switch (type) {
      case 'I' ->
          value instanceof Number number
              ? Long.toString(number.longValue())
              : value instanceof Boolean bool ? (bool ? "1" : "0") : value.toString();
      case 'R' -> real(value);
      default -> {
        String text = value.toString();
        yield text.isEmpty() ? "(empty)" : text;
      }
    };
  }

  private static String real(Object value) {
    double number = value instanceof Number n ? n.doubleValue() : Double.parseDouble(value + "");
    return Double.isFinite(number)
        ? new BigDecimal(number).setScale(3, RoundingMode.HALF_EVEN).toPlainString()
        : String.format(Locale.ROOT, "%s", number);
  }

  private static String md5(List<String> values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("MD5");
      for (String value : values) {
        digest.update((value + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Connection connection() {
    return subject.connection();
  }

  private static String substitute(String text, List<String[]> variables) {
    String result = text;
    for (String[] variable : variables) {
      result = result.replace(variable[0], variable[1]);
    }
    return result;
  }

  private AssertionError failure(SltRecord step, String sql, Object what) {
    AssertionError error =
        new AssertionError(
            file + ":" + step.line() + " over " + subject.name() + ": " + what + "\n" + sql);
    if (what instanceof Throwable cause) {
      error.initCause(cause);
    }
    return error;
  }
}
