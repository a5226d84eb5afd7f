package io.quiver.bench;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.util.Objects.requireNonNull;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.engine.Session;
import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * How fast are sealed segments read from the page cache, beside a plain streaming read of the same
 * files?
 *
 * <p>Each round takes every way once, on one thread; bytes are those of the columns that a query
 * reads, and of whole files for the plain read, which goes through 1 MiB of memory.
 *
 * <p>Arguments: rows (10000000), rounds (9), directory (a temporary one).
 */
public final class BenchmarkScan {
  private static final int DIMENSION = 16;
  private static final int CHUNK = 1 << 20;

  private BenchmarkScan() {}

  /** A way to read, and the bytes of a row that it reads. */
  private record Way(Runnable read, double bytes) {}

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws IOException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 9;
    Path directory =
        arguments.length > 2 ? Path.of(arguments[2]) : Files.createTempDirectory("scan");
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      fill(session, rows);
    }
    StoreOptions store = StoreOptions.of(new LocalFileSystem(directory));
    try (Database database = Database.openReadOnly(directory, DatabaseOptions.defaults());
        Session session = database.connect();
        LocalStore reader = LocalStore.openReadOnly(store);
        Snapshot snapshot = reader.snapshot()) {
      List<Path> files = segments(directory);
      double stored = 0;
      for (Path file : files) {
        stored += Files.size(file);
      }
      Map<String, Way> ways = new LinkedHashMap<>();
      ways.put("plain streaming read", new Way(() -> readAll(files), stored));
      ways.put(
          "all columns of a snapshot",
          new Way(() -> scan(snapshot), (24.0 + 4.0 * DIMENSION) * rows));
      ways.put("SELECT sum(v) FROM t", query(session, "SELECT sum(v) FROM t", 8.0 * rows));
      ways.put(
          "SELECT max(a), max(b), max(v) FROM t",
          query(session, "SELECT max(a), max(b), max(v) FROM t", 24.0 * rows));
      ways.put(
          "SELECT count(*) FROM t WHERE a + 0 >= 0",
          query(session, "SELECT count(*) FROM t WHERE a + 0 >= 0", 8.0 * rows));
      String vector = "[" + "0.5, ".repeat(DIMENSION - 1) + "0.5]";
      ways.put(
          "nearest 10 of t, exactly",
          query(
              session,
              "SELECT a FROM t ORDER BY emb <-> '" + vector + "' LIMIT 10",
              4.0 * DIMENSION * rows));
      measure(ways, rounds);
    }
  }

  private static void measure(Map<String, Way> ways, int rounds) {
    Map<String, double[]> rates = new LinkedHashMap<>();
    for (int round = -2; round < rounds; round++) {
      for (Map.Entry<String, Way> way : ways.entrySet()) {
        long start = System.nanoTime();
        way.getValue().read().run();
        double rate = way.getValue().bytes() / (System.nanoTime() - start);
        if (round >= 0) {
          rates.computeIfAbsent(way.getKey(), name -> new double[rounds])[round] = rate;
        }
      }
    }
    double plain = 0;
    for (Map.Entry<String, double[]> way : rates.entrySet()) {
      double[] sorted = way.getValue();
      Arrays.sort(sorted);
      double middle = sorted[rounds / 2];
      plain = plain == 0 ? middle : plain;
      System.out.printf(
          Locale.ROOT,
          "%-38s %6.2f GB/s (%.2f to %.2f), %.2f of the plain read%n",
          way.getKey(),
          middle,
          sorted[0],
          sorted[rounds - 1],
          middle / plain);
    }
  }

  private static Way query(Session session, String sql, double bytes) {
    return new Way(() -> TableFill.drain(session, sql), bytes);
  }

  /** Adds up all words of all columns, as an operator would go through them. */
  private static void scan(Snapshot snapshot) {
    TableDefinition definition =
        requireNonNull(snapshot.catalog().table("public", "t"), "there is no table t");
    long words = 0;
    for (SegmentView segment : snapshot.table(definition.id()).segments()) {
      for (int from = 0; from < segment.rowCount(); from += Batch.ROWS) {
        int count = Math.min(Batch.ROWS, segment.rowCount() - from);
        for (ColumnDefinition column : definition.columns()) {
          long bytes = count * (column.type() instanceof SqlType.Vector ? 4L * DIMENSION : 8L);
          words += sum(segment.slice(column.id(), from, count).data(), bytes);
        }
      }
    }
    if (words == 42) {
      System.out.println("never mind, but nobody may leave the sum out");
    }
  }

  private static long sum(MemorySegment data, long bytes) {
    long a = 0;
    long b = 0;
    for (long at = 0; at + 16 <= bytes; at += 16) {
      a += data.get(JAVA_LONG_UNALIGNED, at);
      b += data.get(JAVA_LONG_UNALIGNED, at + 8);
    }
    return a + b;
  }

  private static void readAll(List<Path> files) {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try {
      for (Path file : files) {
        try (FileChannel channel = FileChannel.open(file)) {
          while (channel.read(chunk.clear()) >= 0) {
            // To its end.
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("segments"))) {
      return all.filter(file -> file.toString().endsWith(".arrow")).toList();
    }
  }

  private static void fill(Session session, int rows) {
    session
        .execute(
            "CREATE TABLE t (a BIGINT, b BIGINT, v DOUBLE, emb VECTOR(" + DIMENSION + ") NOT NULL)")
        .close();
    Schema schema =
        Schema.of(
            new Field("a", SqlType.BIGINT, true),
            new Field("b", SqlType.BIGINT, true),
            new Field("v", SqlType.DOUBLE, true),
            new Field("emb", SqlType.vector(DIMENSION), false));
    SplittableRandom random = new SplittableRandom(1);
    TableFill.load(
        session, "t", schema, rows, (from, count) -> batch(from, count, random), "FLUSH");
    session.execute("OPTIMIZE TABLE t").close();
  }

  private static Batch batch(int from, int count, SplittableRandom random) {
    ColumnBuilder a = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder b = new ColumnBuilder(SqlType.BIGINT, count);
    ColumnBuilder v = new ColumnBuilder(SqlType.DOUBLE, count);
    ColumnBuilder emb = new ColumnBuilder(SqlType.vector(DIMENSION), count);
    for (int row = 0; row < count; row++) {
      a.appendLong((long) from + row);
      b.appendLong(random.nextLong(1_000));
      v.appendDouble(random.nextDouble());
      float[] vector = new float[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextDouble();
      }
      emb.append(vector);
    }
    return new Batch(List.<Column>of(a.build(), b.build(), v.build(), emb.build()), count);
  }
}
