package io.quiver.engine;

import io.quiver.engine.SnapshotIsolation.Append;
import io.quiver.engine.SnapshotIsolation.Observed;
import io.quiver.engine.SnapshotIsolation.Read;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Runs random transactions of many sessions and records what they saw, for {@link
 * SnapshotIsolation}.
 *
 * <p>The keys are rows of two tables, {@code log} is the list, and {@code e} a vector that has the
 * list's last number: a search finds the row of an append. One key more is a table that is renamed,
 * its name the last number.
 */
final class RandomHistory {
  private static final int KEYS = 10;

  /** The key that stands for the name of a table. */
  private static final int NAME = KEYS;

  private static final Set<ErrorCode> CONFLICTS =
      Set.of(
          ErrorCode.SERIALIZATION_FAILURE,
          ErrorCode.UNIQUE_VIOLATION,
          ErrorCode.UNDEFINED_TABLE,
          ErrorCode.FAILED_TRANSACTION);

  private final Database database;
  private final AtomicLong clock = new AtomicLong();
  private final AtomicLong values = new AtomicLong(1);
  private final AtomicInteger commits = new AtomicInteger();
  private final List<Observed> history = Collections.synchronizedList(new ArrayList<>());
  private final List<String> problems = Collections.synchronizedList(new ArrayList<>());

  /** The name that each rename replaced. */
  private final Map<Long, Long> renamed = Collections.synchronizedMap(new HashMap<>());

  RandomHistory(Database database) {
    this.database = database;
  }

  /** How many transactions that wrote have been committed. */
  int commits() {
    return commits.get();
  }

