package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Searches of many segments by several threads give what those by one thread give. */
class SearchThreadsTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(1_000);

  private static final int SEGMENTS = 8;
  private static final int ROWS = 2_000;
  private static final long SEED = 5;

  private final SegmentedTable table = new SegmentedTable();
  private final Session session = table.session();
  private final Session alone = table.database().connect();
  private final Random random = new Random(SEED);

  @BeforeEach
  void fill() {
    Sql.run(alone, "SET quiver.search_threads = 1");
    table.create(8, "hnsw");
    for (int segment = 0; segment < SEGMENTS; segment++) {
      table.addSegment(ROWS, id -> id % 100 == 99 ? null : vector());
    }
    Sql.run(session, "DELETE FROM t WHERE id % 7 = 3");
  }

  @AfterEach
  void close() {
    alone.close();
    table.close();
  }

  private float[] vector() {
    float[] vector = new float[8];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private List<String> searches() {
    List<String> searches = new ArrayList<>();
    for (String where :
        List.of("", "WHERE ten = 3", "WHERE id % 1000 > 990", "WHERE id < 5", "WHERE v IS NULL")) {
      for (int limit : new int[] {0, 1, 10, 300, SEGMENTS * ROWS}) {
        String query = "'" + Arrays.toString(vector()) + "'";
        searches.add("SELECT id FROM t " + where + " ORDER BY v <-> " + query + " LIMIT " + limit);
      }
    }
    return searches;
  }

  private void check(Session by) {
    for (String search : searches()) {
      assertThat(Sql.column(by, search))
          .as("%s, seed %d", search, SEED)
          .isEqualTo(Sql.column(alone, search));
    }
  }

  @Test
  void exactSearchesAreThoseOfOneThread() {
    Sql.run(session, "SET quiver.recall_target = 1");
    Sql.run(alone, "SET quiver.recall_target = 1");
    check(session);
  }

  @Test
  void searchesByAnIndexAreThoseOfOneThread() {
    check(session);
    Sql.run(session, "CREATE INDEX t_ten ON t (ten)");
    table.buildIndexes();
    check(session);
  }

  @Test
  void threadsHelpWhereProcessorsAreIdle() {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1);
    Sql.run(session, "SET quiver.recall_target = 1");
    Sql.run(alone, "SET quiver.recall_target = 1");
    String search = "EXPLAIN ANALYZE " + searches().get(3);
    assertThat(String.join("\n", Sql.column(alone, search))).doesNotContain("threads=");
    boolean helped = false;
    // Whoever gets no processor before the search is over does not help.
    for (int attempt = 0; attempt < 1_000 && !helped; attempt++) {
      helped = String.join("\n", Sql.column(session, search)).contains(" threads=");
    }
    assertThat(helped).as(String.join("\n", Sql.column(session, search))).isTrue();
  }

  @Test
  void sessionsSearchAtTheSameTime() {
    List<String> searches = searches();
    List<List<String>> expected = searches.stream().map(s -> Sql.column(alone, s)).toList();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(
          CompletableFuture.runAsync(() -> {
            try (Session own = table.database().connect()) {
              for (int at = 0; at < searches.size(); at++) {
                assertThat(Sql.column(own, searches.get(at))).isEqualTo(expected.get(at));
              }
            }
          }));
    }
    all.forEach(CompletableFuture::join);
  }

  @Test
  void anErrorOfAnyThreadIsTheStatements() {
    Sql.run(session, "SET quiver.recall_target = 1");
    for (int row : new int[] {11, ROWS * SEGMENTS / 2, ROWS * SEGMENTS - 10}) {
      String search =
          searches().get(2).replace(" ORDER", " WHERE 10 / (id - " + row + ") < 5 ORDER");
      for (int round = 0; round < 5; round++) {
        assertThatThrownBy(() -> Sql.column(session, search))
            .isInstanceOfSatisfying(
                QuiverException.class,
                e -> assertThat(e.code()).isEqualTo(ErrorCode.DIVISION_BY_ZERO));
      }
    }
    check(session);
  }
}
