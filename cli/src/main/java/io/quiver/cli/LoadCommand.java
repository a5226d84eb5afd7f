package io.quiver.cli;

import io.quiver.cli.dump.Load;
import io.quiver.cli.dump.TransferProgress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What {@code quiver dump} wrote, into a database. */
@Command(
    name = "load",
    description = {
      "Reads what quiver dump wrote into a database, in one transaction: all of it or nothing.",
      "Every checksum is compared first. A dump that is damaged or not complete, or of a format"
          + " that this program does not know, is refused."
    },
    mixinStandardHelpOptions = true)
final class LoadCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "DIR|URL",
      description =
          "The database's directory, made where there is none, or jdbc:quiver://host:port/.")
  private String place = "";

  @Parameters(index = "1", paramLabel = "DUMP", description = "The directory of the dump.")
  private Path dump = Path.of("");

  @Override
  public Integer call() throws SQLException {
    Load load = Load.checked(dump);
    try (Connection connection = DriverManager.getConnection(DumpAddress.url(place, false))) {
      load.into(connection, new TransferProgress(System.err));
    }
    return 0;
  }
}
