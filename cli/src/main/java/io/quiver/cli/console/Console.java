package io.quiver.cli.console;

import io.quiver.engine.Session;
import io.quiver.sql.SqlScript;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The conversation with a user at a terminal. */
public final class Console {
  private static final String HELP =
      """
      Type SQL and end it with a semicolon. Beside SQL there are
        \\copy T FROM 'FILE' [WITH (...)], \\copy T TO 'FILE'   files of this machine
        \\d           the tables
        \\d TABLE     the columns of a table
        \\timing      show times, or stop showing them
        \\?           this text
        \\q           leave (so does Ctrl-D)
      Ctrl-C ends a running statement, and leaves the bar of an index that is built. Tab completes. The history is in ~/.quiver/history.
      """;

  private final OutputFormat format;
  private final Terminal terminal;
  private final PrintStream out;
  private final Connection connection;
  private final ProgressBar bar;
  private final SqlRunner runner;
  private final Catalog catalog;
  private boolean timing = true;
  private volatile boolean interrupted;

  private Console(Connection connection, OutputFormat format, Terminal terminal) {
    this.format = format;
    this.terminal = terminal;
    this.out = new PrintStream(terminal.output(), false, StandardCharsets.UTF_8);
    this.connection = connection;
    this.bar = new ProgressBar(out);
    this.runner = new SqlRunner(connection);
    this.catalog = new Catalog(connection);
  }

  /** True when there is a person at both ends: input and output are a terminal. */
  // JDK 22 to 24 always gave a console, 25 gives none again where there is no terminal.
  @SuppressWarnings("SystemConsoleNull")
  public static boolean atTerminal() {
    java.io.Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Reads and runs until the user leaves; errors are shown and do not end it. */
  public static void run(Connection connection, OutputFormat format, String greeting)
      throws IOException, SQLException {
    try (Terminal terminal =
        TerminalBuilder.builder().system(true).encoding(StandardCharsets.UTF_8).build()) {
      Console console = new Console(connection, format, terminal);
      if (connection.isWrapperFor(Session.class)) {
        connection.unwrap(Session.class).setCopyListener(console.bar);
      }
      console.converse(greeting);
    }
  }

  private void converse(String greeting) throws IOException {
    Path history = Path.of(System.getProperty("user.home"), ".quiver", "history");
    Files.createDirectories(history.getParent());
    LineReader reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .appName("quiver")
            .parser(new SqlLineParser())
            .completer(new SqlCompleter(catalog))
            .variable(LineReader.HISTORY_FILE, history)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "     -> ")
            // A ! in SQL is a character like any other.
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    terminal.handle(
        Terminal.Signal.INT,
        signal -> {
          interrupted = true;
          runner.cancel();
        });
    out.println(greeting);
    out.flush();
    boolean open = true;
    while (open) {
      try {
        open = execute(reader.readLine("quiver> "));
      } catch (UserInterruptException abandoned) {
        // Ctrl-C while typing drops the line, as in a shell.
        continue;
      } catch (EndOfFileException leave) {
        open = false;
      }
      out.flush();
    }
    reader.getHistory().save();
  }

  /** Runs a line; false when it asks to leave. */
  private boolean execute(String line) {
    String text = line.strip();
    if (text.startsWith("\\")) {
      return command(text);
    }
    for (String sql : SqlScript.split(text).all()) {
      if (!statement(sql)) {
        break;
      }
    }
    return true;
  }

  private boolean statement(String sql) {
    catalog.forget();
    long start = System.nanoTime();
    interrupted = false;
    bar.begin();
    try {
      SqlRunner.Outcome outcome =
          runner.run(sql, format.writer(out, terminal.getSize().getColumns()));
      bar.end();
      CopyReport.print(sql, connection, out);
      out.println(summary(outcome, System.nanoTime() - start));
      out.flush();
      new IndexProgress(connection, bar, out).follow(sql, () -> interrupted);
      return true;
    } catch (SQLException e) {
      bar.end();
      out.println(SqlRunner.describe(e));
      return false;
    }
  }

  private void copy(String text) throws SQLException {
    long start = System.nanoTime();
    bar.begin();
    ClientCopy.Copied copied;
    try {
      copied = new ClientCopy(connection, bar).run(text);
    } finally {
      bar.end();
    }
    CopyReport.print("copy " + text, connection, out);
    out.println(summary(new SqlRunner.Outcome(false, copied.rows()), System.nanoTime() - start));
  }

  private String summary(SqlRunner.Outcome outcome, long nanos) {
    String time = timing ? String.format(Locale.ROOT, " in %.1f ms", nanos / 1e6) : "";
    String rows = outcome.rows() == 1 ? "1 row" : outcome.rows() + " rows";
    if (outcome.hasRows()) {
      return rows + time;
    }
    return (outcome.rows() > 0 ? rows + " changed" : "done") + time;
  }

  private boolean command(String text) {
    String[] words = text.replaceFirst(";$", "").strip().split("\\s+", 2);
    try {
      switch (words[0]) {
        case "\\q" -> {
          return false;
        }
        case "\\copy" -> copy(words.length == 1 ? "" : words[1]);
        case "\\?" -> out.print(HELP);
        case "\\timing" -> {
          timing = !timing;
          out.println("timing is " + (timing ? "on" : "off"));
        }
        case "\\d" -> {
          if (words.length == 1) {
            if (!catalog.list(out, terminal.getSize().getColumns())) {
              out.println("no tables yet");
            }
          } else if (!catalog.describe(words[1], out, terminal.getSize().getColumns())) {
            out.println("there is no table " + words[1]);
          }
        }
        default -> out.println("unknown command " + words[0] + "; \\? lists them");
      }
    } catch (SQLException e) {
      out.println(SqlRunner.describe(e));
    }
    return true;
  }
}
