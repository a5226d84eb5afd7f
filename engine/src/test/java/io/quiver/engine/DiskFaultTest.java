package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.Check;
import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * File operations that fail under statements: an SQLSTATE, no more, and nothing acknowledged is
 * lost. {@code -Dfaults.cases} says how many, {@code -Dfaults.seed} from which seed on.
 */
class DiskFaultTest {
  private static final int CASES = Integer.getInteger("faults.cases", 96);
  private static final long SEED = Long.getLong("faults.seed", 1);
  private static final int DISKS = Integer.getInteger("faults.disks", 2);
  private static final Set<String> DISK_STATES = Set.of("58030", "53100");

  /** Names of segments differ from one opening to the next. */
  private static final AtomicLong OPENED = new AtomicLong();

  private static final List<String> SETUP =
      List.of(
          "CREATE TABLE t (id INT PRIMARY KEY, name TEXT, v VECTOR(2))",
          "INSERT INTO t VALUES " + fortyRows(),
          "CREATE TABLE other (id INT PRIMARY KEY, t_id INT)",
          "INSERT INTO other VALUES (1, 1), (2, 2), (3, 99)",
          "CREATE TABLE named (name TEXT)",
          "CREATE VIEW names AS SELECT name FROM named",
          "CREATE INDEX by_v ON t USING hnsw (v vector_l2_ops)",
          "FLUSH",
          "DELETE FROM t WHERE id > 35",
          "INSERT INTO other VALUES (4, 4)");

  private static final List<String> STATEMENTS =
      List.of(
          "INSERT INTO t VALUES (101, 'new', '[3, 4]')",
          "INSERT INTO t SELECT id + 200, name, v FROM t",
          "INSERT INTO t VALUES (1, 'taken', NULL) ON CONFLICT (id) DO UPDATE SET name = 'x'",
          "INSERT INTO t VALUES (1, 'taken', NULL) ON CONFLICT DO NOTHING",
          "UPSERT INTO t VALUES (2, 'upserted', '[0, 0]')",
          "UPDATE t SET name = 'changed' WHERE id < 20",
          "UPDATE t SET v = '[9, 9]'",
          "UPDATE t SET name = 'joined' FROM other WHERE other.t_id = t.id",
          "DELETE FROM t WHERE id = 3",
          "DELETE FROM t",
          "DELETE FROM t USING other WHERE other.t_id = t.id",
          "TRUNCATE TABLE t",
          "CREATE TABLE made (a INTEGER)",
          "CREATE TABLE copy AS SELECT * FROM t",
          "DROP TABLE other",
          "ALTER TABLE t ADD COLUMN n INTEGER NOT NULL DEFAULT 7",
          "ALTER TABLE t DROP COLUMN v CASCADE",
          "ALTER TABLE t RENAME TO things",
          "ALTER TABLE other RENAME COLUMN t_id TO reference",
          "ALTER TABLE t ALTER COLUMN name SET NOT NULL",
          "ALTER TABLE t ALTER COLUMN name SET DEFAULT 'none'",
          "CREATE SCHEMA app",
          "CREATE VIEW more AS SELECT id FROM t",
          "DROP VIEW names",
          "CREATE INDEX other_v ON t USING hnsw (v vector_cosine_ops)",
          "DROP INDEX by_v",
          "COMMENT ON TABLE t IS 'a comment'",
          "SELECT count(*), min(name) FROM t",
          "SELECT id FROM t ORDER BY v <-> '[1, 1]' LIMIT 5",
          "SELECT t.id FROM t JOIN other ON other.t_id = t.id",
          "EXPLAIN ANALYZE SELECT id FROM t",
          "SHOW TABLES");

  private static String fortyRows() {
    return IntStream.rangeClosed(1, 40)
        .mapToObj(id -> "(" + id + ", 'row " + id + "', '[" + id + ", 2]')")
        .collect(Collectors.joining(", "));
  }

  private static Database open(FileSystem files) {
    return Database.over(
        LocalStore.open(
            new StoreOptions(files, new Random(OPENED.incrementAndGet()), 1 << 20, false)),
        "faults");
  }

  private static MemoryFileSystem disk() {
    MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
    try (Database database = open(disk);
        Session session = database.connect()) {
      SETUP.forEach(sql -> rows(session, sql));
    }
    return disk;
  }

