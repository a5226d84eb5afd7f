package io.quiver.cli;

import io.quiver.engine.Database;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A database on the network, until the process is told to end. */
@Command(
    name = "server",
    description = {
      "Serves a database directory: JDBC (Avatica over HTTP) and Arrow Flight SQL, on loopback.",
      "SIGTERM and Ctrl-C let running statements finish."
    },
    mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The database's directory, made where there is none. Default: ${DEFAULT-VALUE}")
  private Path data = Path.of("quiver-data", "server");

  @Option(names = "--port", description = "Of JDBC; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int port = ServerOptions.DEFAULT_PORT;

  @Option(
      names = "--flight-port",
      description = "Of Flight SQL; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int flightPort = ServerOptions.DEFAULT_FLIGHT_PORT;

  @Override
  public Integer call() throws InterruptedException {
    Database database = Database.open(data);
    QuiverServer server;
    try {
      server =
          QuiverServer.start(ServerOptions.of(database).withPort(port).withFlightPort(flightPort));
    } catch (QuiverException e) {
      database.close();
      throw e;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "quiver-shutdown"));
    System.out.print(welcome(server));
    System.out.flush();
    server.awaitTermination();
    return 0;
  }

  private String welcome(QuiverServer server) {
    return String.format(
        Locale.ROOT,
        """
        Quiver %1$s serves %2$s. Ctrl-C ends it.

        JDBC      jdbc:quiver://localhost:%3$d/
        Console   ./quiver console jdbc:quiver://localhost:%3$d/
        Python    pip install adbc-driver-flightsql pyarrow
                  import adbc_driver_flightsql.dbapi as flight
                  cursor = flight.connect("grpc://localhost:%4$d").cursor()
                  cursor.execute("SELECT 1"); print(cursor.fetchall())
        """,
        VersionCommand.version(),
        data.toAbsolutePath().normalize(),
        server.port(),
        server.flightPort());
  }
}
