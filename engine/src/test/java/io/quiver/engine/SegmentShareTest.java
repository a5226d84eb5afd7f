package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Searches of many segments ask each for its share of the nearest rows, which is wrong where all of
 * them lie in one segment.
 */
class SegmentShareTest {
  @RegisterExtension static final IndexedSegments INDEXED = new IndexedSegments(300);

  private static final int SEGMENTS = 8;
  private static final int ROWS = 400;
  private static final int DIMENSION = 16;
  private static final long SEED = 11;

  private final SegmentedTable table = new SegmentedTable();
  private final Session session = table.session();
  private final Random random = new Random(SEED);

  @AfterEach
  void close() {
    table.close();
  }

  private float[] near(int cluster) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (5 * Math.sin(cluster * 31 + i * 7) + random.nextGaussian());
    }
    return vector;
  }

  /** Puts a cluster into each segment, or the rows of all of them into every one. */
  private void table(String using, boolean apart) {
    table.create(DIMENSION, using);
    for (int segment = 0; segment < SEGMENTS; segment++) {
      table.addSegment(ROWS, id -> near(apart ? id / ROWS : random.nextInt(SEGMENTS)));
    }
  }

  private String search(int cluster, String where, int limit) {
    String query = "'" + Arrays.toString(near(cluster)) + "'";
    return "SELECT id FROM t " + where + " ORDER BY v <-> " + query + " LIMIT " + limit;
  }

  /** Part of the exact answer that comes; as many rows as there are must come. */
  private double recall(String search) {
    List<String> found = Sql.column(session, search);
    List<String> exact = Sql.column(session, search + " WITH RECALL 1");
    assertThat(found).as("%s, seed %d", search, SEED).doesNotHaveDuplicates().hasSameSizeAs(exact);
    List<String> both = new ArrayList<>(exact);
    both.retainAll(found);
    return (double) both.size() / exact.size();
  }

  private void checkAll() {
    double sum = 0;
    int searches = 0;
    for (int cluster = 0; cluster < SEGMENTS; cluster++) {
      for (int limit : new int[] {1, 10, 50, ROWS + 10}) {
        sum += recall(search(cluster, "", limit)) + recall(search(cluster, "WHERE ten = 3", limit));
        searches += 2;
      }
    }
    assertThat(sum / searches).as("seed %d", SEED).isGreaterThan(0.9);
  }

  private String plan(String search) {
    return String.join("\n", Sql.column(session, "EXPLAIN ANALYZE " + search));
  }

  @ParameterizedTest
  @MethodSource("io.quiver.engine.VectorIndexKinds#all")
  void allOfTheNearestMayBeInOneSegment(String using) {
    table(using, true);
    checkAll();
    assertThat(plan(search(3, "", 50))).containsPattern("index=t_v segments=\\d/\\d repeated=\\d");
  }

  @ParameterizedTest
  @MethodSource("io.quiver.engine.VectorIndexKinds#all")
  void theNearestMayBeAnywhere(String using) {
    table(using, false);
    checkAll();
    assertThat(recall(search(0, "", SEGMENTS * ROWS))).isEqualTo(1);
    assertThat(recall(search(0, "WHERE id < 7", 10))).isEqualTo(1);
  }
}
