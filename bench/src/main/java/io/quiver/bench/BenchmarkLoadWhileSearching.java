package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * How much slower do searches through a vector index become while rows are loaded, how fast are
 * they loaded, and how long after the last one does the index have them all?
 *
 * <p>All is done twice, first with fewer rows, so that what counts is compiled.
 *
 * <p>A tenth of the rows is there and indexed first. Then one thread commits 1,000 rows at a time
 * while some clients search, each as soon as it has its answer. After the last row the clients
 * stop, and start again when the index is complete. At last sampled rows are searched for by their
 * own vectors, through the index and exactly.
 *
 * <p>Arguments: rows (1000000), dimensions (128), clients (4), {@code disk} or {@code memory}
 * (disk), the kind of index (hnsw), seconds of quiet searching (5), {@code
 * quiver.max_unindexed_rows} of the loading session (200000), rows that come first (100000), rows a
 * second at most (0 for as many as there can be).
 */
public final class BenchmarkLoadWhileSearching {
  private static final int COMMIT_ROWS = 1_000;
  private static final int CLUSTERS = 200;
  private static final int SAMPLED = 1_000;
  private static final int K = 10;

  private final Database database;
  private final String table;
  private final int rows;
  private final int dimension;
  private final int clients;
  private final int rowsPerSecond;
  private final float[][] centers = new float[CLUSTERS][];
  private int loaded;

