package io.quiver.sqllogic;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A server in a process of its own, which can be killed. */
final class ServerProcess implements AutoCloseable {
  /** So small that segments are written all the time. */
  private static final long MEM_TABLE_BYTES = 64L << 10;

  private static final long QUERY_MEMORY_BYTES = 256L << 20;

  /** So few rows that segments of this size have indexes on vectors. */
  private static final int INDEX_ROWS_MIN = 100;

  private final Process process;
  private final int port;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Runs in the child: serves the directory on a free port, and prints it. */
  public static void main(String[] arguments) throws InterruptedException {
    Database database =
        Database.open(
            Path.of(arguments[0]),
            new DatabaseOptions(MEM_TABLE_BYTES, QUERY_MEMORY_BYTES, List.of()));
    QuiverServer server =
        QuiverServer.start(
            ServerOptions.of(database).withPort(0).withFlightPort(ServerOptions.NONE));
    System.out.println(server.port());
    server.awaitTermination();
  }

  static ServerProcess start(Path data) throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "--add-modules=jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dquiver.index_rows_min=" + INDEX_ROWS_MIN,
                    "-cp",
                    System.getProperty("java.class.path"),
                    ServerProcess.class.getName(),
                    data.toString()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    if (line == null) {
      throw new IOException("the server ended before it listened");
    }
    return new ServerProcess(process, Integer.parseInt(line.strip()));
  }

  String url() {
    return "jdbc:quiver://127.0.0.1:" + port + "/";
  }

  /** As {@code kill -9}: nothing in the process has a chance to run. */
  void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
