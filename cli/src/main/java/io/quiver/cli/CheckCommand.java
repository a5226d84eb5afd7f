package io.quiver.cli;

import io.quiver.storage.Check;
import io.quiver.storage.CheckReport;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.types.QuiverException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says whether a database is as it was written. */
@Command(
    name = "check",
    description = {
      "Reads all of a database that is not open for writing, and changes nothing: every checksum,"
          + " the structure of every file, that keys are unique and columns hold what their types"
          + " allow.",
      "Exits with 0 when it is clean, 1 when it is damaged, 2 when it cannot be read."
    },
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  private static final int DAMAGED = 1;
  private static final int UNREADABLE = 2;

  @Parameters(paramLabel = "DIR", description = "The database's directory.")
  private Path directory = Path.of("");

  @Option(names = "--json", description = "Write the result as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    PrintStream out = System.out;
    CheckReport report;
    try {
      if (!Files.isDirectory(directory)) {
        System.err.println("ERROR 58P01: there is no directory " + directory);
        return UNREADABLE;
      }
      report = Check.run(new LocalFileSystem(directory));
    } catch (QuiverException e) {
      System.err.println("ERROR " + e.sqlState() + ": " + e.getMessage());
      return UNREADABLE;
    }
    if (json) {
      out.println(json(report));
    } else {
      print(report, out);
    }
    return report.isClean() ? 0 : DAMAGED;
  }

  private static void print(CheckReport report, PrintStream out) {
    report.damages().forEach(damage -> out.println("damaged: " + damage));
    report.leftovers().forEach(leftover -> out.println("left over: " + leftover));
    out.printf(
        "%s: %d tables, %d rows, %d segments of %d bytes, %d log records%n",
        report.isClean() ? "clean" : report.damages().size() + " damages",
        report.tables(),
        report.rows(),
        report.segments(),
        report.segmentBytes(),
        report.logRecords());
  }

  private static String json(CheckReport report) {
    return report.damages().stream()
            .map(d ->
                "{\"file\":%s,\"offset\":%d,\"what\":%s}"
                    .formatted(text(d.file()), d.offset(), text(d.what())))
            .collect(
                Collectors.joining(",", "{\"clean\":" + report.isClean() + ",\"damages\":[", "],"))
        + "\"leftovers\":"
        + texts(report.leftovers())
        + ",\"tables\":%d,\"rows\":%d,\"segments\":%d,\"segment_bytes\":%d,\"log_records\":%d}"
            .formatted(
                report.tables(),
                report.rows(),
                report.segments(),
                report.segmentBytes(),
                report.logRecords());
  }

  private static String texts(List<String> texts) {
    return texts.stream().map(CheckCommand::text).collect(Collectors.joining(",", "[", "]"));
  }

  private static String text(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
