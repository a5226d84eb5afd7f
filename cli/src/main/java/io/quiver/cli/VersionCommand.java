package io.quiver.cli;

import io.quiver.engine.Database;
import io.quiver.vector.distance.DistanceKernels;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Says what runs here. */
@Command(
    name = "version",
    description = "Says the version, the Java that runs it, and the SIMD that it found.",
    mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, CommandLine.IVersionProvider {
  static String version() {
    return Database.version();
  }

  private static String simd() {
    return DistanceKernels.choose(true).description();
  }

  @Override
  public String[] getVersion() {
    return new String[] {"quiver " + version(), "java   " + Runtime.version(), simd()};
  }

  @Override
  public void run() {
    for (String line : getVersion()) {
      System.out.println(line);
    }
  }
}