  private static List<String> rows(Session session, String sql) {
    List<String> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          StringBuilder text = new StringBuilder();
          for (int i = 0; i < result.schema().size(); i++) {
            Object value = batch.column(i).get(row);
            text.append(value instanceof float[] f ? f[0] + "," + f[1] : value).append('|');
          }
          rows.add(text.toString());
        }
      }
    }
    rows.sort(null);
    return rows;
  }

  /** All tables, views, columns and rows. */
  private static String content(Database database) {
    try (Session session = database.connect()) {
      TreeMap<String, List<String>> content = new TreeMap<>();
      content.put("", rows(session, "SHOW SCHEMAS"));
      for (TableInfo table : session.tables()) {
        if (table.schemaName().equals("public")) {
          content.put(table + "", rows(session, "SELECT * FROM \"" + table.name() + "\""));
        }
      }
      return content.toString();
    }
  }

  /** The SQLSTATE of what fails, or nothing. */
  private static String state(Session session, String sql) {
    try {
      rows(session, sql);
      return "";
    } catch (QuiverException e) {
      return e.sqlState();
    }
  }

  private static Plan plan(int kind, long from) {
    return switch (kind) {
      case 0 -> Plan.failAt(from);
      case 1 -> Plan.diskFullFrom(from);
      default ->
          (number, operation, path) -> {
            if (number >= from) {
              throw new IOException("Input/output error");
            }
          };
    };
  }

  @Test
  void aFaultEndsAStatementAndNothingElse() {
    MemoryFileSystem disk = disk();
    Map<String, Healthy> healthy = new HashMap<>();
    int failed = 0;
    for (int i = 0; i < CASES; i++) {
      Random random = new Random(SEED + i);
      String sql = STATEMENTS.get((int) ((SEED + i) % STATEMENTS.size()));
      int kind = random.nextInt(3);
      Healthy expected =
          healthy.computeIfAbsent(sql, text -> healthy(disk.afterPowerCut(SEED), text));
      long k = 1 + random.nextLong(Math.max(1, expected.operations()));
      String when = "-Dfaults.seed=" + (SEED + i) + ": " + sql + ", kind " + kind + " at " + k;
      failed += run(disk.afterPowerCut(SEED), sql, plan(kind, k), expected, when) ? 1 : 0;
    }
    assertThat(failed).isGreaterThan(CASES / 3);
  }

  /** What a statement and a flush do where nothing fails, and in how many file operations. */
  private record Healthy(String before, String after, long operations) {}

  private static Healthy healthy(FileSystem disk, String sql) {
    FaultyFileSystem counting = new FaultyFileSystem(disk, Plan.never());
    try (Database database = open(counting);
        Session session = database.connect()) {
      String before = content(database);
      long from = counting.operations();
      rows(session, sql);
      rows(session, "FLUSH");
      long operations = counting.operations() - from;
      return new Healthy(before, content(database), operations);
    }
  }

  /** Whether the statement or the flush failed. */
  private static boolean run(
      FileSystem disk, String sql, Plan plan, Healthy expected, String when) {
    LimitedFileSystem files = new LimitedFileSystem(disk);
    FaultyFileSystem faulty = new FaultyFileSystem(files, Plan.never());
    String statement;
    String flush;
    try (Database database = open(faulty);
        Session session = database.connect();
        Session other = database.connect()) {
      long from = faulty.operations();
      faulty.follow((number, operation, path) -> plan.before(number - from, operation, path));
      statement = state(session, sql);
      flush = state(session, "FLUSH");
      for (String state : List.of(statement, flush)) {
        assertThat(state).as(when).isIn("", "58030", "53100");
      }
      faulty.follow(Plan.never());
      assertThat(state(other, "SHOW TABLES")).as(when).isEmpty();
      assertThat(content(database))
          .as(when)
          .isEqualTo(statement.isEmpty() ? expected.after() : expected.before());
    }
    assertThat(files.openFiles()).as(when).isZero();
    try (Database database = open(files);
        Session session = database.connect()) {
      String found = content(database);
      if (statement.isEmpty()) {
        assertThat(found).as(when).isEqualTo(expected.after());
      } else {
        assertThat(found).as(when).isIn(expected.before(), expected.after());
      }
      rows(session, "CREATE TABLE later (a INTEGER)");
      rows(session, "FLUSH");
    }
    assertThat(files.openFiles()).as(when).isZero();
    assertThat(Check.run(files).damages()).as(when).isEmpty();
    return !statement.isEmpty() || !flush.isEmpty();
  }

  @Test
  void afterAFailedForceNothingIsAcknowledgedAndNothingForcedAgain() {
    for (long seed = SEED; seed < SEED + Math.max(5, CASES / 10); seed++) {
      Random random = new Random(seed);
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      FaultyFileSystem faulty = new FaultyFileSystem(disk, Plan.never());
      int acknowledged = 0;
      try (Database database = open(faulty);
          Session session = database.connect();
          Session other = database.connect()) {
        rows(session, "CREATE TABLE t (id INT PRIMARY KEY)");
        AtomicLong left = new AtomicLong(random.nextInt(10));
        AtomicLong forcedAfter = new AtomicLong();
        faulty.follow((number, operation, path) -> {
          if (operation == Operation.FORCE && path.startsWith("log/")) {
            long now = left.getAndDecrement();
            if (now < 0) {
              forcedAfter.incrementAndGet();
            } else if (now == 0) {
              throw new IOException("Input/output error");
            }
          }
        });
        while (state(session, "INSERT INTO t VALUES (" + acknowledged + ")").isEmpty()) {
          acknowledged++;
        }
        for (int i = 0; i < 3; i++) {
          assertThat(state(other, "INSERT INTO t VALUES (" + (1_000 + i) + ")")).isEqualTo("58030");
        }
        assertThat(state(other, "FLUSH")).isEqualTo("58030");
        assertThat(forcedAfter).as("seed " + seed).hasValue(0);
        assertThat(rows(other, "SELECT id FROM t")).hasSize(acknowledged);
      }
      MemoryFileSystem left = disk.afterPowerCut(seed);
      try (Database database = open(left);
          Session session = database.connect()) {
        int found = rows(session, "SELECT id FROM t").size();
        assertThat(found).as("seed " + seed).isBetween(acknowledged, acknowledged + 1);
        rows(session, "INSERT INTO t VALUES (5000)");
      }
      assertThat(Check.run(left).damages()).as("seed " + seed).isEmpty();
    }
  }

  @Test
  void onAFullDiskReadsGoOnAndCommitsDoAsSoonAsThereIsRoom() {
    for (long seed = SEED; seed < SEED + DISKS; seed++) {
      Random random = new Random(seed);
      LimitedFileSystem files = new LimitedFileSystem(new MemoryFileSystem());
      Set<Integer> acknowledged = new HashSet<>();
      try (Database database = open(files);
          Session session = database.connect();
          Session other = database.connect()) {
        rows(session, "CREATE TABLE t (id INT PRIMARY KEY, name TEXT)");
        int next = 0;
        for (int round = 0; round < 8; round++) {
          String when = "seed " + seed + ", round " + round;
          files.limit(Long.MAX_VALUE);
          next = fill(session, next, 20, acknowledged);
          assertThat(acknowledged).as(when).contains(next - 1);
          files.limit(files.bytes() + random.nextInt(300_000));
          if (round % 2 == 0) {
            // A flush that has no room leaves the log as it is, and commits go on after it.
            state(session, "FLUSH");
            files.limit(files.bytes() + random.nextInt(300_000));
          }
          int more = fill(session, next, 60, acknowledged);
          assertThat(more).as(when).isLessThan(next + 60);
          assertThat(rows(other, "SELECT id FROM t")).as(when).hasSize(acknowledged.size());
          next = more;
        }
      }
      files.limit(Long.MAX_VALUE);
      try (Database database = open(files);
          Session session = database.connect()) {
        List<String> found = rows(session, "SELECT id FROM t");
        acknowledged.forEach(id -> assertThat(found).contains(id + "|"));
        assertThat(found).hasSize(acknowledged.size());
      }
      assertThat(files.openFiles()).isZero();
      assertThat(Check.run(files).damages()).as("seed " + seed).isEmpty();
    }
  }

  /**
   * Inserts rows until that fails; the id after the last one. Sixty of them are more than the 8 MiB
   * that the log makes in advance.
   */
  private static int fill(Session session, int from, int count, Set<Integer> acknowledged) {
    int id = from;
    for (; id < from + count; id++) {
      String state = state(session, "INSERT INTO t VALUES (" + id + ", repeat('x', 150000))");
      if (!state.isEmpty()) {
        assertThat(DISK_STATES).contains(state);
        return id;
      }
      acknowledged.add(id);
    }
    return id;
  }
}
