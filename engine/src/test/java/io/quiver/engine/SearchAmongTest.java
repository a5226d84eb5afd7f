package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Searches among the rows with a value of a subquery find what a join finds. */
class SearchAmongTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(300);

  private static final int ROWS = 2_000;
  private static final long SEED = 17;

  private final LocalStore store = LocalStore.inMemory();
  private final Database database = Database.over(store, "t");
  private final Session session = database.connect();
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    session.close();
    database.close();
  }

  private void fill() {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, a INT, b TEXT, v VECTOR(8))");
    Sql.run(session, "CREATE TABLE s (a INT, b TEXT, w INT)");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING flat");
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = 0; id < ROWS; id++) {
      rows.add(
          Arrays.asList(id, small(40), "" + small(30), random.nextInt(50) == 0 ? null : vector()));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?, ?)"), rows, () -> false);
    rows.clear();
    for (int i = 0; i < 60; i++) {
      rows.add(Arrays.asList(small(60), random.nextInt(5) == 0 ? null : "" + small(60), i));
    }
    session.insertAll(session.prepare("INSERT INTO s VALUES (?, ?, ?)"), rows, () -> false);
    store.buildIndexes();
  }

  private @Nullable Integer small(int bound) {
    return random.nextInt(10) == 0 ? null : Integer.valueOf(random.nextInt(bound));
  }

  private float[] vector() {
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private List<String> column(String sql, List<@Nullable Object> parameters) {
    List<String> values = new ArrayList<>();
    try (QueryResult result = session.execute(session.prepare(sql), parameters)) {
      for (var batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          values.add(String.valueOf(batch.column(0).get(row)));
        }
      }
    }
    return values;
  }

  /** The index measures all rows; what is one of two alternatives stays a join. */
  @Test
  void aSearchFindsWhatAJoinFinds() {
    fill();
    for (String condition :
        List.of(
            "a IN (SELECT a FROM s WHERE w < ?)",
            "b IN (SELECT b FROM s WHERE w < ?)",
            "a + 1 IN (SELECT a FROM s WHERE w < ?) AND b IN (SELECT b FROM s)",
            "EXISTS (SELECT 1 FROM s WHERE s.a = t.a AND w < ?)")) {
      String sql = "SELECT id FROM t WHERE %s ORDER BY v <-> ? LIMIT ?";
      String search = sql.formatted(condition);
      String join = sql.formatted("(" + condition + " OR id < 0)");
      assertThat(Sql.column(session, "EXPLAIN " + search)).anyMatch(line -> line.contains("among"));
      assertThat(Sql.column(session, "EXPLAIN " + join)).noneMatch(line -> line.contains("among"));
      for (int below : new int[] {0, 1, 3, 30, 60}) {
        for (int limit : new int[] {0, 1, 10, ROWS}) {
          List<@Nullable Object> parameters = List.of(below, vector(), limit);
          assertThat(column(search, parameters))
              .as("%s with %d and %d, seed %d", search, below, limit, SEED)
              .isEqualTo(column(join, parameters));
        }
      }
    }
  }
}
