package io.quiver.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What measures. */
@Command(
    name = "bench",
    description = "Measures Quiver on your own data.",
    subcommands = BenchAnnCommand.class,
    mixinStandardHelpOptions = true)
final class BenchCommand implements Runnable {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
