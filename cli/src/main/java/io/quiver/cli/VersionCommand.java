package io.quiver.cli;

import io.quiver.engine.Database;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Says what runs here. */
@Command(
    name = "version",
    description = "Says the version, the Java that runs it.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, CommandLine.IVersionProvider {
  static String version() {
    return Database.version();
  }

  @Override
  public String[] getVersion() {
    return new String[] {"quiver " + version(), "java   " + Runtime.version()};
  }

  @Override
  public void run() {
    for (String line : getVersion()) {
      System.out.println(line);
    }
  }
}
