package io.quiver.cli;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.jdbc.DataSize;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import io.quiver.storage.BuildLimits;
import io.quiver.storage.StorageMemory;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A database on the network, until the process is told to end. */
@Command(
    name = "server",
    description = {
      "Serves a database directory: JDBC (Avatica over HTTP) and Arrow Flight SQL. On loopback,"
          + " unless --host says otherwise.",
      "SIGTERM and Ctrl-C let running statements finish."
    },
    mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The database's directory, made where there is none. Default: ${DEFAULT-VALUE}")
  private Path data = Path.of("quiver-data", "server");

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Where to listen; 0.0.0.0 is everywhere. Default: ${DEFAULT-VALUE}")
  private String host = "127.0.0.1";

  @Option(
      names = "--insecure",
      description = {
        "Listen on an address that other machines reach, although there is no authentication and no"
            + " encryption yet: whoever reaches the ports can read and change everything."
      })
  private boolean insecure;

  @Option(
      names = "--copy-root",
      paramLabel = "DIR",
      description =
          "A directory in which COPY of clients may read and write files; may be repeated. Without"
              + " one, COPY touches no file of this machine.")
  private List<Path> copyRoots = new ArrayList<>();

  @Option(
      names = "--memory",
      description =
          "resident copies what is read of segments into memory, as far as --cache goes, and maps"
              + " the rest; mapped maps all their files. A database may be larger than memory"
              + " either way. Default: ${DEFAULT-VALUE}")
  private StorageMemory memory = StorageMemory.RESIDENT;

  @Option(
      names = "--cache",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "How many bytes of segments are copied into memory at most, such as 512m or 2g. Default:"
              + " half of what the Java heap may take")
  private long cacheBytes = DatabaseOptions.defaults().cacheBytes();

  @Option(
      names = "--index-build-threads",
      paramLabel = "N",
      description =
          "How many threads build vector indexes, until SET quiver.index_build_threads says"
              + " something else. Default: ${DEFAULT-VALUE}")
  private int indexBuildThreads = BuildLimits.usual().threads();

  @Option(
      names = "--index-build-memory",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description =
          "How many bytes builds of vector indexes may take together, such as 512m or 2g, until"
              + " SET quiver.index_build_memory says something else. Default: half of what the"
              + " Java heap may take")
  private long indexBuildMemory = BuildLimits.usual().memoryBytes();

  /** Reads sizes. */
  static final class SizeConverter implements CommandLine.ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return DataSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new CommandLine.TypeConversionException(e.getMessage());
      }
    }
  }

  @Option(names = "--port", description = "Of JDBC; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int port = ServerOptions.DEFAULT_PORT;

  @Option(
      names = "--flight-port",
      description = "Of Flight SQL; 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private int flightPort = ServerOptions.DEFAULT_FLIGHT_PORT;

  @Override
  public Integer call() throws InterruptedException {
    checkHost();
    Database database = Database.open(data, databaseOptions());
    QuiverServer server;
    try {
      server =
          QuiverServer.start(
              ServerOptions.of(database).withHost(host).withPort(port).withFlightPort(flightPort));
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

  /** How the database is opened. */
  DatabaseOptions databaseOptions() {
    return DatabaseOptions.defaults()
        .withCopyRoots(copyRoots)
        .withMemory(memory)
        .withCacheBytes(cacheBytes)
        .withBuilds(buildLimits());
  }

  private BuildLimits buildLimits() {
    try {
      return new BuildLimits(indexBuildThreads, indexBuildMemory);
    } catch (IllegalArgumentException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "--index-build-threads and --index-build-memory: " + e.getMessage(),
          e);
    }
  }

  /** A database without passwords is open to others only where somebody said so. */
  private void checkHost() {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "--host " + host + " names no address", e);
    }
    if (!address.isLoopbackAddress() && !insecure) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "--host "
              + host
              + " can be reached by other machines, and there is no authentication and no"
              + " encryption: say --insecure to listen there all the same, or choose a loopback"
              + " address");
    }
  }

  private String welcome(QuiverServer server) {
    return String.format(
        Locale.ROOT,
        """
        Quiver %1$s serves %2$s. Ctrl-C ends it.

        JDBC      jdbc:quiver://localhost:%3$d/
        Console   %5$s console jdbc:quiver://localhost:%3$d/
        Python    pip install adbc-driver-flightsql pyarrow
                  import adbc_driver_flightsql.dbapi as flight
                  cursor = flight.connect("grpc://localhost:%4$d").cursor()
                  cursor.execute("SELECT 1"); print(cursor.fetchall())
        """,
        VersionCommand.version(),
        data.toAbsolutePath().normalize(),
        server.port(),
        server.flightPort(),
        Main.command());
  }
}
