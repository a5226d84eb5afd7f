package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.Check;
import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.Batch;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random changes of two tables with the same rows, of which one has scalar indexes: every query
 * gives the same of both, whether the rows are in memory, flushed, compacted, changed by the open
 * transaction, or reopened with index files damaged or missing.
 */
class ScalarIndexHistoryTest {
  private static final List<String> INDEXES =
      List.of(
          "(i)",
          "(f DESC)",
          "(d NULLS FIRST)",
          "(s, i)",
          "(u)",
          "(few)",
          "(b) USING bitmap",
          "(few, t DESC NULLS FIRST)",
          "(t) USING btree",
          "(small) WITH (kind = 'bitmap')");

  /** Changes of a seed, with queries after each. */
  private static final int STEPS = Integer.getInteger("scalar.steps", 3);

  private final MemoryFileSystem files = new MemoryFileSystem();
  private long opened;
  private Database database = open();
  private Session session = database.connect();
  private Random random = new Random();
  private int nextId;
  private int added;
  private int used;

  private Database open() {
    StoreOptions options = new StoreOptions(files, new Random(opened++), 64L << 20, true);
    return Database.over(LocalStore.open(options), "t");
  }

  private void run(String sql) {
    session.execute(sql).close();
  }

  /** The same for both tables, which stand as @ in the statement. */
  private void both(String sql) {
    run(sql.replace("@", "plain"));
    run(sql.replace("@", "indexed"));
  }

