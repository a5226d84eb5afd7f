package io.quiver.cli;

import io.quiver.cli.console.Console;
import io.quiver.cli.console.OutputFormat;
import io.quiver.cli.console.Script;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** SQL typed, or out of a file. */
@Command(
    name = "console",
    description = {
      "Runs SQL that you type, or a script.",
      "A script (-c, -f, or standard input when it is no terminal) writes results to standard"
          + " output and nothing else, stops at the first error, and then exits with 1."
    },
    mixinStandardHelpOptions = true)
final class ConsoleCommand implements Callable<Integer> {
  private static final String IN_MEMORY = "jdbc:quiver:mem:console";

  @Parameters(
      arity = "0..1",
      paramLabel = "URL",
      description = {
        "jdbc:quiver://host:port/, jdbc:quiver:file:DIRECTORY, or jdbc:quiver:mem:NAME.",
        "Without one: an empty database in memory, gone when the console ends."
      })
  private @Nullable String url;

  @Option(
      names = "--read-only",
      description = "Open a directory for reading alone, together with others who read.")
  private boolean readOnly;

  @ArgGroup private @Nullable Format format;

  @ArgGroup private @Nullable Source source;

  /** How results are written: a table, unless one of these is said. */
  private static final class Format {
    @Option(names = "--csv", description = "Write results as CSV (RFC 4180), vectors whole.")
    private boolean csv;

    @Option(
        names = "--json",
        description = "Write results as JSON, an object a line for each row, vectors whole.")
    private boolean json;

    OutputFormat chosen() {
      return csv ? OutputFormat.CSV : json ? OutputFormat.JSON : OutputFormat.TABLE;
    }
  }

  /** Where a script comes from. */
  private static final class Source {
    @Option(names = "-c", paramLabel = "SQL", description = "Run these statements and end.")
    private @Nullable String sql;

    @Option(
        names = "-f",
        paramLabel = "FILE",
        description = "Run the statements of a file and end.")
    private @Nullable Path file;
  }

  @Override
  public Integer call() throws SQLException, IOException {
    String script = script();
    OutputFormat output = format == null ? OutputFormat.TABLE : format.chosen();
    try (Connection connection = DriverManager.getConnection(address())) {
      if (script != null) {
        return new Script(connection, System.out, System.err).run(script, output);
      }
      Console.run(connection, output, greeting());
      return 0;
    }
  }

  private String address() {
    String address = url == null ? IN_MEMORY : url;
    return readOnly ? address + (address.contains("?") ? "&" : "?") + "readOnly=true" : address;
  }

  private @Nullable String script() throws IOException {
    if (source != null && source.sql != null) {
      return source.sql;
    }
    if (source != null && source.file != null) {
      return Files.readString(source.file);
    }
    if (Console.atTerminal()) {
      return null;
    }
    return new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private String greeting() {
    String where =
        url == null
            ? "An empty database in memory, gone when you leave. To keep one:"
                + " quiver console jdbc:quiver:file:DIRECTORY"
            : url;
    return "Quiver " + VersionCommand.version() + ". " + where + "\n\\? for help, \\q to leave.";
  }
}
