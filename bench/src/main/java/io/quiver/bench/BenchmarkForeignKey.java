package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What does deleting one parent cost among many children, without an index on their column, with a
 * scalar index, and where the column is unique?
 *
 * <p>Three pairs of tables on disk, in segments; ten children to a parent, but one where the column
 * is unique. Each parent that is deleted takes its children along (CASCADE).
 *
 * <p>Arguments: children of a table (1000000), rounds (30).
 */
public final class BenchmarkForeignKey {
  private static final List<String> KINDS = List.of("plain", "indexed", "alone");

  private BenchmarkForeignKey() {}

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 30;
    Path directory = Files.createTempDirectory("quiver-foreign-key");
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      run(session, "SET synchronous_commit = off");
      fill(session, rows);
      measure(session, rows, rounds);
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static void fill(Session session, int rows) throws InterruptedException {
    Schema one = Schema.of(new Field("id", SqlType.INTEGER, false));
    Schema two =
        Schema.of(
            new Field("id", SqlType.INTEGER, false), new Field("parent", SqlType.INTEGER, false));
    for (String kind : KINDS) {
      int parents = kind.equals("alone") ? rows : rows / 10;
      run(session, "CREATE TABLE parent_" + kind + " (id INTEGER PRIMARY KEY)");
      run(
          session,
          "CREATE TABLE child_"
              + kind
              + " (id INTEGER, parent INTEGER "
              + (kind.equals("alone") ? "UNIQUE " : "")
              + "REFERENCES parent_"
              + kind
              + " ON DELETE CASCADE)");
      TableFill.load(
          session,
          "parent_" + kind,
          one,
          parents,
          (from, count) ->
              new Batch(List.of(numbers(from, count, Integer.MAX_VALUE).build()), count),
          "FLUSH");
      TableFill.load(
          session,
          "child_" + kind,
          two,
          rows,
          (from, count) ->
              new Batch(
                  List.of(
                      numbers(from, count, Integer.MAX_VALUE).build(),
                      numbers(from, count, parents).build()),
                  count),
          "FLUSH");
      run(session, "OPTIMIZE TABLE child_" + kind);
    }
    run(session, "CREATE INDEX ON child_indexed (parent)");
    while (isBuilding(session)) {
      Thread.sleep(5);
    }
  }

  private static ColumnBuilder numbers(int from, int count, int modulus) {
    ColumnBuilder numbers = new ColumnBuilder(SqlType.INTEGER, count);
    for (int i = 0; i < count; i++) {
      numbers.appendInt((from + i) % modulus);
    }
    return numbers;
  }

  private static boolean isBuilding(Session session) {
    try (QueryResult result =
        session.execute("SELECT 1 FROM quiver.indexes WHERE state = 'building'")) {
      return result.next() != null;
    }
  }

  private static void run(Session session, String sql) {
    session.execute(sql).close();
  }

  private static void measure(Session session, int rows, int rounds) {
    Random random = new Random(1);
    long[][] nanos = new long[KINDS.size()][rounds];
    for (int round = -rounds; round < rounds; round++) {
      for (int i = 0; i < KINDS.size(); i++) {
        int parent = random.nextInt(rows / 10);
        long start = System.nanoTime();
        run(session, "DELETE FROM parent_" + KINDS.get(i) + " WHERE id = " + parent);
        if (round >= 0) {
          nanos[i][round] = System.nanoTime() - start;
        }
      }
    }
    for (int i = 0; i < KINDS.size(); i++) {
      Arrays.sort(nanos[i]);
      System.out.printf(
          "%-10s %.1f us (%.1f to %.1f)%n",
          KINDS.get(i), nanos[i][rounds / 2] / 1e3, nanos[i][0] / 1e3, nanos[i][rounds - 1] / 1e3);
    }
  }
}
