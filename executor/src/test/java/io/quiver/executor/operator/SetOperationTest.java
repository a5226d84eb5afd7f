package io.quiver.executor.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SetOperationTest {
  private static final SqlType[] TYPES = {SqlType.INTEGER, SqlType.TEXT, SqlType.vector(2)};
  private static final Schema SCHEMA = Plans.schema(TYPES);

  static Stream<Arguments> cases() {
    return Stream.of(true, false)
        .flatMap(intersect -> Stream.of(true, false).map(all -> Arguments.of(intersect, all)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void rowsAreThoseThatRemovingOneByOneLeaves(boolean intersect, boolean all) {
    for (long seed = 1; seed <= 4; seed++) {
      Random random = new Random(seed);
      List<List<@Nullable Object>> left = Plans.randomRows(random, 3_000, 3, TYPES);
      List<List<@Nullable Object>> right = Plans.randomRows(random, 500, 3, TYPES);
      PlanNode plan =
          new PlanNode.SetDifference(
              Plans.values(SCHEMA, left), Plans.values(SCHEMA, right), intersect, all, SCHEMA);
      assertThat(Plans.run(plan))
          .as("seed %d", seed)
          .isEqualTo(reference(comparable(left), comparable(right), intersect, all));
    }
  }

  @Test
  void unionGivesAllRowsOfAllInputs() {
    Random random = new Random(1);
    List<List<@Nullable Object>> a = Plans.randomRows(random, 3_000, 3, TYPES);
    List<List<@Nullable Object>> b = Plans.randomRows(random, 10, 3, TYPES);
    PlanNode union =
        new PlanNode.UnionAll(
            List.of(
                Plans.values(SCHEMA, a), Plans.values(SCHEMA, List.of()), Plans.values(SCHEMA, b)),
            SCHEMA);
    List<List<@Nullable Object>> both = comparable(a);
    both.addAll(comparable(b));
    assertThat(Plans.run(union)).isEqualTo(both);
  }

  @Test
  void rowsWithoutColumnsAreStillRows() {
    Schema none = Plans.schema();
    PlanNode two = new PlanNode.Values(List.of(List.of(), List.of()), none);
    assertThat(Plans.run(two)).hasSize(2);
    assertThat(Plans.run(new PlanNode.SetDifference(two, two, true, false, none))).hasSize(1);
    try (Operator operator = OperatorBuilder.build(two, Plans.context(new TestTables()))) {
      assertThat(Plans.next(operator).rowCount()).isEqualTo(2);
    }
  }

  private static List<List<@Nullable Object>> comparable(List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> result = new ArrayList<>();
    for (List<@Nullable Object> row : rows) {
      List<@Nullable Object> values = new ArrayList<>();
      row.forEach(value -> values.add(Plans.comparable(value)));
      result.add(values);
    }
    return result;
  }

  private static List<List<@Nullable Object>> reference(
      List<List<@Nullable Object>> left,
      List<List<@Nullable Object>> right,
      boolean intersect,
      boolean all) {
    List<List<@Nullable Object>> rest = new ArrayList<>(right);
    List<List<@Nullable Object>> result = new ArrayList<>();
    for (List<@Nullable Object> row : left) {
      boolean found = all ? rest.remove(row) : rest.contains(row);
      if (found == intersect) {
        result.add(row);
      }
    }
    return all ? result : new ArrayList<>(new LinkedHashSet<>(result));
  }
}
