package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.engine.Session;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How fast does COPY load vectors, beside a plain copy of the file that is forced to the disk?
 *
 * <p>Makes one table, writes it in each format, and loads each file into a database in a directory,
 * its commit included; the formats, the plain copy and a peer are taken in turn. Prints the middle
 * of all rounds.
 *
 * <p>Arguments: rows (1000000), dimensions (128), rounds (3), directory (a temporary one), formats
 * (fvecs,npy,arrow,parquet,csv), and the command that starts {@code pgvector_copy.py}, which loads
 * the npy file.
 */
public final class BenchmarkCopy {
  private static final int INSERT_ROWS = 1_000;

  private BenchmarkCopy() {}

  /** A way to load the rows, which gives its nanoseconds. */
  private interface Way {
    long load() throws IOException;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    Path directory =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("copy");
    List<String> formats =
        List.of(
            (arguments.length > 4 ? arguments[4] : "fvecs,npy,arrow,parquet,csv").split(",", -1));
    Files.createDirectories(directory);
    try (Peer peer = arguments.length > 5 ? new Peer(arguments[5]) : null) {
      Map<String, Way> ways = new LinkedHashMap<>();
      for (String format : formats) {
        ways.put(format, () -> load(directory, format, rows, dimension));
      }
      write(directory, formats, rows, dimension);
      if (peer != null) {
        ways.put("peer", () -> (long) (peer.millis(directory.resolve("v.npy").toString()) * 1e6));
      }
      ways.put("plain copy", () -> copyFile(directory, formats.getFirst()));
      measure(ways, rows, dimension, rounds);
    }
  }

  private static void measure(Map<String, Way> ways, int rows, int dimension, int rounds)
      throws IOException {
    Map<String, long[]> nanos = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        drain();
        nanos.computeIfAbsent(way.getKey(), name -> new long[rounds])[round] =
            way.getValue().load();
      }
    }
    double megabytes = 4e-6 * rows * dimension;
    for (Map.Entry<String, long[]> way : nanos.entrySet()) {
      long[] sorted = way.getValue();
      Arrays.sort(sorted);
      double seconds = sorted[rounds / 2] / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%-12s %7.2f s  %,11.0f rows/s  %7.0f MB/s of vectors  (%.2f to %.2f s)%n",
          way.getKey(),
          seconds,
          rows / seconds,
          megabytes / seconds,
          sorted[0] / 1e9,
          sorted[rounds - 1] / 1e9);
    }
  }

  /** Lets the disk write what others have left to it, so that nobody pays for them. */
  private static void drain() throws IOException {
    try {
      if (new ProcessBuilder("sync").inheritIO().start().waitFor() != 0) {
        throw new IOException("sync failed");
      }
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    }
  }

  private static void write(Path directory, List<String> formats, int rows, int dimension) {
    Random random = new Random(1);
    try (Database database = Database.inMemory("source");
        Session session = database.connect()) {
      session.execute("CREATE TABLE t (emb VECTOR(" + dimension + "))");
      var insert = session.prepare("INSERT INTO t VALUES (?)");
      for (int from = 0; from < rows; from += INSERT_ROWS) {
        session.execute("BEGIN");
        for (int i = from; i < Math.min(rows, from + INSERT_ROWS); i++) {
          float[] vector = new float[dimension];
          for (int j = 0; j < dimension; j++) {
            vector[j] = random.nextFloat();
          }
          List<Object> parameters = new ArrayList<>();
          parameters.add(vector);
          session.execute(insert, parameters);
        }
        session.execute("COMMIT");
      }
      for (String format : formats) {
        session.execute("COPY t TO '" + directory.resolve("v." + format) + "'");
      }
    }
  }

  private static long load(Path directory, String format, int rows, int dimension)
      throws IOException {
    Path data = Files.createTempDirectory(directory, "db");
    DatabaseOptions options = new DatabaseOptions(64L << 20, 8L << 30, List.of());
    long nanos;
    try (Database database = Database.open(data, options);
        Session session = database.connect()) {
      session.execute("CREATE TABLE t (emb VECTOR(" + dimension + "))");
      long start = System.nanoTime();
      long count =
          session
              .execute("COPY t (emb) FROM '" + directory.resolve("v." + format) + "'")
              .updateCount();
      nanos = System.nanoTime() - start;
      if (count != rows) {
        throw new IllegalStateException(format + " gave " + count + " rows of " + rows);
      }
    }
    delete(data);
    return nanos;
  }

  /** What the disk alone takes. */
  private static long copyFile(Path directory, String format) throws IOException {
    Path target = directory.resolve("plain");
    long start = System.nanoTime();
    Files.copy(directory.resolve("v." + format), target);
    try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    long nanos = System.nanoTime() - start;
    Files.delete(target);
    return nanos;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
