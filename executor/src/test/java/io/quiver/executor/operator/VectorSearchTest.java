package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.bigint;
import static io.quiver.executor.operator.Plans.call;
import static io.quiver.executor.operator.Plans.column;
import static io.quiver.executor.operator.Plans.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class VectorSearchTest {
  private static final int DIMENSION = 5;
  private static final SqlType[] TYPES = {SqlType.INTEGER, SqlType.vector(DIMENSION)};

  static Stream<Arguments> cases() {
    return Stream.of(Metric.values())
        .filter(Encoding.FLOAT32::has)
        .flatMap(metric -> Stream.of(1L, 2L, 3L, 4L, 5L).map(seed -> Arguments.of(metric, seed)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void searchGivesWhatBruteForceGives(Metric metric, long seed) {
    Random random = new Random(seed);
    TestTables tables = new TestTables();
    // Few values a dimension, so that equal distances, zero vectors and nulls are frequent.
    int domain = seed == 1 ? 1 : seed == 2 ? 2 : 50;
    TableId table = filled(tables, random, domain);
    int least = random.nextInt(12);
    float[] query = query(random, domain);
    List<List<@Nullable Object>> expected = bruteForce(tables, table, metric, query, least);
    int offset = random.nextInt(3) * 5;
    int fetch = seed == 4 ? 1 << 20 : random.nextInt(1, 40);

    List<List<@Nullable Object>> found =
        Plans.run(search(table, metric, query, least, bigint(offset), bigint(fetch)), tables);
    int end = Math.min(expected.size(), offset + fetch);
    assertThat(found).as("%s seed %d", metric, seed).hasSize(Math.max(0, end - offset));
    for (int i = 0; i < found.size(); i++) {
      Object distance = expected.get(offset + i).get(1);
      if (distance == null) {
        assertThat(found.get(i).get(1)).isNull();
      } else {
        assertThat((Double) found.get(i).get(1)).isCloseTo((double) distance, within(1e-4));
      }
    }
    // Rounding may swap neighbours in cosine and L2; the others are exact over small integers.
    if (metric == Metric.L1 || metric == Metric.NEGATIVE_INNER_PRODUCT) {
      assertThat(found.stream().map(List::getFirst))
          .as("%s seed %d", metric, seed)
          .isEqualTo(expected.subList(offset, end).stream().map(List::getFirst).toList());
    }
  }

  @Test
  void rowsWithoutADistanceFillUp() {
    TestTables tables = new TestTables();
    TableId table = tables.create(0, TYPES);
    tables.insert(table, Arrays.asList(1, null));
    tables.insert(table, List.of(2, new float[] {0, 0, 0, 0, 0}));
    tables.newSegment(table);
    tables.insert(table, List.of(3, new float[] {1, 0, 0, 0, 0}));
    tables.insert(table, Arrays.asList(4, null));
    tables.delete(table, new long[] {0});
    float[] query = {1, 0, 0, 0, 0};
    assertThat(Plans.run(search(table, Metric.COSINE, query, 0, null, bigint(10)), tables))
        .containsExactly(List.of(2L, 0.0), Arrays.asList(1L, null), Arrays.asList(3L, null));
    assertThat(Plans.run(search(table, Metric.COSINE, null, 0, null, bigint(2)), tables))
        .containsExactly(Arrays.asList(1L, null), Arrays.asList(2L, null));
  }

  @Test
  void limitsAreChecked() {
    TestTables tables = new TestTables();
    TableId table = filled(tables, new Random(1), 5);
    float[] query = query(new Random(2), 5);
    assertThat(Plans.run(search(table, Metric.L2, query, 0, null, bigint(0)), tables)).isEmpty();
    assertState(tables, search(table, Metric.L2, query, 0, null, bigint(-1)), "2201W");
    assertState(tables, search(table, Metric.L2, query, 0, bigint(-1), bigint(1)), "2201X");
    float[] wrong = {1, 2};
    assertState(tables, search(table, Metric.L2, wrong, 0, null, bigint(1)), "22000");
  }

  private static void assertState(TestTables tables, PlanNode plan, String sqlState) {
    assertThatThrownBy(() -> Plans.run(plan, tables))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(sqlState));
  }

  private static TableId filled(TestTables tables, Random random, int domain) {
    TableId table = tables.create(0, TYPES);
    for (int segment = 0; segment < 3; segment++) {
      for (int i = random.nextInt(5_000); i > 0; i--) {
        Object vector = random.nextInt(20) == 0 ? null : query(random, domain);
        tables.insert(table, Arrays.asList(random.nextInt(12), vector));
      }
      tables.newSegment(table);
    }
    tables.delete(table, random.longs(random.nextInt(6_000), 0, 12_000).toArray());
    return table;
  }

  private static float[] query(Random random, int domain) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextInt(-domain, domain);
    }
    return vector;
  }

  /** Row id and distance of the rows whose first column is at least {@code least}. */
  private static PlanNode search(
      TableId table,
      Metric metric,
      float @Nullable [] query,
      int least,
      @Nullable Expression offset,
      Expression fetch) {
    Expression filter =
        call(
            ScalarFunction.GREATER_OR_EQUAL,
            column(1, SqlType.INTEGER),
            literal(least, SqlType.INTEGER));
    Schema schema = Plans.schema(SqlType.BIGINT, SqlType.INTEGER, SqlType.DOUBLE);
    PlanNode search =
        new PlanNode.VectorSearch(
            table,
            List.of(ColumnId.ROW_ID, new ColumnId(0)),
            new ColumnId(1),
            metric,
            literal(query, SqlType.vector(DIMENSION)),
            least == 0 ? null : filter,
            offset,
            fetch,
            schema);
    return new PlanNode.Project(
        search,
        List.of(column(0, SqlType.BIGINT), column(2, SqlType.DOUBLE)),
        Plans.schema(SqlType.BIGINT, SqlType.DOUBLE));
  }

  private static List<List<@Nullable Object>> bruteForce(
      TestTables tables, TableId table, Metric metric, float[] query, int least) {
    List<List<@Nullable Object>> found = new ArrayList<>();
    for (List<@Nullable Object> row : tables.rows(table)) {
      if (row.get(1) instanceof Integer value && value >= least) {
        found.add(Arrays.asList(row.get(0), distance(metric, (float[]) row.get(2), query)));
      }
    }
    found.sort(
        Comparator.comparing(
                (List<@Nullable Object> row) -> (Double) row.get(1),
                Comparator.nullsLast(Comparator.naturalOrder()))
            .thenComparing(row -> (Long) row.get(0)));
    return found;
  }

  private static @Nullable Double distance(Metric metric, float @Nullable [] a, float[] b) {
    if (a == null) {
      return null;
    }
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double squares = 0;
    double absolute = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
      squares += (double) (a[i] - b[i]) * (a[i] - b[i]);
      absolute += Math.abs(a[i] - b[i]);
    }
    return switch (metric) {
      case L2 -> Math.sqrt(squares);
      case COSINE -> aa == 0 || bb == 0 ? null : (Double) (1 - dot / Math.sqrt(aa * bb));
      case NEGATIVE_INNER_PRODUCT -> 0 - dot;
      case L1 -> absolute;
      case L2_SQUARED -> squares;
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " over floats");
    };
  }
}
