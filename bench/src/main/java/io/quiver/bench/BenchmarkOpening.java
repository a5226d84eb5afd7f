package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.engine.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How soon does a database with many segments answer SQL after it is opened, in a JVM that is warm?
 *
 * <p>Arguments: rows (10000000), segments (100), rounds (9), directory (a temporary one). Each
 * round opens the database, for writing and for reading alone, once for each query, and runs that
 * on a new session; the files are in the page cache. Two rounds before count for nothing. A
 * directory that holds the table {@code items (id BIGINT PRIMARY KEY, n BIGINT)} is taken as it is.
 */
public final class BenchmarkOpening {
  private static final List<String> QUERIES =
      List.of(
          "SELECT * FROM items LIMIT 10",
          "SELECT count(*) FROM items",
          "SELECT id FROM items WHERE n = 4711",
          "SELECT sum(n) FROM items",
          "SELECT n FROM items WHERE id = 4711");

  private BenchmarkOpening() {}

  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
    int segments = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 9;
    Path directory =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("opening");
    if (!Files.exists(directory.resolve("FORMAT"))) {
      // As written, none is merged with another: each is large enough.
      BenchmarkKeyIndex.write(BenchmarkKeyIndex.options(directory, 1L << 20), rows, segments);
    }
    Map<String, List<Double>> times = new LinkedHashMap<>();
    for (int round = -2; round < rounds; round++) {
      for (boolean readOnly : new boolean[] {false, true}) {
        for (String query : QUERIES) {
          double[] millis = open(directory, readOnly, query);
          if (round >= 0) {
            String way = (readOnly ? "for reading: " : "for writing: ") + query;
            times.computeIfAbsent(way, name -> new ArrayList<>()).add(millis[1]);
            String opening = readOnly ? "for reading" : "for writing";
            times.computeIfAbsent(opening, name -> new ArrayList<>()).add(millis[0]);
          }
        }
      }
    }
    try (Stream<Path> files = Files.list(directory.resolve("segments"))) {
      System.out.printf(Locale.ROOT, "%d segments%n", files.count());
    }
    times.forEach(BenchmarkOpening::print);
  }

  private static void print(String way, List<Double> millis) {
    Collections.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "%-60s %6.1f ms (%.1f to %.1f)%n",
        way,
        millis.get(millis.size() / 2),
        millis.getFirst(),
        millis.getLast());
  }

  /** Milliseconds until the database is open, and until the query is answered. */
  private static double[] open(Path directory, boolean readOnly, String query) {
    DatabaseOptions options = DatabaseOptions.defaults();
    long start = System.nanoTime();
    try (Database database =
            readOnly
                ? Database.openReadOnly(directory, options)
                : Database.open(directory, options);
        Session session = database.connect()) {
      double opened = (System.nanoTime() - start) / 1e6;
      TableFill.drain(session, query);
      return new double[] {opened, (System.nanoTime() - start) / 1e6};
    }
  }
}
