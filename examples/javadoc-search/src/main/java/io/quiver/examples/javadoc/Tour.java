package io.quiver.examples.javadoc;

import io.quiver.cli.console.OutputFormat;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;

/** Eight questions, from the plainest search to one that outlives the database's closing. */
final class Tour {
  /** Of the tables, in columns. */
  static final int WIDTH = 120;

  /** Some SQL with what it shows. */
  private record Step(String title, List<String> statements) {}

  private static final Step NEAREST =
      new Step(
          "Which methods read a file line by line?",
          List.of(
              """
              SELECT name, text, ROUND(embedding <=> embed('read a file line by line'), 3) AS distance
              FROM docs
              ORDER BY embedding <=> embed('read a file line by line')
              LIMIT 5\
              """));

  private static final String REVERSE_TEXT =
      """
      SELECT name, library
      FROM docs
      WHERE NOT deprecated AND kind = 'method'
      ORDER BY embedding <=> embed('reverse the characters of a string')
      LIMIT 3\
      """;

  private static final List<Step> STEPS =
      List.of(
          NEAREST,
          new Step(
              "Filters: how does Guava split a string, without what is deprecated?",
              List.of(
                  """
                  SELECT name, text
                  FROM docs
                  WHERE library = 'guava' AND kind = 'method' AND NOT deprecated
                  ORDER BY embedding <=> embed('split a string at a separator')
                  LIMIT 5\
                  """,
                  """
                  EXPLAIN ANALYZE
                  SELECT name, text
                  FROM docs
                  WHERE library = 'guava' AND kind = 'method' AND NOT deprecated
                  ORDER BY embedding <=> embed('split a string at a separator')
                  LIMIT 5\
                  """)),
          new Step(
              "A join: where in Apache Commons is a list reversed, and in which version?",
              List.of(
                  """
                  SELECT d.name, l.name AS library, l.version, l.licence
                  FROM docs d
                  JOIN libraries l ON l.name = d.library
                  WHERE l.project = 'Apache Commons'
                  ORDER BY d.embedding <=> embed('sort a list in reverse')
                  LIMIT 5\
                  """)),
          new Step(
              "A range: everything close to a checksum of a file.",
              List.of(
                  """
                  SELECT name, ROUND(embedding <=> embed('checksum of a file'), 3) AS distance
                  FROM docs
                  WHERE embedding <=> embed('checksum of a file') < 0.5
                  ORDER BY distance\
                  """)),
          new Step(
              "An aggregate over the hits: which library knows most about the 100 nearest?",
              List.of(
                  """
                  WITH hits AS (
                    SELECT library, embedding <=> embed('immutable collection') AS distance
                    FROM docs
                    ORDER BY distance
                    LIMIT 100)
                  SELECT library, COUNT(*) AS hits, ROUND(MIN(distance), 3) AS nearest
                  FROM hits
                  GROUP BY library
                  ORDER BY hits DESC\
                  """)),
          new Step(
              "An update changes an answer: what is deprecated is no longer recommended.",
              List.of(
                  REVERSE_TEXT,
                  "BEGIN",
                  """
                  UPDATE docs SET deprecated = TRUE
                  WHERE name = 'org.apache.commons.text.TextStringBuilder.reverse()'\
                  """,
                  REVERSE_TEXT)),
          new Step(
              "A delete changes it too. The rollback takes both back.",
              List.of(
                  "DELETE FROM docs WHERE library = 'guava'",
                  REVERSE_TEXT,
                  "ROLLBACK",
                  REVERSE_TEXT)));

  private final PrintStream out;

  Tour(PrintStream out) {
    this.out = out;
  }

  /** The first seven questions; leaves the tables as it found them. */
  void walk(Connection connection) throws SQLException {
    for (int i = 0; i < STEPS.size(); i++) {
      take(connection, i + 1, STEPS.get(i));
    }
  }

  /** The eighth, for a database that was closed and opened again. */
  void askFirstAgain(Connection connection) throws SQLException {
    Step again = new Step("The first again, after closing and opening.", NEAREST.statements());
    take(connection, STEPS.size() + 1, again);
  }

  private void take(Connection connection, int number, Step step) throws SQLException {
    out.printf("%n%d. %s%n", number, step.title());
    for (String sql : step.statements()) {
      out.println();
      out.println(sql.indent(2).stripTrailing() + ";");
      run(connection, sql);
    }
    out.flush();
  }

  private void run(Connection connection, String sql) throws SQLException {
    long start = System.nanoTime();
    try (Statement statement = connection.createStatement()) {
      String outcome;
      if (statement.execute(sql)) {
        try (ResultSet rows = statement.getResultSet()) {
          outcome =
              (sql.startsWith("EXPLAIN")
                      ? printLines(rows)
                      : OutputFormat.TABLE.writer(out, WIDTH).write(rows))
                  + " rows";
        }
      } else {
        outcome = statement.getUpdateCount() + " rows changed";
      }
      out.printf(Locale.ROOT, "%s, %.1f ms%n", outcome, JavadocSearch.elapsedMillis(start));
    }
  }

  /** A plan has long lines, of which nothing should be cut. */
  private long printLines(ResultSet plan) throws SQLException {
    long count = 0;
    for (; plan.next(); count++) {
      out.println("  " + plan.getString(1));
    }
    return count;
  }
}