  /** Names what is wrong with what was seen; nothing where all is well. */
  List<String> run(long seed, int threads, int transactions) throws Exception {
    try (Session session = database.connect()) {
      for (int table = 0; table < 2; table++) {
        run(session, "CREATE TABLE reg" + table + " (k INT PRIMARY KEY, log TEXT, e VECTOR(2))");
        define(session, table, true);
      }
      run(session, "CREATE TABLE name_0 (a INTEGER)");
    }
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Random random = new Random(seed * 1_000 + i);
      int session = i;
      tasks.add(() -> work(session, random, Math.max(1, transactions / threads)));
    }
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      for (Future<Boolean> task : pool.invokeAll(tasks)) {
        task.get();
      }
    }
    Map<Integer, List<Long>> last = new TreeMap<>();
    try (Session session = database.connect()) {
      column(session, "SELECT k, log FROM reg0 UNION ALL SELECT k, log FROM reg1")
          .forEach(row -> last.put((Integer) row.get(0), list(row.get(1))));
      last.put(NAME, List.of(name(session)));
    }
    List<Long> names = last.get(NAME);
    last.put(NAME, names(names == null ? 0 : names.getFirst()));
    List<Observed> all = new ArrayList<>();
    for (Observed each : List.copyOf(history)) {
      all.add(withNames(each));
    }
    problems.addAll(SnapshotIsolation.anomalies(all, last));
    return List.copyOf(problems);
  }

  /** A read of the name gives the last number alone: those before it are what was renamed. */
  private Observed withNames(Observed each) {
    List<Read> reads =
        each.reads().stream()
            .map(read ->
                read.key() == NAME
                    ? new Read(NAME, names(read.values().getFirst()), read.own(), read.ended())
                    : read)
            .toList();
    return new Observed(
        each.name(),
        each.session(),
        each.begin(),
        each.committing(),
        each.end(),
        each.committed(),
        reads,
        each.appends());
  }

  private List<Long> names(long last) {
    List<Long> names = new ArrayList<>();
    for (long at = last; at != 0; at = renamed.getOrDefault(at, 0L)) {
      names.addFirst(at);
    }
    return names;
  }

  private boolean work(int number, Random random, int transactions) {
    try (Session session = database.connect()) {
      for (int i = 0; i < transactions; i++) {
        new Attempt(session, number, random, number + "." + i).run();
        int choice = random.nextInt(120);
        if (choice < 2) {
          run(session, "FLUSH");
        } else if (choice < 4) {
          define(session, random.nextInt(2), choice == 2);
        } else if (choice == 4) {
          run(session, "OPTIMIZE TABLE reg" + random.nextInt(2));
        }
      }
    }
    return true;
  }

  /** Makes an index on vectors, or takes it away, whatever the others do. */
  private static void define(Session session, int table, boolean there) {
    try {
      run(
          session,
          there
              ? "CREATE VECTOR INDEX IF NOT EXISTS reg%d_e ON reg%d (e) USING hnsw DISTANCE L2"
                  .formatted(table, table)
              : "DROP INDEX IF EXISTS reg%d_e".formatted(table));
    } catch (QuiverException e) {
      if (!CONFLICTS.contains(e.code()) && e.code() != ErrorCode.DUPLICATE_TABLE) {
        throw e;
      }
    }
  }

  /** One transaction, and what it saw and did. */
  private final class Attempt {
    private final Session session;
    private final int number;
    private final Random random;
    private final String name;
    private final boolean repeatable;
    private final boolean readOnly;
    private final List<Read> reads = new ArrayList<>();
    private final List<Append> appends = new ArrayList<>();
    private final List<Observed> statements = new ArrayList<>();
    private final Map<Integer, List<Long>> own = new HashMap<>();
    private final List<String> doubts = new ArrayList<>();

    Attempt(Session session, int number, Random random, String name) {
      this.session = session;
      this.number = number;
      this.random = random;
      this.repeatable = random.nextInt(3) > 0;
      this.readOnly = random.nextInt(6) == 0;
      this.name = (repeatable ? "RR " : "RC ") + name;
    }

    void run() {
      long begin = clock.incrementAndGet();
      long committing = begin;
      boolean committed = false;
      try {
        if (!repeatable && !readOnly && random.nextInt(4) == 0) {
          append(random.nextInt(KEYS));
          committed = true;
        } else {
          RandomHistory.run(
              session,
              "BEGIN ISOLATION LEVEL "
                  + (repeatable ? "REPEATABLE READ" : "READ COMMITTED")
                  + (readOnly ? " READ ONLY" : ""));
          int steps = 1 + random.nextInt(5);
          for (int i = 0; i < steps; i++) {
            step();
          }
          committing = clock.incrementAndGet();
          committed = random.nextInt(8) > 0;
          RandomHistory.run(session, committed ? "COMMIT" : "ROLLBACK");
        }
      } catch (QuiverException e) {
        committed = false;
        session.rollback();
        if (!CONFLICTS.contains(e.code())) {
          throw e;
        }
      }
      record(begin, committing, clock.incrementAndGet(), committed);
    }

    private void record(long begin, long committing, long end, boolean committed) {
      if (committed && !appends.isEmpty()) {
        commits.incrementAndGet();
      }
      boolean doomed = !repeatable && !committed;
      // Under READ COMMITTED a transaction that has lost a row to another sees both until it ends.
      statements.stream()
          .filter(each -> !doomed || each.reads().stream().allMatch(r -> r.own().isEmpty()))
          .forEach(history::add);
      if (committed || repeatable) {
        problems.addAll(doubts);
      }
      history.add(new Observed(name, number, begin, committing, end, committed, reads, appends));
    }

    private void step() {
      int choice = random.nextInt(100);
      if (choice < 30 || (readOnly && choice < 70)) {
        readSome();
      } else if (choice < 45 || (readOnly && choice < 90)) {
        search();
      } else if (readOnly || choice < 50) {
        readName();
      } else if (choice < 80) {
        append(random.nextInt(KEYS));
      } else if (choice < 90) {
        RandomHistory.run(session, "SAVEPOINT s");
        int before = appends.size();
        append(random.nextInt(KEYS));
        RandomHistory.run(session, "ROLLBACK TO SAVEPOINT s");
        takeBack(before);
      } else if (choice < 97 && repeatable) {
        rewrite(random.nextInt(KEYS));
      } else if (random.nextInt(3) == 0) {
        rename();
      } else {
        readName();
      }
    }

    private void takeBack(int before) {
      for (int i = before; i < appends.size(); i++) {
        Append undone = appends.get(i);
        appends.set(i, new Append(undone.key(), undone.value(), false));
        List<Long> mine = new ArrayList<>(own(undone.key()));
        mine.remove(undone.value());
        own.put(undone.key(), mine);
      }
    }

    private List<Long> own(int key) {
      return own.getOrDefault(key, List.of());
    }

    private void readSome() {
      int from = random.nextInt(KEYS);
      int to = random.nextInt(KEYS);
      switch (random.nextInt(3)) {
        case 0 ->
            read(
                "SELECT k, log, e FROM reg0 UNION ALL SELECT k, log, e FROM reg1",
                List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
        case 1 ->
            read("SELECT k, log, e FROM reg" + from % 2 + " WHERE k = " + from, List.of(from));
        default ->
            read(
                "SELECT k, log, e FROM reg" + to % 2 + " WHERE k IN (" + to + ", " + (to ^ 2) + ")",
                (to ^ 2) < KEYS ? List.of(to, to ^ 2) : List.of(to));
      }
    }

    /**
     * The nearest rows, which of all of them are the snapshot's; and right after an append under
     * one snapshot, the row that it changed.
     */
    private void search() {
      int table = random.nextInt(2);
      if (random.nextInt(3) == 0) {
        read(
            "SELECT k, log, e FROM reg%d ORDER BY e <-> '[%d, 0]' LIMIT %d"
                .formatted(table, values.get(), 2 * KEYS),
            IntStream.range(0, KEYS).filter(key -> key % 2 == table).boxed().toList());
        return;
      }
      int limit = 1 + random.nextInt(KEYS);
      String rest =
          " FROM reg" + table + " ORDER BY e <-> '[" + values.get() + ", 0]' LIMIT " + limit;
      int found = read("SELECT k, log, e" + rest, List.of());
      if (repeatable) {
        List<Object> count = column(session, "SELECT count(*) FROM reg" + table).getFirst();
        long rows = ((Number) count.getFirst()).longValue();
        if (found != Math.min(rows, limit)) {
          doubts.add(name + ": a search for " + limit + " of " + rows + " rows found " + found);
        }
      }
    }

    /** Reads rows, and notes the list of each and of the keys that have none. */
    private int read(String sql, List<Integer> keys) {
      long begin = clock.incrementAndGet();
      List<List<Object>> rows = column(session, sql);
      long ended = clock.incrementAndGet();
      Map<Integer, List<Long>> seen = new TreeMap<>();
      keys.forEach(key -> seen.put(key, List.of()));
      Set<Integer> met = new java.util.HashSet<>();
      for (List<Object> row : rows) {
        int key = (Integer) row.get(0);
        List<Long> list = list(row.get(1));
        if (!met.add(key)) {
          doubts.add(name + ": key " + key + " is there twice: " + rows);
        }
        if (((float[]) row.get(2))[0] != list.getLast()) {
          doubts.add(
              name + ": a row of two versions: " + list + Arrays.toString((float[]) row.get(2)));
        }
        seen.put(key, list);
      }
      List<Read> all = new ArrayList<>();
      seen.forEach((key, list) -> all.add(new Read(key, list, own(key), ended)));
      note(begin, ended, all);
      return rows.size();
    }

    private void note(long begin, long ended, List<Read> all) {
      if (repeatable) {
        reads.addAll(all);
      } else {
        String statement = name + "/" + statements.size();
        statements.add(new Observed(statement, number, begin, ended, ended, false, all, List.of()));
      }
    }

    private void append(int key) {
      long value = values.incrementAndGet();
      String vector = "'[" + value + ", " + key + "]'";
      String sql =
          random.nextInt(3) == 0
              ? "UPDATE reg%d SET log = log || ',%d', e = %s WHERE k = %d"
                  .formatted(key % 2, value, vector, key)
              : ("INSERT INTO reg%d VALUES (%d, ',%d', %s) ON CONFLICT (k) DO UPDATE"
                      + " SET log = reg%d.log || EXCLUDED.log, e = EXCLUDED.e")
                  .formatted(key % 2, key, value, vector, key % 2);
      change(key, value, sql);
      if (repeatable && !own(key).isEmpty() && own(key).getLast() == value) {
        String nearest = "SELECT k FROM reg" + key % 2 + " ORDER BY e <-> " + vector + " LIMIT 1";
        List<List<Object>> found = column(session, nearest);
        if (!found.equals(List.of(List.of(key)))) {
          doubts.add(name + ": a search for its own row " + key + " found " + found);
        }
      }
    }

    private void change(int key, long value, String sql) {
      appends.add(new Append(key, value, true));
      long changed;
      try (QueryResult result = session.execute(sql)) {
        changed = result.updateCount();
      }
      if (changed == 0) {
        appends.removeLast();
        return;
      }
      List<Long> mine = new ArrayList<>(own(key));
      mine.add(value);
      own.put(key, mine);
    }

    /** Reads a list here and writes the longer one, as an update or as another row. */
    private void rewrite(int key) {
      String table = "reg" + key % 2;
      read("SELECT k, log, e FROM " + table + " WHERE k = " + key, List.of(key));
      StringBuilder longer = new StringBuilder();
      reads.getLast().values().forEach(value -> longer.append(',').append(value));
      long value = values.incrementAndGet();
      longer.append(',').append(value);
      String vector = "'[" + value + ", " + key + "]'";
      if (random.nextBoolean()) {
        change(
            key,
            value,
            "UPDATE %s SET log = '%s', e = %s WHERE k = %d".formatted(table, longer, vector, key));
      } else {
        RandomHistory.run(session, "DELETE FROM " + table + " WHERE k = " + key);
        change(
            key,
            value,
            "INSERT INTO %s VALUES (%d, '%s', %s)".formatted(table, key, longer, vector));
      }
    }

    private long readName() {
      long begin = clock.incrementAndGet();
      long last = RandomHistory.name(session);
      long ended = clock.incrementAndGet();
      note(begin, ended, List.of(new Read(NAME, List.of(last), own(NAME), ended)));
      return last;
    }

    private void rename() {
      long before = readName();
      long value = values.incrementAndGet();
      renamed.put(value, before);
      appends.add(new Append(NAME, value, true));
      RandomHistory.run(session, "ALTER TABLE name_" + before + " RENAME TO name_" + value);
      List<Long> mine = new ArrayList<>(own(NAME));
      mine.add(value);
      own.put(NAME, mine);
    }
  }

  private static long name(Session session) {
    List<List<Object>> found =
        column(
            session,
            "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'name%'");
    if (found.size() != 1) {
      throw new AssertionError("one name, not " + found);
    }
    return Long.parseLong(String.valueOf(found.getFirst().getFirst()).substring("name_".length()));
  }

  private static List<Long> list(@Nullable Object log) {
    return Arrays.stream(String.valueOf(log).substring(1).split(",")).map(Long::valueOf).toList();
  }

  private static void run(Session session, String sql) {
    session.execute(sql).close();
  }

  private static List<List<Object>> column(Session session, String sql) {
    List<List<Object>> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<Object> values = new ArrayList<>();
          for (int i = 0; i < result.schema().size(); i++) {
            @Nullable Object value = batch.column(i).get(row);
            values.add(value == null ? "null" : value);
          }
          rows.add(values);
        }
      }
    }
    return rows;
  }
}
