package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * What runs in a soak: two writers of half the ids each, which know what their rows must be and
 * read them, searches with a filter, counts, and definitions with maintenance. Every one connects
 * again after some hundred steps, and rests between steps, so that the machine is not full.
 */
final class SoakWork {
  /** What is measured. */
  static final List<String> KINDS = List.of("commit", "point read", "search", "count");

  private static final int COMMIT = 0;
  private static final int READ = 1;
  private static final int SEARCH = 2;
  private static final int COUNT = 3;

  private static final int IDS = 200_000;
  private static final int WRITERS = 2;
  private static final int DIMENSION = 64;
  private static final int OWNERS = 100;
  private static final int STEPS_OF_A_SESSION = 500;
  private static final int LOAD_ROWS = 1_000;

  private final long seed;

  /**
   * What each row's {@code n} must be; 0 where there is no row. A writer knows its own ids alone.
   */
  private final long[] versions = new long[IDS];

  private final List<ConcurrentLinkedQueue<Long>> nanos = new ArrayList<>();
  private final long[] totals = new long[KINDS.size()];
  private final List<Thread> threads = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean stopping;

  SoakWork(long seed) {
    this.seed = seed;
    KINDS.forEach(kind -> nanos.add(new ConcurrentLinkedQueue<>()));
  }

  /** One step of a thread, in a session that lives for some of them. */
  private interface Step {
    void run(Session session);
  }

  /** Makes the steps of a session, which prepares its statements. */
  private interface Steps {
    Step in(Session session);
  }

  void start(Database database) {
    try (Session session = database.connect()) {
      session.execute(
          "CREATE TABLE docs (id BIGINT PRIMARY KEY, owner INTEGER NOT NULL, n BIGINT NOT NULL,"
              + " body TEXT, emb VECTOR("
              + DIMENSION
              + "))");
      PreparedStatement insert = session.prepare(Writer.INSERT);
      for (int from = 0; from < IDS / 2; from += LOAD_ROWS) {
        List<List<Object>> rows = new ArrayList<>();
        for (int id = from; id < from + LOAD_ROWS; id++) {
          versions[id] = 1;
          rows.add(row(id, 1));
        }
        if (!session.insertAll(insert, rows, () -> false)) {
          throw new IllegalStateException("rows from " + from + " were not inserted");
        }
      }
    }
    for (int i = 0; i < WRITERS; i++) {
      Writer writer = new Writer(i);
      thread(database, "writer " + i, 5_000_000, writer::steps);
    }
    thread(database, "search", 60_000_000, this::searches);
    thread(database, "count", 1_000_000_000, session -> this::count);
    Definitions definitions = new Definitions();
    thread(database, "definitions", 4_000_000_000L, session -> definitions::next);
  }

  private void thread(Database database, String name, long restNanos, Steps steps) {
    threads.add(
        Thread.ofPlatform()
            .name(name)
            .start(() -> {
              try {
                while (!stopping) {
                  try (Session session = database.connect()) {
                    Step step = steps.in(session);
                    for (int i = 0; i < STEPS_OF_A_SESSION && !stopping; i++) {
                      step.run(session);
                      LockSupport.parkNanos(restNanos);
                    }
                  }
                }
              } catch (RuntimeException | Error e) {
                failures.add(name + ": " + e);
                e.printStackTrace(System.out);
              }
            }));
  }

