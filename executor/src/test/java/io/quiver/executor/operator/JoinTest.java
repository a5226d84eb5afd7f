package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.call;
import static io.quiver.executor.operator.Plans.column;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BiPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JoinTest {
  private static final SqlType[] LEFT = {SqlType.BIGINT, SqlType.TEXT, SqlType.INTEGER};
  private static final SqlType[] RIGHT = {SqlType.TEXT, SqlType.INTEGER, SqlType.BIGINT};

  // The third left column is less than the second right one.
  private static final Expression RESIDUAL =
      call(ScalarFunction.LESS, column(2, SqlType.INTEGER), column(4, SqlType.INTEGER));

  static Stream<Arguments> cases() {
    return Stream.of(JoinType.values())
        .flatMap(type -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(type, seed)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void hashJoinGivesWhatComparingAllPairsGives(JoinType type, long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> left = Plans.randomRows(random, 500, 12, LEFT);
    List<List<@Nullable Object>> right = Plans.randomRows(random, 300, 12, RIGHT);
    List<Integer> leftKeys = seed == 1 ? List.of(1) : List.of(0, 1);
    List<Integer> rightKeys = seed == 1 ? List.of(0) : List.of(2, 0);
    Expression residual = seed == 2 ? null : RESIDUAL;
    PlanNode plan =
        new PlanNode.HashJoin(
            Plans.values(Plans.schema(LEFT), left),
            Plans.values(Plans.schema(RIGHT), right),
            type,
            leftKeys,
            rightKeys,
            residual,
            schema(type));
    BiPredicate<List<@Nullable Object>, List<@Nullable Object>> matches =
        (l, r) -> {
          for (int i = 0; i < leftKeys.size(); i++) {
            Object key = l.get(leftKeys.get(i));
            if (key == null || !key.equals(r.get(rightKeys.get(i)))) {
              return false;
            }
          }
          return residual == null || isLess(l.get(2), r.get(1));
        };
    assertThat(Plans.run(plan))
        .as("%s seed %d", type, seed)
        .containsExactlyInAnyOrderElementsOf(reference(left, right, type, matches));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nestedLoopJoinGivesWhatComparingAllPairsGives(JoinType type, long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> left = Plans.randomRows(random, 90, 40, LEFT);
    List<List<@Nullable Object>> right = Plans.randomRows(random, seed == 3 ? 0 : 70, 40, RIGHT);
    Expression condition = seed == 2 ? null : RESIDUAL;
    PlanNode plan =
        new PlanNode.NestedLoopJoin(
            Plans.values(Plans.schema(LEFT), left),
            Plans.values(Plans.schema(RIGHT), right),
            type,
            condition,
            schema(type));
    assertThat(Plans.run(plan))
        .as("%s seed %d", type, seed)
        .containsExactlyInAnyOrderElementsOf(
            reference(
                left, right, type, (l, r) -> condition == null || isLess(l.get(2), r.get(1))));
  }

  @Test
  void oneKeyWithManyMatchesComesInOrderAndInBatches() {
    List<List<@Nullable Object>> right = new ArrayList<>();
    for (long i = 0; i < 5_000; i++) {
      right.add(List.of("k", 1, i));
    }
    PlanNode plan =
        new PlanNode.HashJoin(
            Plans.values(Plans.schema(LEFT), List.of(List.of(1L, "k", 0), List.of(2L, "k", 0))),
            Plans.values(Plans.schema(RIGHT), right),
            JoinType.INNER,
            List.of(1),
            List.of(0),
            null,
            schema(JoinType.INNER));
    List<List<@Nullable Object>> rows = Plans.run(plan);
    assertThat(rows).hasSize(10_000);
    assertThat(rows.get(4_999)).containsExactly(1L, "k", 0, "k", 1, 4_999L);
    assertThat(rows.get(5_000)).containsExactly(2L, "k", 0, "k", 1, 0L);
  }

  private static boolean isLess(@Nullable Object a, @Nullable Object b) {
    return a != null && b != null && (int) a < (int) b;
  }

  private static Schema schema(JoinType type) {
    boolean leftAlone = type == JoinType.SEMI || type == JoinType.ANTI;
    return leftAlone
        ? Plans.schema(LEFT)
        : Plans.schema(Stream.concat(Stream.of(LEFT), Stream.of(RIGHT)).toArray(SqlType[]::new));
  }

  private static List<List<@Nullable Object>> reference(
      List<List<@Nullable Object>> left,
      List<List<@Nullable Object>> right,
      JoinType type,
      BiPredicate<List<@Nullable Object>, List<@Nullable Object>> matches) {
    List<List<@Nullable Object>> result = new ArrayList<>();
    boolean pairs = type != JoinType.SEMI && type != JoinType.ANTI;
    for (List<@Nullable Object> l : left) {
      boolean any = false;
      for (List<@Nullable Object> r : right) {
        if (matches.test(l, r)) {
          any = true;
          if (pairs) {
            result.add(concat(l, r));
          }
        }
      }
      if (!any && (type == JoinType.LEFT || type == JoinType.FULL)) {
        result.add(concat(l, Collections.nCopies(RIGHT.length, null)));
      }
      if (!pairs && any == (type == JoinType.SEMI)) {
        result.add(l);
      }
    }
    if (type == JoinType.RIGHT || type == JoinType.FULL) {
      for (List<@Nullable Object> r : right) {
        if (left.stream().noneMatch(l -> matches.test(l, r))) {
          result.add(concat(Collections.nCopies(LEFT.length, null), r));
        }
      }
    }
    return result;
  }

  private static List<@Nullable Object> concat(
      List<? extends @Nullable Object> a, List<? extends @Nullable Object> b) {
    List<@Nullable Object> both = new ArrayList<>(a);
    both.addAll(b);
    return both;
  }
}
