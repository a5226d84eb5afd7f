package io.quiver.executor.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.AggregateCall.Function;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AggregateTest {
  private static final SqlType[] TYPES = {
    SqlType.TEXT, SqlType.INTEGER, SqlType.BIGINT, SqlType.DOUBLE, SqlType.BOOLEAN, SqlType.REAL
  };

  private static final List<AggregateCall> CALLS =
      List.of(
          call(Function.COUNT, SqlType.BIGINT),
          call(Function.COUNT, SqlType.BIGINT, 2, 3),
          call(Function.SUM, SqlType.BIGINT, 2),
          call(Function.SUM, SqlType.DOUBLE, 3),
          call(Function.SUM, SqlType.REAL, 5),
          call(Function.AVG, SqlType.DOUBLE, 3),
          call(Function.MIN, SqlType.TEXT, 0),
          call(Function.MAX, SqlType.TEXT, 0),
          call(Function.MIN, SqlType.DOUBLE, 3),
          call(Function.MAX, SqlType.BOOLEAN, 4),
          call(Function.MAX, SqlType.INTEGER, 1),
          call(Function.MIN, SqlType.BIGINT, 2),
          call(Function.MAX, SqlType.REAL, 5),
          new AggregateCall(Function.COUNT, List.of(2), true, -1, null, SqlType.BIGINT),
          new AggregateCall(Function.SUM, List.of(2), true, 4, null, SqlType.BIGINT),
          new AggregateCall(Function.COUNT, List.of(), false, 4, null, SqlType.BIGINT),
          new AggregateCall(Function.LITERAL, List.of(), false, -1, 7L, SqlType.BIGINT));

  private static AggregateCall call(Function function, SqlType type, Integer... arguments) {
    return new AggregateCall(function, List.of(arguments), false, -1, null, type);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void groupsAreWhatAddingRowByRowGives(long seed) {
    Random random = new Random(seed);
    int domain = seed % 2 == 0 ? 6 : 4_000;
    List<List<@Nullable Object>> rows =
        Plans.randomRows(random, random.nextInt(100, 9_000), domain, TYPES);
    List<Integer> keys = seed % 3 == 0 ? List.of() : seed % 3 == 1 ? List.of(1) : List.of(0, 1);
    assertThat(Plans.run(plan(rows, keys, CALLS)))
        .as("seed %d", seed)
        .containsExactlyElementsOf(reference(rows, keys));
  }

  @Test
  void noRowsGiveOneRowWithoutKeysAndNoneWithThem() {
    List<@Nullable Object> expected =
        Arrays.asList(
            0L, 0L, null, null, null, null, null, null, null, null, null, null, null, 0L, null, 0L,
            null);
    assertThat(Plans.run(plan(List.of(), List.of(), CALLS))).containsExactly(expected);
    assertThat(Plans.run(plan(List.of(), List.of(0), CALLS))).isEmpty();
  }

  @Test
  void sumPastTheRangeOfBigintEndsWith22003() {
    List<List<@Nullable Object>> rows = List.of(row(Long.MAX_VALUE), row(1L), row(-5L));
    assertThatThrownBy(
            () -> Plans.run(plan(rows, List.of(), List.of(call(Function.SUM, SqlType.BIGINT, 2)))))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("22003"));
  }

  @Test
  void aSecondRowOfASingleValueEndsWith21000() {
    List<AggregateCall> single = List.of(call(Function.SINGLE_VALUE, SqlType.BIGINT, 2));
    assertThat(Plans.run(plan(List.of(row(9L)), List.of(), single))).containsExactly(List.of(9L));
    assertThat(Plans.run(plan(List.of(row(null)), List.of(), single)))
        .containsExactly(Arrays.asList((Object) null));
    assertThatThrownBy(() -> Plans.run(plan(List.of(row(null), row(1L)), List.of(), single)))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("21000"));
  }

  @Test
  void valuesThatWereBeatenDoNotPileUp() {
    TestTables tables = new TestTables();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 60_000; i++) {
      rows.add(Arrays.asList("%06d".formatted(i), 3, 1L, 1.0, true, 1f));
    }
    ExecutionContext context = Plans.context(tables);
    PlanNode plan = plan(rows, List.of(1), List.of(call(Function.MAX, SqlType.TEXT, 0)));
    assertThat(Plans.run(plan, context)).containsExactly(Arrays.asList(3, "059999"));
    assertThat(context.memory().peakBytes()).isLessThan(200_000);
  }

  private static List<@Nullable Object> row(@Nullable Long value) {
    return Arrays.asList("a", 3, value, 1.0, true, 1f);
  }

  private static PlanNode plan(
      List<List<@Nullable Object>> rows, List<Integer> keys, List<AggregateCall> calls) {
    List<Field> fields = new ArrayList<>();
    keys.forEach(key -> fields.add(new Field("key" + key, TYPES[key], true)));
    calls.forEach(call -> fields.add(new Field(call.function().name(), call.type(), true)));
    return new PlanNode.Aggregate(
        Plans.values(Plans.schema(TYPES), rows), keys, calls, new Schema(fields));
  }

  private static List<List<@Nullable Object>> reference(
      List<List<@Nullable Object>> rows, List<Integer> keys) {
    Map<List<@Nullable Object>, List<List<@Nullable Object>>> groups = new LinkedHashMap<>();
    for (List<@Nullable Object> row : rows) {
      List<@Nullable Object> key = new ArrayList<>();
      keys.forEach(k -> key.add(row.get(k)));
      groups.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    List<List<@Nullable Object>> result = new ArrayList<>();
    for (Map.Entry<List<@Nullable Object>, List<List<@Nullable Object>>> group :
        groups.entrySet()) {
      List<@Nullable Object> out = new ArrayList<>(group.getKey());
      for (AggregateCall call : CALLS) {
        out.add(compute(call, group.getValue()));
      }
      result.add(out);
    }
    return result;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Object compute(AggregateCall call, List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> taken = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    for (List<@Nullable Object> row : rows) {
      List<@Nullable Object> values = new ArrayList<>();
      call.arguments().forEach(argument -> values.add(row.get(argument)));
      boolean passes = call.filterColumn() < 0 || Boolean.TRUE.equals(row.get(call.filterColumn()));
      if (passes && !values.contains(null) && (!call.distinct() || seen.add(values))) {
        taken.add(values);
      }
    }
    if (call.function() == Function.COUNT) {
      return (long) taken.size();
    }
    if (taken.isEmpty()) {
      return null;
    }
    List<Comparable> values = new ArrayList<>();
    taken.forEach(row -> row.forEach(value -> values.add((Comparable) value)));
    return switch (call.function()) {
      case COUNT -> throw new AssertionError();
      case SUM -> sum(call.type(), values);
      case AVG -> (double) sum(SqlType.DOUBLE, values) / values.size();
      case MIN -> values.stream().min((a, b) -> a.compareTo(b)).orElseThrow();
      case MAX -> values.stream().max((a, b) -> a.compareTo(b)).orElseThrow();
      case SINGLE_VALUE, ANY_VALUE -> values.getFirst();
      case LITERAL -> call.literal();
      case STDDEV_POP, STDDEV_SAMP, VAR_POP, VAR_SAMP, STRING_AGG, ARRAY_AGG ->
          throw new AssertionError(call.function() + " is for the specification to show");
    };
  }

  @SuppressWarnings("rawtypes")
  private static Object sum(SqlType type, List<Comparable> values) {
    if (type.equals(SqlType.BIGINT)) {
      return values.stream().mapToLong(value -> (long) value).sum();
    }
    double sum = 0;
    for (Comparable value : values) {
      sum += ((Number) value).doubleValue();
    }
    return type.equals(SqlType.REAL) ? (Object) (float) sum : (Object) sum;
  }
}
