package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Searches by partial indexes that are exact, compared with searches that use no index. */
class PartialIndexTest {
  private static final int ROWS = 900;
  private static final String ROWS_MIN = "quiver.index_rows_min";
  private static final int DIMENSION = 4;

  private final MemoryFileSystem files = new MemoryFileSystem();
  private final Random names = new Random(7);
  private LocalStore store;
  private Database database;
  private Session session;

  PartialIndexTest() {
    System.setProperty(ROWS_MIN, "100");
    open();
  }

  private void open() {
    store =
        LocalStore.open(new StoreOptions(files, new Random(names.nextLong()), 64L << 20, false));
    database = Database.over(store, "t");
    session = database.connect();
  }

  private void close() {
    session.close();
    database.close();
  }

  @AfterEach
  void closeAll() {
    close();
    System.clearProperty(ROWS_MIN);
  }

  private void fill(Random random, int from) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = from; id < from + ROWS; id++) {
      float[] vector = new float[DIMENSION];
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
      }
      rows.add(
          Arrays.asList(
              id,
              random.nextInt(10) == 0 ? null : random.nextInt(12),
              random.nextInt(10) == 0 ? null : "" + (char) ('a' + random.nextInt(3)) + id % 4,
              random.nextInt(20) == 0 ? Double.NaN : random.nextInt(12) / 2.0,
              random.nextInt(3) == 0 ? null : random.nextBoolean(),
              random.nextInt(50) == 0 ? null : vector));
    }
    session.insertAll(
        session.prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)"), rows, () -> false);
  }

  /** Something that one row fulfils. */
  private static String conjunct(Random random) {
    int a = random.nextInt(12);
    int b = random.nextInt(12);
    String text = "'" + (char) ('a' + random.nextInt(3)) + random.nextInt(4) + "'";
    return switch (random.nextInt(16)) {
      case 0 -> "a < " + a;
      case 1 -> "a >= " + a;
      case 2 -> a + " > a";
      case 3 -> "a = " + a;
      case 4 -> "a IN (" + a + ", " + b + ", 5)";
      case 5 -> "(a = " + a + " OR a = " + b + ")";
      case 6 -> "(a = " + a + " OR s = " + text + ")";
      case 7 -> "a BETWEEN " + Math.min(a, b) + " AND " + Math.max(a, b);
      case 8 -> "s = " + text;
      case 9 -> "s <= " + text;
      case 10 -> "d > " + a / 2.0;
      case 11 -> "d <= " + a;
      case 12 -> random.nextBoolean() ? "a IS NULL" : "s IS NOT NULL";
      case 13 -> random.nextBoolean() ? "e" : "NOT e";
      case 14 -> "a + 1 > " + a;
      default -> "10 / a > " + a % 4;
    };
  }

  private static String all(List<String> conjuncts) {
    return String.join(" AND ", conjuncts);
  }

  /** Without an index; null where a row makes the condition fail. */
  private @Nullable List<String> exact(String sql) {
    Sql.run(session, "SET quiver.recall_target = 1");
    try {
      return Sql.column(session, sql);
    } catch (QuiverException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.DIVISION_BY_ZERO);
      return null;
    } finally {
      Sql.run(session, "RESET quiver.recall_target");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void serveOnlyWhatTheyHave(long seed) {
    Random random = new Random(seed);
    Sql.run(
        session,
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR, d DOUBLE, e BOOLEAN, v VECTOR(4))");
    fill(random, 0);
    Sql.run(session, "FLUSH");
    int served = 0;
    for (int round = 0; round < 24; round++) {
      List<String> condition = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        condition.add(conjunct(random));
      }
      Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING flat WHERE " + all(condition));
      store.buildIndexes();
      switch (round % 8) {
        case 3 -> Sql.run(session, "DELETE FROM t WHERE id % 13 = " + round % 13);
        case 5 -> {
          Sql.run(session, "OPTIMIZE TABLE t");
          store.buildIndexes();
        }
        case 6 -> {
          close();
          open();
          store.buildIndexes();
        }
        default -> {}
      }
      for (int i = 0; i < 12; i++) {
        served += search(random, condition, "seed " + seed + ": " + all(condition)) ? 1 : 0;
      }
      Sql.run(session, "DROP INDEX t_v");
    }
    assertThat(served).as("seed " + seed).isGreaterThan(10);
  }

  @Test
  void goBeforeOneOfAllRowsThatTakesAsMuchButForTheFilter() {
    Sql.run(
        session,
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, s VARCHAR, d DOUBLE, e BOOLEAN, v VECTOR(4))");
    fill(new Random(4), 0);
    Sql.run(session, "FLUSH");
    String index = " ON t USING hnsw (v vector_l2_ops) WITH (quantizer = 'rabitq')";
    Sql.run(session, "CREATE INDEX a_all" + index);
    Sql.run(session, "CREATE INDEX b_some" + index + " WHERE a < 9");
    store.buildIndexes();
    String nearest = " ORDER BY v <-> '[0,0.5,-0.25,1]' LIMIT 5";
    assertThat(plan("SELECT id FROM t WHERE a < 9" + nearest)).contains("index=b_some segments=1");
    assertThat(plan("SELECT id FROM t WHERE a < 10" + nearest)).contains("index=a_all segments=1");
    assertThat(plan("SELECT id FROM t" + nearest)).contains("index=a_all segments=1");
  }

  private String plan(String sql) {
    return String.join("\n", Sql.column(session, "EXPLAIN ANALYZE " + sql));
  }

  /** Says whether the index was used. */
  private boolean search(Random random, List<String> condition, String what) {
    List<String> where = new ArrayList<>();
    for (String conjunct : condition) {
      if (random.nextInt(4) > 0) {
        where.add(conjunct);
      }
    }
    for (int i = random.nextInt(3); i >= 0; i--) {
      where.add(conjunct(random));
    }
    String sql =
        String.format(
            "SELECT id FROM t WHERE %s ORDER BY v <-> '[%.3f,0.5,-0.25,1]' LIMIT %d",
            all(where), random.nextGaussian(), 1 + random.nextInt(40));
    List<String> exact = exact(sql);
    if (exact == null) {
      return false;
    }
    assertThat(Sql.column(session, sql)).as(what + " serves " + sql).isEqualTo(exact);
    return plan(sql).contains("t_v segments=");
  }
}
