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
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How fast does COPY load vectors, beside a plain copy of the file that is forced to the disk?
 *
 * <p>Makes one table, writes it in each format, and loads each file into a database in a directory,
 * its commit included; the formats and the plain copy are taken in turn. Prints the middle of all
 * rounds.
 *
 * <p>Arguments: rows (1000000), dimensions (128), rounds (3), directory (a temporary one).
 */
public final class BenchmarkCopy {
  private static final List<String> FORMATS = List.of("fvecs", "npy", "arrow", "parquet", "csv");
  private static final int INSERT_ROWS = 1_000;

  private BenchmarkCopy() {}

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    Path directory =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("copy");
    Files.createDirectories(directory);
    write(directory, rows, dimension);
    long[][] nanos = new long[FORMATS.size() + 1][rounds];
    for (int round = 0; round < rounds; round++) {
      nanos[FORMATS.size()][round] = copyFile(directory);
      for (int i = 0; i < FORMATS.size(); i++) {
        nanos[i][round] = load(directory, FORMATS.get(i), rows, dimension);
      }
    }
    double megabytes = 4e-6 * rows * dimension;
    for (int i = 0; i <= FORMATS.size(); i++) {
      Arrays.sort(nanos[i]);
      double seconds = nanos[i][rounds / 2] / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%-12s %7.2f s  %,11.0f rows/s  %7.0f MB/s of vectors  (%.2f to %.2f s)%n",
          i < FORMATS.size() ? FORMATS.get(i) : "plain copy",
          seconds,
          rows / seconds,
          megabytes / seconds,
          nanos[i][0] / 1e9,
          nanos[i][rounds - 1] / 1e9);
    }
  }

  private static void write(Path directory, int rows, int dimension) {
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
      for (String format : FORMATS) {
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
  private static long copyFile(Path directory) throws IOException {
    Path target = directory.resolve("plain");
    long start = System.nanoTime();
    Files.copy(directory.resolve("v.fvecs"), target);
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