  private BenchmarkLoadWhileSearching(
      Database database, String table, int rows, int dimension, int clients, int rowsPerSecond) {
    this.database = database;
    this.table = table;
    this.rows = rows;
    this.dimension = dimension;
    this.clients = clients;
    this.rowsPerSecond = rowsPerSecond;
    Random random = new Random(1);
    for (int i = 0; i < CLUSTERS; i++) {
      centers[i] = new float[dimension];
      for (int j = 0; j < dimension; j++) {
        centers[i][j] = (float) random.nextGaussian();
      }
    }
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int clients = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4;
    boolean inMemory = arguments.length > 3 && arguments[3].equals("memory");
    String kind = arguments.length > 4 ? arguments[4] : "hnsw";
    int seconds = arguments.length > 5 ? Integer.parseInt(arguments[5]) : 5;
    int bound = arguments.length > 6 ? Integer.parseInt(arguments[6]) : 200_000;
    int before = arguments.length > 7 ? Integer.parseInt(arguments[7]) : 100_000;
    int rowsPerSecond = arguments.length > 8 ? Integer.parseInt(arguments[8]) : 0;
    Path directory = Files.createTempDirectory("quiver-load-while-searching");
    try (Database database = inMemory ? Database.inMemory("bench") : Database.open(directory)) {
      if (before > 0) {
        System.out.println("first, with " + before + " rows:");
        new BenchmarkLoadWhileSearching(
                database, "before", before, dimension, clients, rowsPerSecond)
            .run(kind, seconds, bound);
        System.out.println("then:");
      }
      new BenchmarkLoadWhileSearching(database, "t", rows, dimension, clients, rowsPerSecond)
          .run(kind, seconds, bound);
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private float[] vector(int id) {
    Random random = new Random(id);
    float[] center = centers[random.nextInt(CLUSTERS)];
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = center[i] + (float) random.nextGaussian();
    }
    return vector;
  }

  private void run(String kind, int seconds, int bound)
      throws InterruptedException, ExecutionException {
    try (Session session = database.connect()) {
      run(session, "SET quiver.max_unindexed_rows = " + bound);
      run(session, "CREATE TABLE " + table + " (id INTEGER, v VECTOR(" + dimension + "))");
      run(session, "CREATE VECTOR INDEX nearest ON " + table + " (v) USING " + kind);
      insert(session, rows / 10);
      complete(session);
      report("quiet, a tenth of the rows", searching(() -> sleep(seconds)));
      long[] loading = new long[1];
      report(
          "loading",
          searching(() -> {
            long begin = System.nanoTime();
            insert(session, rows);
            loading[0] = System.nanoTime() - begin;
          }));
      System.out.printf(
          Locale.ROOT, "loaded %.0f rows a second%n", (rows - rows / 10) / (loading[0] / 1e9));
      System.out.println("not indexed after the last row: " + state(session));
      System.out.printf(Locale.ROOT, "index complete %.1f s after it%n", complete(session));
      report("quiet, all rows", searching(() -> sleep(seconds)));
      verify(session);
      System.out.println(text(session, "SELECT built_as FROM quiver.indexes"));
      System.out.println(
          "from commit to index at most "
              + text(session, "SELECT indexed_after_ms_max FROM quiver.indexes")
              + " ms");
      run(session, "DROP TABLE " + table);
    }
  }

  private static void run(Session session, String sql) {
    session.execute(sql).close();
  }

  private static String text(Session session, String sql) {
    try (QueryResult result = session.execute(sql)) {
      Batch batch = result.next();
      return batch == null ? "" : String.valueOf(batch.column(0).get(0));
    }
  }

  private static void sleep(int seconds) {
    sleepNanos(TimeUnit.SECONDS.toNanos(seconds));
  }

  private static void sleepNanos(long nanos) {
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds rows until there are so many. */
  private void insert(Session session, int until) {
    long begin = System.nanoTime();
    int first = loaded;
    PreparedStatement insert = session.prepare("INSERT INTO " + table + " VALUES (?, ?)");
    while (loaded < until) {
      int count = Math.min(COMMIT_ROWS, until - loaded);
      List<List<Object>> batch = new ArrayList<>();
      for (int id = loaded; id < loaded + count; id++) {
        batch.add(List.of(id, vector(id)));
      }
      if (!session.insertAll(insert, batch, () -> false)) {
        throw new IllegalStateException("rows from " + loaded + " on were not added");
      }
      loaded += count;
      if (rowsPerSecond > 0) {
        long due = begin + (loaded - first) * 1_000_000_000L / rowsPerSecond;
        sleepNanos(due - System.nanoTime());
      }
    }
  }

  private static String state(Session session) {
    return text(
        session, "SELECT CAST(rows_not_indexed AS TEXT) || ' rows, ' || state FROM quiver.indexes");
  }

  /** Waits until the index has what it is to have; gives the seconds. */
  private double complete(Session session) throws InterruptedException {
    long begin = System.nanoTime();
    while (!state(session).endsWith("ready")) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  /** Searches as long as some work takes; gives how long each search took, ascending. */
  private long[] searching(Runnable work) throws InterruptedException, ExecutionException {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<long[]>> searches = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        Random random = new Random(~client);
        searches.add(threads.submit(() -> search(random, done)));
      }
      try {
        work.run();
      } finally {
        done.set(true);
      }
      LongStream all = LongStream.empty();
      for (Future<long[]> each : searches) {
        all = LongStream.concat(all, Arrays.stream(each.get()));
      }
      return all.sorted().toArray();
    }
  }

  private long[] search(Random random, AtomicBoolean done) {
    LongStream.Builder took = LongStream.builder();
    try (Session session = database.connect()) {
      PreparedStatement search =
          session.prepare("SELECT id FROM " + table + " ORDER BY v <-> ? LIMIT " + K);
      while (!done.get()) {
        // As near to some row as rows are to each other, and none of them.
        float[] query = vector(-1 - random.nextInt(Integer.MAX_VALUE));
        long begin = System.nanoTime();
        int found = 0;
        try (QueryResult result = session.execute(search, List.of(query))) {
          for (Batch batch = result.next(); batch != null; batch = result.next()) {
            found += batch.rowCount();
          }
        }
        took.add(System.nanoTime() - begin);
        if (found != K) {
          throw new IllegalStateException(found + " rows came, not " + K);
        }
      }
    }
    return took.build().toArray();
  }

  private void report(String when, long[] nanos) {
    System.out.printf(
        Locale.ROOT,
        "%-28s %d searches, p50 %.2f ms, p99 %.2f ms, max %.1f ms%n",
        when,
        nanos.length,
        nanos[nanos.length / 2] / 1e6,
        nanos[(int) (nanos.length * 0.99)] / 1e6,
        nanos[nanos.length - 1] / 1e6);
  }

  /** Looks for rows by their own vectors. */
  private void verify(Session session) {
    Random random = new Random(7);
    int missed = 0;
    int lost = 0;
    PreparedStatement nearest =
        session.prepare("SELECT id FROM " + table + " ORDER BY v <-> ? LIMIT 1");
    for (int i = 0; i < SAMPLED; i++) {
      int id = random.nextInt(rows);
      if (!isNearest(session, nearest, id)) {
        missed++;
        run(session, "SET quiver.recall_target = 1");
        lost += isNearest(session, nearest, id) ? 0 : 1;
        run(session, "SET quiver.recall_target = 0.95");
      }
    }
    System.out.printf(
        "of %d rows %d were not found through the index, %d not at all%n", SAMPLED, missed, lost);
    String count = text(session, "SELECT count(*) FROM " + table);
    if (lost > 0 || !count.equals(String.valueOf(rows))) {
      throw new IllegalStateException("rows are gone: " + count + " of " + rows);
    }
  }

  private boolean isNearest(Session session, PreparedStatement nearest, int id) {
    try (QueryResult result = session.execute(nearest, List.of(vector(id)))) {
      Batch batch = result.next();
      return batch != null && batch.column(0).getInt(0) == id;
    }
  }
}
