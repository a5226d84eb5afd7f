package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.call;
import static io.quiver.executor.operator.Plans.column;
import static java.lang.Boolean.FALSE;
import static java.lang.Boolean.TRUE;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.JoinKey.Nulls;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
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
    List<JoinKey> keys =
        seed == 1 ? List.of(JoinKey.of(1, 0)) : List.of(JoinKey.of(0, 2), JoinKey.of(1, 0));
    Expression residual = seed == 2 ? null : RESIDUAL;
    PlanNode plan =
        new PlanNode.HashJoin(
            Plans.values(Plans.schema(LEFT), left),
            Plans.values(Plans.schema(RIGHT), right),
            type,
            keys,
            residual,
            schema(type));
    Condition matches = (l, r) -> and(keysMatch(keys, l, r), residual == null ? TRUE : less(l, r));
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
            reference(left, right, type, (l, r) -> condition == null ? TRUE : less(l, r)));
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
            List.of(JoinKey.of(1, 0)),
            null,
            schema(JoinType.INNER));
    List<List<@Nullable Object>> rows = Plans.run(plan);
    assertThat(rows).hasSize(10_000);
    assertThat(rows.get(4_999)).containsExactly(1L, "k", 0, "k", 1, 4_999L);
    assertThat(rows.get(5_000)).containsExactly(2L, "k", 0, "k", 1, 0L);
  }

  static Stream<Arguments> keyKinds() {
    return Stream.of(JoinType.MARK, JoinType.ANTI)
        .flatMap(type ->
            Stream.of(
                    List.of(Nulls.UNKNOWN),
                    List.of(Nulls.UNKNOWN, Nulls.UNKNOWN),
                    List.of(Nulls.NEVER, Nulls.UNKNOWN),
                    List.of(Nulls.EQUAL, Nulls.UNKNOWN),
                    List.of(Nulls.EQUAL, Nulls.EQUAL))
                .flatMap(kinds ->
                    Stream.of(1L, 2L, 3L, 4L).map(seed -> Arguments.of(type, kinds, seed))));
  }

  @ParameterizedTest
  @MethodSource("keyKinds")
  void nullsInKeysAreUnknownOrEqual(JoinType type, List<Nulls> kinds, long seed) {
    Random random = new Random(seed);
    int domain = seed < 3 ? 4 : 60;
    List<List<@Nullable Object>> left = Plans.randomRows(random, 300, domain, LEFT);
    List<List<@Nullable Object>> right =
        Plans.randomRows(random, seed == 4 ? 0 : (int) seed * 20, domain, RIGHT);
    if (seed == 3) {
      right.removeIf(row -> row.contains(null));
    }
    List<JoinKey> keys = new ArrayList<>();
    keys.add(new JoinKey(0, 2, kinds.getFirst()));
    if (kinds.size() > 1) {
      keys.add(new JoinKey(1, 0, kinds.getLast()));
    }
    Expression residual = seed == 2 ? RESIDUAL : null;
    PlanNode plan =
        new PlanNode.HashJoin(
            Plans.values(Plans.schema(LEFT), left),
            Plans.values(Plans.schema(RIGHT), right),
            type,
            keys,
            residual,
            schema(type));
    Condition matches = (l, r) -> and(keysMatch(keys, l, r), residual == null ? TRUE : less(l, r));
    boolean unknownCounts = kinds.contains(Nulls.UNKNOWN);
    List<List<@Nullable Object>> expected =
        type == JoinType.ANTI && unknownCounts
            ? unmatched(left, right, matches)
            : reference(left, right, type, matches);
    assertThat(Plans.run(plan))
        .as("%s %s seed %d", type, kinds, seed)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  static Stream<Arguments> correlatedCases() {
    return cases()
        .filter(c -> !List.of(JoinType.RIGHT, JoinType.FULL).contains((JoinType) c.get()[0]));
  }

  @ParameterizedTest
  @MethodSource("correlatedCases")
  void correlatedJoinGivesWhatComparingAllPairsGives(JoinType type, long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> left = Plans.randomRows(random, 5_000, 12, LEFT);
    List<List<@Nullable Object>> right = Plans.randomRows(random, 40, 12, RIGHT);
    Expression condition = seed == 1 ? null : RESIDUAL;
    Expression outer = new Expression.OuterColumn(0, SqlType.BIGINT);
    PlanNode plan =
        new PlanNode.CorrelatedJoin(
            Plans.values(Plans.schema(LEFT), left),
            new PlanNode.Filter(
                Plans.values(Plans.schema(RIGHT), right),
                call(ScalarFunction.LESS, outer, column(2, SqlType.BIGINT))),
            type,
            0,
            List.of(0),
            condition,
            schema(type));
    Condition matches =
        (l, r) -> {
          Object a = l.get(0);
          Object b = r.get(2);
          boolean comes = a != null && b != null && (long) a < (long) b;
          return !comes ? FALSE : condition == null ? TRUE : less(l, r);
        };
    assertThat(Plans.run(plan))
        .as("%s seed %d", type, seed)
        .containsExactlyInAnyOrderElementsOf(reference(left, right, type, matches));
  }

  /** The left rows of which it is known that no right row matches. */
  private static List<List<@Nullable Object>> unmatched(
      List<List<@Nullable Object>> left, List<List<@Nullable Object>> right, Condition matches) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<@Nullable Object> l : left) {
      boolean none = true;
      for (List<@Nullable Object> r : right) {
        none &= FALSE.equals(matches.test(l, r));
      }
      if (none) {
        rows.add(l);
      }
    }
    return rows;
  }

  /** Whether a pair matches; null for unknown. */
  private interface Condition {
    @Nullable Boolean test(List<@Nullable Object> left, List<@Nullable Object> right);
  }

  private static @Nullable Boolean and(@Nullable Boolean a, @Nullable Boolean b) {
    if (FALSE.equals(a) || FALSE.equals(b)) {
      return false;
    }
    return (a == null || b == null) ? null : (Boolean) true;
  }

  private static @Nullable Boolean keysMatch(
      List<JoinKey> keys, List<@Nullable Object> left, List<@Nullable Object> right) {
    Boolean all = true;
    for (JoinKey key : keys) {
      Object a = left.get(key.left());
      Object b = right.get(key.right());
      all =
          and(
              all,
              switch (key.nulls()) {
                case NEVER -> a != null && a.equals(b);
                case EQUAL -> Objects.equals(a, b);
                case UNKNOWN -> (a == null || b == null) ? null : (Boolean) a.equals(b);
              });
    }
    return all;
  }

  private static @Nullable Boolean less(List<@Nullable Object> left, List<@Nullable Object> right) {
    Object a = left.get(2);
    Object b = right.get(1);
    return (a == null || b == null) ? null : (Boolean) ((int) a < (int) b);
  }

  private static Schema schema(JoinType type) {
    Stream<SqlType> right =
        type.givesRight()
            ? Stream.of(RIGHT)
            : type == JoinType.MARK ? Stream.of(SqlType.BOOLEAN) : Stream.of();
    return Plans.schema(Stream.concat(Stream.of(LEFT), right).toArray(SqlType[]::new));
  }

  private static List<List<@Nullable Object>> reference(
      List<List<@Nullable Object>> left,
      List<List<@Nullable Object>> right,
      JoinType type,
      Condition matches) {
    List<List<@Nullable Object>> result = new ArrayList<>();
    for (List<@Nullable Object> l : left) {
      Boolean any = false;
      for (List<@Nullable Object> r : right) {
        Boolean match = matches.test(l, r);
        if (TRUE.equals(match)) {
          any = true;
          if (type.givesRight()) {
            result.add(concat(l, r));
          }
        } else if (match == null && FALSE.equals(any)) {
          any = null;
        }
      }
      if (!TRUE.equals(any) && (type == JoinType.LEFT || type == JoinType.FULL)) {
        result.add(concat(l, Collections.nCopies(RIGHT.length, null)));
      }
      if (type == JoinType.MARK) {
        result.add(concat(l, Collections.singletonList(any)));
      } else if (!type.givesRight() && TRUE.equals(any) == (type == JoinType.SEMI)) {
        result.add(l);
      }
    }
    if (type == JoinType.RIGHT || type == JoinType.FULL) {
      for (List<@Nullable Object> r : right) {
        boolean matched = false;
        for (List<@Nullable Object> l : left) {
          matched |= TRUE.equals(matches.test(l, r));
        }
        if (!matched) {
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