  private List<List<@Nullable Object>> rows(String sql) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<@Nullable Object> values = new ArrayList<>();
          for (int i = 0; i < batch.width(); i++) {
            values.add(batch.column(i).get(row));
          }
          rows.add(values);
        }
      }
    }
    return rows;
  }

  private void insert(int count) {
    int from = nextId;
    nextId += count;
    run(
        "INSERT INTO plain (id, i, f, d, s, u, few, b, t, small, e) SELECT id, CASE WHEN id % 13 ="
            + " 0 THEN NULL ELSE id * 7919 % 1009 END, CASE id % 17 WHEN 0 THEN NULL WHEN 1 THEN"
            + " CAST('NaN' AS DOUBLE) WHEN 2 THEN -0.0e0 WHEN 3 THEN 0.0e0 WHEN 4 THEN"
            + " CAST('-Infinity' AS DOUBLE) ELSE (id * 31 % 211 - 100) / 4.0e0 END, CASE WHEN id %"
            + " 11 = 0 THEN NULL ELSE CAST(id * 48271 % 20011 - 10000 AS DECIMAL(38, 2)) *"
            + " 1000000000000000000000.01 END, CASE WHEN id % 19 = 0 THEN NULL ELSE 'common prefix"
            + " ' || CAST(id % 97 AS VARCHAR) END, CAST(lpad(CAST(id * 77 % 10007 AS VARCHAR), 8,"
            + " CASE WHEN id % 2 = 0 THEN 'f' ELSE '0' END) || '-0000-0000-0000-00000000000' ||"
            + " CAST(id % 10 AS VARCHAR) AS UUID), CASE WHEN id % 8 = 0 THEN NULL ELSE id % 9 END,"
            + " id % 3 = 0, CAST('2020-01-01 00:' || lpad(CAST(id * 7 % 60 AS VARCHAR), 2, '0') ||"
            + " ':' || lpad(CAST(id % 60 AS VARCHAR), 2, '0') AS TIMESTAMP), CAST(id * 5 % 2000 -"
            + " 1000 AS SMALLINT), CAST('[1,' || CAST(id % 7 AS VARCHAR) || ']' AS VECTOR(2)) FROM"
            + " numbers WHERE id >= "
            + from
            + " AND id < "
            + nextId);
    run("INSERT INTO indexed SELECT * FROM plain WHERE id >= " + from);
  }

  private String condition(int depth) {
    if (depth > 0 && random.nextInt(3) == 0) {
      return "("
          + condition(depth - 1)
          + (random.nextBoolean() ? " AND " : " OR ")
          + condition(depth - 1)
          + ")";
    }
    int n = random.nextInt(1_200) - 100;
    String comparison = List.of("=", "<", "<=", ">", ">=", "<>").get(random.nextInt(6));
    return switch (random.nextInt(16)) {
      case 0, 1 -> "i " + comparison + " " + n;
      case 2 -> "i BETWEEN " + n + " AND " + (n + random.nextInt(30));
      case 3 -> "i IN (" + n + ", " + (n + 3) + ", " + random.nextInt(1_009) + ")";
      case 4 -> "f " + comparison + " " + (random.nextInt(240) - 120) / 4.0 + "e0";
      case 5 -> random.nextBoolean() ? "f = CAST('NaN' AS DOUBLE)" : "f = -0.0e0";
      case 6 -> "d > " + (n * 10L) + "000000000000000000000";
      case 7 -> "s LIKE 'common prefix " + random.nextInt(10) + "%'";
      case 8 -> "s = 'common prefix " + random.nextInt(97) + "' AND i > " + n;
      case 9 -> "s IS NULL";
      case 10 -> "u = '0000" + (1_000 + random.nextInt(9_000)) + "-0000-0000-0000-000000000001'";
      case 11 -> "u > 'ffff" + (1_000 + random.nextInt(9_000)) + "-0000-0000-0000-000000000001'";
      case 12 -> "few = " + random.nextInt(9) + (random.nextBoolean() ? " AND b" : " AND NOT b");
      case 13 -> random.nextBoolean() ? "few IS NULL" : "few IS NOT NULL AND b IS NULL";
      case 14 ->
          "few = "
              + random.nextInt(9)
              + " AND t < TIMESTAMP '2020-01-01 00:"
              + (10 + random.nextInt(50))
              + ":00'";
      default -> "small IN (" + (n - 500) + ", " + n + ") OR id = " + random.nextInt(10_000);
    };
  }

  private void compare(int queries, String when) {
    for (int i = 0; i < queries; i++) {
      String condition = condition(2);
      String from = " FROM @ WHERE " + condition;
      String sql =
          switch (random.nextInt(6)) {
            case 4 -> "SELECT few, t" + from + " ORDER BY few, t DESC NULLS FIRST LIMIT 50";
            case 5 ->
                "SELECT "
                    + List.of("i", "f", "d", "s", "u", "b", "t", "small").get(random.nextInt(8))
                    + (random.nextBoolean() ? " FROM @" : from)
                    + " ORDER BY 1"
                    + List.of("", " DESC", " NULLS FIRST", " DESC NULLS FIRST")
                        .get(random.nextInt(4))
                    + " LIMIT "
                    + (1 + random.nextInt(60))
                    + " OFFSET "
                    + random.nextInt(3);

            case 0 -> "SELECT count(*), sum(i)" + from;
            case 1 -> "SELECT id, s, e::text" + from + " ORDER BY e <-> '[1,3]', id LIMIT 7";
            case 2 -> "SELECT id" + from + " ORDER BY e <-> '[2,3]' LIMIT 20";
            default -> "SELECT id, i, f, s" + from + " ORDER BY id";
          };
      assertThat(rows(sql.replace("@", "indexed")))
          .as(when + ": " + sql)
          .isEqualTo(rows(sql.replace("@", "plain")));
      String plan = rows("EXPLAIN ANALYZE " + sql.replace("@", "indexed")).toString();
      used += plan.contains("index=indexed_") ? 1 : 0;
    }
  }

  private void change(String when) {
    switch (random.nextInt(9)) {
      case 0 -> insert(1 + random.nextInt(100));
      case 1 -> insert(2_100);
      case 2 -> both("DELETE FROM @ WHERE " + condition(1));
      case 3, 4 -> both("UPDATE @ SET i = i + 1, few = id % 5 WHERE " + condition(1));
      case 5 -> run("FLUSH");
      case 6 -> both("OPTIMIZE TABLE @");
      case 7 -> {
        String column = "added" + added++;
        both("ALTER TABLE @ ADD COLUMN " + column + " INTEGER DEFAULT " + random.nextInt(3));
        run("CREATE INDEX ON indexed (" + column + ", i)");
        both("UPDATE @ SET " + column + " = 9 WHERE " + condition(0));
        String sql = "SELECT count(*) FROM @ WHERE " + column + " = 9 AND i > 500";
        assertThat(rows(sql.replace("@", "indexed")))
            .as(when + sql)
            .isEqualTo(rows(sql.replace("@", "plain")));
      }
      default -> reopen();
    }
  }

  /** Some index files are damaged or gone, of which the reopened database makes new ones. */
  private void reopen() {
    session.close();
    database.close();
    for (String segment : files.list("segments")) {
      for (String name : files.list("segments/" + segment)) {
        if (name.endsWith(".index") && random.nextInt(3) == 0) {
          harm("segments/" + segment + "/" + name);
        }
      }
    }
    database = open();
    session = database.connect();
  }

  private void harm(String path) {
    if (random.nextBoolean()) {
      files.delete(path);
      return;
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.WRITE)) {
      if (random.nextBoolean()) {
        file.truncate(random.nextLong(file.size()));
      } else {
        long at = random.nextLong(file.size());
        byte changed =
            (byte) (file.read(at, 1).get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0) ^ 4);
        file.write(at, MemorySegment.ofArray(new byte[] {changed}));
      }
    }
  }

  private void awaitBuilt() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!rows("SELECT 1 FROM quiver.indexes WHERE state = 'building'").isEmpty()) {
      assertThat(System.nanoTime()).as("indexes are built").isLessThan(until);
      Thread.sleep(5);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void anIndexChangesNoResult(long seed) throws InterruptedException {
    random = new Random(seed);
    both(
        "CREATE TABLE @ (id INTEGER PRIMARY KEY, i INTEGER, f DOUBLE, d DECIMAL(38, 2), s TEXT,"
            + " u UUID, few INTEGER, b BOOLEAN, t TIMESTAMP, small SMALLINT, e VECTOR(2))");
    run("CREATE TABLE digits (d INTEGER)");
    run("INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
    run(
        "CREATE TABLE numbers AS SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS id"
            + " FROM digits a, digits b, digits c, digits e, digits f WHERE f.d < 2");
    insert(4_500);
    run("FLUSH");
    for (String index : INDEXES) {
      run("CREATE INDEX ON indexed " + index);
    }
    for (int step = 0; step < STEPS; step++) {
      String when = "seed " + seed + ", step " + step;
      if (random.nextInt(3) == 0) {
        awaitBuilt();
      }
      if (random.nextInt(4) == 0) {
        run("BEGIN");
        both("UPDATE @ SET i = 77, s = 'own' WHERE " + condition(1));
        insert(50);
        compare(4, when + ", in a transaction");
        run(random.nextBoolean() ? "COMMIT" : "ROLLBACK");
      }
      change(when);
      compare(3, when);
    }
    awaitBuilt();
    assertThat(used).as("queries that an index served, seed " + seed).isGreaterThan(2);
    session.close();
    database.close();
    // A damaged index that no query has asked for is there yet.
    assertThat(Check.run(files).damages())
        .allSatisfy(damage -> assertThat(damage.what()).contains("it is an index"));
  }
}
