package io.quiver.cli;

import io.quiver.types.QuiverException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code quiver}. */
@Command(
    name = "quiver",
    description = "Quiver, the SQL vector database.",
    subcommands = {
      BenchCommand.class,
      DemoCommand.class,
      ConsoleCommand.class,
      ServerCommand.class,
      CheckCommand.class,
      DumpCommand.class,
      LoadCommand.class,
      VersionCommand.class,
      CommandLine.HelpCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.class,
    footer = {"", "Begin with: quiver demo"})
public final class Main implements Runnable {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  private Main() {}

  public static void main(String[] arguments) {
    // Text is UTF-8 whatever the locale: results must not depend on where they are printed.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    System.setOut(out);
    System.setErr(err);
    int code = commandLine().execute(arguments);
    out.flush();
    System.exit(code);
  }

  /** What the user types to come here; launchers say it in a property. */
  static String command() {
    return System.getProperty("quiver.command", "quiver");
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((e, command, parsed) -> report(e, command.getErr()));
  }

  /** A user's mistake is one line; a bug keeps its stack trace. */
  private static int report(Exception problem, PrintWriter err) {
    switch (problem) {
      case QuiverException e -> err.println("ERROR " + e.sqlState() + ": " + e.getMessage());
      case SQLException e -> err.println("ERROR " + e.getSQLState() + ": " + e.getMessage());
      default -> problem.printStackTrace(err);
    }
    err.flush();
    return 1;
  }

  /** Without a command there is nothing to do but to say which there are. */
  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
