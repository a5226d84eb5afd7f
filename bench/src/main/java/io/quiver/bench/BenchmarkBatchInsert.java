package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How many rows with a vector does a JDBC batch insert in a second, durably, in this process and
 * over a socket?
 *
 * <p>Arguments: dimensions, rows a batch, batches a round. Both ways are measured in turn, five
 * rounds each after one to warm up; the least time of a batch says most on a busy machine.
 */
public final class BenchmarkBatchInsert {
  private static final int ROUNDS = 5;

  private BenchmarkBatchInsert() {}

  public static void main(String[] arguments) throws Exception {
    int dimensions = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 128;
    int rows = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000;
    int batches = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 50;
    Path directory = Files.createTempDirectory("quiver-batches");
    try (QuiverServer server =
        QuiverServer.start(
            ServerOptions.of(Database.open(directory.resolve("remote"))).withPort(0))) {
      String remote = "jdbc:quiver://127.0.0.1:" + server.port() + "/";
      String embedded = "jdbc:quiver:file:" + directory.resolve("embedded");
      for (int round = 0; round <= ROUNDS; round++) {
        for (String url : new String[] {embedded, remote}) {
          long[] nanos = measure(url, dimensions, rows, batches);
          System.out.printf(
              Locale.ROOT,
              "%-8s %s  median %,9.0f rows/s  best batch %,9.0f rows/s%n",
              url.equals(remote) ? "remote" : "embedded",
              round == 0 ? "warm-up" : "round " + round,
              rows * 1e9 / nanos[nanos.length / 2],
              rows * 1e9 / nanos[0]);
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static long[] measure(String url, int dimensions, int rows, int batches)
      throws SQLException {
    float[][] vectors = new float[rows][dimensions];
    Random random = new Random(7);
    for (float[] vector : vectors) {
      for (int i = 0; i < dimensions; i++) {
        vector[i] = random.nextFloat();
      }
    }
    long[] nanos = new long[batches];
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS points");
      statement.execute(
          "CREATE TABLE points (id BIGINT PRIMARY KEY, v VECTOR(" + dimensions + "))");
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO points VALUES (?, ?)")) {
        long id = 0;
        for (int batch = 0; batch < batches; batch++) {
          long before = System.nanoTime();
          for (float[] vector : vectors) {
            insert.setLong(1, id++);
            insert.setObject(2, vector);
            insert.addBatch();
          }
          insert.executeBatch();
          nanos[batch] = System.nanoTime() - before;
        }
      }
    }
    Arrays.sort(nanos);
    return nanos;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