  boolean hasFailed() {
    return !failures.isEmpty();
  }

  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
      thread.join();
    }
  }

  /** Compares all rows with what was written; gives what is wrong, failures of the run included. */
  List<String> compare(Database database) {
    List<String> wrong = new ArrayList<>(failures);
    long[] found = new long[IDS];
    try (Session session = database.connect();
        QueryResult result = session.execute("SELECT id, n FROM docs")) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          int id = (int) batch.column(0).getLong(row);
          if (found[id] != 0) {
            wrong.add("row " + id + " is there twice");
          }
          found[id] = batch.column(1).getLong(row);
        }
      }
    }
    for (int id = 0; id < IDS; id++) {
      if (found[id] != versions[id]) {
        wrong.add("row " + id + " is " + found[id] + " and should be " + versions[id]);
      }
    }
    return wrong;
  }

  /** Middle and 99th percentile of each kind since the last call, in milliseconds. */
  List<Double> latencies() {
    List<Double> latencies = new ArrayList<>();
    for (int kind = 0; kind < KINDS.size(); kind++) {
      List<Long> since = new ArrayList<>();
      for (Long next = nanos.get(kind).poll(); next != null; next = nanos.get(kind).poll()) {
        since.add(next);
      }
      totals[kind] += since.size();
      long[] sorted = since.stream().mapToLong(Long::longValue).sorted().toArray();
      for (double part : new double[] {0.5, 0.99}) {
        latencies.add(
            sorted.length == 0 ? Double.NaN : sorted[(int) (part * (sorted.length - 1))] / 1e6);
      }
    }
    return latencies;
  }

  private void measured(int kind, Runnable work) {
    long start = System.nanoTime();
    work.run();
    nanos.get(kind).add(System.nanoTime() - start);
  }

  private static List<Object> row(int id, long version) {
    return List.of((long) id, id % OWNERS, version, "text of " + id, vector(31L * id + version));
  }

  private static float[] vector(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextDouble() - 0.5f;
    }
    return vector;
  }

  private static List<long[]> numbers(QueryResult result) {
    try (result) {
      List<long[]> rows = new ArrayList<>();
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          long[] values = new long[batch.columns().size()];
          for (int i = 0; i < values.length; i++) {
            values[i] = batch.column(i).getLong(row);
          }
          rows.add(values);
        }
      }
      return rows;
    }
  }

  private void check(boolean right, String what) {
    if (!right) {
      throw new IllegalStateException(what);
    }
  }

  private Step searches(Session session) {
    SplittableRandom random = new SplittableRandom(seed + 7);
    PreparedStatement search =
        session.prepare(
            "SELECT id, CAST(owner AS BIGINT) FROM docs WHERE owner < ? ORDER BY emb <-> ? LIMIT"
                + " 10");
    return same -> {
      int below = 1 + random.nextInt(OWNERS);
      measured(
          SEARCH,
          () -> {
            List<long[]> rows =
                numbers(same.execute(search, List.of(below, vector(random.nextLong()))));
            check(rows.size() == 10, rows.size() + " rows of 10 for owners below " + below);
            check(
                rows.stream().allMatch(row -> row[1] < below),
                "an owner that is not below " + below);
            check(rows.stream().mapToLong(row -> row[0]).distinct().count() == 10, "a row twice");
          });
    };
  }

  private void count(Session session) {
    measured(
        COUNT,
        () -> {
          long[] counts =
              numbers(session.execute("SELECT count(*), count(DISTINCT id), count(emb) FROM docs"))
                  .getFirst();
          check(counts[0] == counts[1] && counts[0] == counts[2], Arrays.toString(counts));
        });
  }

  /** Changes and reads the rows of its ids. */
  private final class Writer {
    static final String INSERT =
        "INSERT INTO docs (id, owner, n, body, emb) VALUES (?, ?, ?, ?, ?)";

    private final int number;
    private final SplittableRandom random;
    private long version = 1;

    Writer(int number) {
      this.number = number;
      this.random = new SplittableRandom(seed + number);
    }

    Step steps(Session session) {
      Statements statements =
          new Statements(
              session.prepare(
                  INSERT + " ON CONFLICT (id) DO UPDATE SET n = EXCLUDED.n, emb = EXCLUDED.emb"),
              session.prepare("DELETE FROM docs WHERE id = ?"),
              session.prepare("SELECT n FROM docs WHERE id = ?"));
      return same -> {
        try {
          change(same, statements);
        } catch (QuiverException e) {
          // A definition came between; nothing of it has happened.
          if (e.code() != ErrorCode.SERIALIZATION_FAILURE) {
            throw e;
          }
          same.execute("ROLLBACK").close();
        }
        read(same, statements);
      };
    }

    private record Statements(
        PreparedStatement upsert, PreparedStatement delete, PreparedStatement read) {}

    private void change(Session session, Statements statements) {
      int what = random.nextInt(100);
      int rows = what < 80 ? 1 : 20;
      int[] ids = new int[rows];
      long[] next = new long[rows];
      for (int i = 0; i < rows; i++) {
        ids[i] = WRITERS * random.nextInt(IDS / WRITERS) + number;
        next[i] = random.nextInt(100) < 25 ? 0 : ++version;
      }
      boolean rolledBack = what >= 95;
      session.execute("BEGIN").close();
      for (int i = 0; i < rows; i++) {
        if (next[i] == 0) {
          session.execute(statements.delete(), List.of((long) ids[i])).close();
        } else {
          session.execute(statements.upsert(), row(ids[i], next[i])).close();
        }
      }
      if (rolledBack) {
        session.execute("ROLLBACK").close();
        return;
      }
      measured(COMMIT, () -> session.execute("COMMIT").close());
      for (int i = 0; i < rows; i++) {
        versions[ids[i]] = next[i];
      }
    }

    private void read(Session session, Statements statements) {
      int id = WRITERS * random.nextInt(IDS / WRITERS) + number;
      measured(
          READ,
          () -> {
            List<long[]> rows = numbers(session.execute(statements.read(), List.of((long) id)));
            long found = rows.isEmpty() ? 0 : rows.getFirst()[0];
            check(found == versions[id], "row " + id + " is " + found + ", not " + versions[id]);
          });
    }
  }

  /** Makes, changes and drops tables beside the one that the others use, and maintains it. */
  private static final class Definitions {
    private int step;

    void next(Session session) {
      step++;
      List<String> statements =
          switch (step % 6) {
            case 0 -> List.of("CREATE TABLE copy AS SELECT id, emb FROM docs WHERE owner < 5");
            case 1 -> List.of("ALTER TABLE docs ADD COLUMN more INTEGER DEFAULT " + step);
            case 2 -> List.of("CREATE INDEX docs_owner ON docs (owner)", "CHECKPOINT");
            case 3 -> List.of("DROP TABLE IF EXISTS copy", "DROP INDEX IF EXISTS docs_owner");
            case 4 -> List.of("ALTER TABLE docs DROP COLUMN IF EXISTS more");
            default -> List.of(step % 60 == 5 ? "OPTIMIZE TABLE docs" : "FLUSH");
          };
      for (String statement : statements) {
        try {
          session.execute(statement).close();
        } catch (QuiverException e) {
          // Rows came between.
          if (e.code() != ErrorCode.SERIALIZATION_FAILURE) {
            throw e;
          }
        }
      }
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int kind = 0; kind < totals.length; kind++) {
      text.append(String.format(Locale.ROOT, "%s: %,d%n", KINDS.get(kind), totals[kind]));
    }
    return text.toString();
  }
}
