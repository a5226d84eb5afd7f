package io.quiver.cli;

import io.quiver.cli.dump.Dump;
import io.quiver.cli.dump.TransferProgress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A database to files that do not depend on how it is stored. */
@Command(
    name = "dump",
    description = {
      "Writes a database to a directory: its definitions as SQL, each table's rows as an Arrow"
          + " file, and a manifest with checksums.",
      "All of it is of one moment, whatever others write meanwhile. A directory is opened for"
          + " reading alone, so nobody may have it open for writing; a server is asked over JDBC."
    },
    mixinStandardHelpOptions = true)
final class DumpCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "DIR|URL",
      description = "The database's directory, or jdbc:quiver://host:port/.")
  private String place = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "Where the dump goes, made where it is not there; nothing may be in it. Default:"
              + " ${DEFAULT-VALUE}")
  private Path output = Path.of("quiver-dump");

  @Option(
      names = {"-t", "--table"},
      paramLabel = "NAME",
      description =
          "Only this table or view, as [SCHEMA.]NAME in the letters of the catalog; may be"
              + " repeated.")
  private List<String> tables = new ArrayList<>();

  @ArgGroup private @Nullable Part part;

  /** What is left out. */
  private static final class Part {
    @Option(names = "--schema-only", description = "No rows.")
    private boolean schemaOnly;

    @Option(
        names = "--data-only",
        description = "No definitions: for a database that has the tables.")
    private boolean dataOnly;
  }

  @Override
  public Integer call() throws SQLException {
    boolean definitions = part == null || !part.dataOnly;
    boolean rows = part == null || !part.schemaOnly;
    try (Connection connection = DriverManager.getConnection(DumpAddress.url(place, true))) {
      Dump.write(
          connection,
          output,
          new Dump.Options(tables, definitions, rows),
          new TransferProgress(System.err));
    }
    return 0;
  }
}
