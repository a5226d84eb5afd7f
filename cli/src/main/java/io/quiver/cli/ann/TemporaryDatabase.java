package io.quiver.cli.ann;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database in a directory of its own, which goes when it is closed. */
final class TemporaryDatabase implements AutoCloseable {
  private final Path directory;
  private final @Nullable QuiverServer server;

  private TemporaryDatabase(Path directory, @Nullable QuiverServer server) {
    this.directory = directory;
    this.server = server;
  }

  /** One for connections within this process. */
  static TemporaryDatabase embedded() {
    return new TemporaryDatabase(newDirectory(), null);
  }

  /** One that a server of this process serves. */
  static TemporaryDatabase served() {
    Path directory = newDirectory();
    Database database = Database.open(directory, DatabaseOptions.defaults());
    ServerOptions options = ServerOptions.of(database).withPort(0).withFlightPort(0);
    return new TemporaryDatabase(directory, QuiverServer.start(options));
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("quiver-bench-");
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.IO_ERROR, "no temporary directory can be made: " + e.getMessage(), e);
    }
  }

  /** For JDBC. */
  String url() {
    return server == null
        ? "jdbc:quiver:file:" + directory
        : "jdbc:quiver://127.0.0.1:" + server.port() + "/";
  }

  /** Of Flight SQL, where it is served. */
  int flightPort() {
    return Objects.requireNonNull(server).flightPort();
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.IO_ERROR, directory + " cannot be deleted: " + e.getMessage(), e);
    }
  }
}
