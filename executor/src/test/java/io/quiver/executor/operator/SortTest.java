package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.bigint;
import static io.quiver.executor.operator.Plans.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortTest {
  private static final SqlType[] TYPES = {
    SqlType.TEXT, SqlType.INTEGER, SqlType.BIGINT, SqlType.DOUBLE, SqlType.BOOLEAN, SqlType.REAL
  };
  private static final Schema SCHEMA = Plans.schema(TYPES);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void rowsAreInOrderAndEqualOnesAsTheyCame(long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> rows = Plans.randomRows(random, random.nextInt(8_000), 9, TYPES);
    List<SortKey> keys = randomKeys(random);
    List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
    sorted.sort(comparator(keys));
    PlanNode input = Plans.values(SCHEMA, rows);
    assertThat(Plans.run(new PlanNode.Sort(input, keys))).as("seed %d", seed).isEqualTo(sorted);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void topRowsAreThoseOfTheSort(long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> rows =
        Plans.randomRows(random, random.nextInt(5_000, 20_000), seed < 5 ? 9 : 20_000, TYPES);
    List<SortKey> keys = randomKeys(random);
    List<List<@Nullable Object>> sorted = new ArrayList<>(rows);
    sorted.sort(comparator(keys));
    int offset = random.nextInt(3) * 7;
    int fetch = random.nextInt(seed % 2 == 0 ? 30 : 4_000);
    PlanNode input = Plans.values(SCHEMA, rows);
    PlanNode top = new PlanNode.TopK(input, keys, bigint(offset), bigint(fetch));
    int end = Math.min(sorted.size(), offset + fetch);
    assertThat(Plans.run(top)).as("seed %d", seed).isEqualTo(sorted.subList(offset, end));
  }

  @Test
  void topRowsNeedMemoryForThemselvesAlone() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (long i = 0; i < 40_000; i++) {
      rows.add(List.of(-i));
    }
    ExecutionContext context = Plans.context(new TestTables());
    Schema schema = Plans.schema(SqlType.BIGINT);
    PlanNode top =
        new PlanNode.TopK(
            Plans.values(schema, rows), List.of(new SortKey(0, false, false)), null, bigint(3));
    assertThat(Plans.run(top, context))
        .containsExactly(List.of(-39_999L), List.of(-39_998L), List.of(-39_997L));
    assertThat(context.memory().peakBytes()).isLessThan(250_000);
  }

  @Test
  void zerosAreEqualAndNanIsLargest() {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Double value :
        Arrays.asList(Double.NaN, 0.0, null, -0.0, Double.POSITIVE_INFINITY, -1.0, 0.0)) {
      rows.add(Arrays.asList((Object) value));
    }
    PlanNode input = Plans.values(Plans.schema(SqlType.DOUBLE), rows);
    assertThat(Plans.run(new PlanNode.Sort(input, List.of(new SortKey(0, false, false)))))
        .extracting(List::getFirst)
        .containsExactly(-1.0, 0.0, -0.0, 0.0, Double.POSITIVE_INFINITY, Double.NaN, null);
    assertThat(Plans.run(new PlanNode.Sort(input, List.of(new SortKey(0, true, false)))))
        .extracting(List::getFirst)
        .containsExactly(Double.NaN, Double.POSITIVE_INFINITY, 0.0, -0.0, 0.0, -1.0, null);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void limitCutsTheRowsThatItIsGiven(long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> rows = Plans.randomRows(random, 6_000, 9, TYPES);
    int offset = random.nextInt(7_000);
    int fetch = random.nextInt(7_000);
    PlanNode input = Plans.values(SCHEMA, rows);
    PlanNode limit = new PlanNode.Limit(input, bigint(offset), bigint(fetch));
    int from = Math.min(offset, rows.size());
    assertThat(Plans.run(limit))
        .as("seed %d", seed)
        .isEqualTo(rows.subList(from, Math.min(rows.size(), from + fetch)));
  }

  @Test
  void nullLimitsNothingAndNegativeNumbersAreRefused() {
    PlanNode input = Plans.values(Plans.schema(SqlType.BIGINT), List.of(List.of(1L), List.of(2L)));
    Expression none = literal(null, SqlType.BIGINT);
    assertThat(Plans.run(new PlanNode.Limit(input, none, none))).hasSize(2);
    assertThat(Plans.run(new PlanNode.Limit(input, null, bigint(0)))).isEmpty();
    assertThat(Plans.run(new PlanNode.Limit(input, bigint(1), bigint(Long.MAX_VALUE)))).hasSize(1);
    assertRefused(new PlanNode.Limit(input, null, bigint(-1)), "2201W");
    assertRefused(new PlanNode.Limit(input, bigint(-1), null), "2201X");
    List<SortKey> ascending = List.of(new SortKey(0, false, false));
    assertRefused(new PlanNode.TopK(input, ascending, null, bigint(-1)), "2201W");
    assertRefused(new PlanNode.TopK(input, ascending, bigint(-1), bigint(1)), "2201X");
  }

  private static void assertRefused(PlanNode plan, String sqlState) {
    assertThatThrownBy(() -> Plans.run(plan))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(sqlState));
  }

  private static List<SortKey> randomKeys(Random random) {
    List<SortKey> keys = new ArrayList<>();
    int count = random.nextInt(1, 4);
    for (int i = 0; i < count; i++) {
      keys.add(
          new SortKey(random.nextInt(TYPES.length), random.nextBoolean(), random.nextBoolean()));
    }
    return keys;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Comparator<List<@Nullable Object>> comparator(List<SortKey> keys) {
    return (a, b) -> {
      for (SortKey key : keys) {
        Comparator<Comparable> values =
            key.descending() ? Comparator.reverseOrder() : Comparator.naturalOrder();
        int order =
            (key.nullsFirst() ? Comparator.nullsFirst(values) : Comparator.nullsLast(values))
                .compare((Comparable) a.get(key.column()), (Comparable) b.get(key.column()));
        if (order != 0) {
          return order;
        }
      }
      return 0;
    };
  }
}
