package io.quiver.examples.javadoc;

import io.quiver.cli.Demo;
import io.quiver.cli.console.Console;
import io.quiver.cli.console.OutputFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;

/**
 * Semantic search over Javadoc. Read {@link DocsTables} for how rows and vectors get into a
 * database, {@link DocsIndex} for the index on them, and {@link Tour} for the questions.
 */
public final class JavadocSearch implements Demo {
  private static final String ONE_QUESTION =
      """
      SELECT name, text
      FROM docs
      ORDER BY embedding <=> embed(?)
      LIMIT 5\
      """;

  private static final String GREETING =
      """

      This is the console, on the same database. Try:
        SELECT name, text FROM docs ORDER BY embedding <=> embed('read a file line by line') LIMIT 5;
      \\d lists the tables, \\q leaves.\
      """;

  private final PrintStream out = System.out;
  private final boolean terminal = Console.atTerminal();

  @Override
  public int run(Options options) throws SQLException, IOException {
    Path data = options.data().toAbsolutePath();
    Files.createDirectories(data.getParent());
    String url = "jdbc:quiver:file:" + data;
    Tour tour = new Tour(out);
    try (Connection connection = DriverManager.getConnection(url)) {
      DocsTables tables = new DocsTables(connection, out, terminal);
      DocsIndex index = new DocsIndex(connection, out);
      if (options.rebuild() || !tables.areCurrent()) {
        tables.load(data.resolveSibling(data.getFileName() + ".embeddings"));
        index.create();
      }
      if (options.question().isPresent()) {
        answer(connection, options.question().get());
        return 0;
      }
      tables.sayCounts();
      index.report();
      tour.walk(connection);
    }
    // The last connection closed the database; this opens it again, from its files.
    try (Connection connection = DriverManager.getConnection(url)) {
      tour.askFirstAgain(connection);
      out.flush();
      if (terminal) {
        Console.run(connection, OutputFormat.TABLE, GREETING);
      }
    }
    return 0;
  }

  private void answer(Connection connection, String question) throws SQLException {
    long start = System.nanoTime();
    try (PreparedStatement statement = connection.prepareStatement(ONE_QUESTION)) {
      statement.setString(1, question);
      try (ResultSet rows = statement.executeQuery()) {
        OutputFormat.TABLE.writer(out, Tour.WIDTH).write(rows);
      }
    }
    out.printf(Locale.ROOT, "%.1f ms, the model's loading included%n", elapsedMillis(start));
  }

  static double elapsedMillis(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e6;
  }
}
