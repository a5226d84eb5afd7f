package io.quiver.executor.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.executor.plan.WindowCall;
import io.quiver.executor.plan.WindowFrame;
import io.quiver.executor.plan.WindowFrame.Bound;
import io.quiver.executor.plan.WindowFrame.Kind;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows against counting through every frame, row by row. */
class WindowTest {
  private static final SqlType[] TYPES = {SqlType.TEXT, SqlType.BIGINT, SqlType.BIGINT};
  private static final Schema RESULT =
      Plans.schema(
          SqlType.TEXT,
          SqlType.BIGINT,
          SqlType.BIGINT,
          SqlType.BIGINT,
          SqlType.BIGINT,
          SqlType.BIGINT,
          SqlType.BIGINT,
          SqlType.BIGINT);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyFrameHoldsTheRowsThatItSays(long seed) {
    Random random = new Random(seed);
    List<List<@Nullable Object>> rows =
        Plans.randomRows(random, random.nextInt(1, 3_000), 40, TYPES);
    // Row numbers in the last column tell rows apart.
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).set(2, i % 7 == 0 ? null : (long) i);
    }
    boolean byRows = random.nextBoolean();
    boolean descending = random.nextBoolean();
    boolean nullsFirst = random.nextBoolean();
    WindowFrame frame = frame(random, byRows);
    SortKey key = new SortKey(1, descending, nullsFirst);
    PlanNode.Window window =
        new PlanNode.Window(
            Plans.values(Plans.schema(TYPES), rows),
            List.of(0),
            List.of(key),
            frame,
            List.of(
                call(WindowCall.Function.COUNT, 2),
                call(WindowCall.Function.SUM, 2),
                call(WindowCall.Function.MIN, 2),
                call(WindowCall.Function.MAX, 2),
                call(WindowCall.Function.FIRST_VALUE, 2)),
            RESULT);
    String label = "seed " + seed + ", " + frame + " " + key;
    Map<@Nullable Object, List<List<@Nullable Object>>> partitions = new HashMap<>();
    for (List<@Nullable Object> row : Plans.run(window)) {
      List<List<@Nullable Object>> partition = partitions.get(row.get(0));
      if (partition == null) {
        partition = new ArrayList<>();
        partitions.put(row.get(0), partition);
      }
      partition.add(row);
    }
    assertThat(partitions.values().stream().mapToInt(List::size).sum()).isEqualTo(rows.size());
    for (List<List<@Nullable Object>> partition : partitions.values()) {
      check(partition, frame, key, label);
    }
  }

  private static void check(
      List<List<@Nullable Object>> partition, WindowFrame frame, SortKey key, String label) {
    for (int i = 0; i < partition.size(); i++) {
      List<List<@Nullable Object>> inside = new ArrayList<>();
      for (int j = 0; j < partition.size(); j++) {
        if (isInside(partition, i, j, frame, key)) {
          inside.add(partition.get(j));
        }
      }
      List<Long> values = inside.stream().map(r -> (Long) r.get(2)).filter(v -> v != null).toList();
      Object sum = values.isEmpty() ? null : values.stream().mapToLong(v -> v).sum();
      Object least = values.stream().min(Comparator.naturalOrder()).orElse(null);
      Object most = values.stream().max(Comparator.naturalOrder()).orElse(null);
      Object first = inside.isEmpty() ? null : inside.getFirst().get(2);
      List<@Nullable Object> row = partition.get(i);
      assertThat(row.get(3)).as(label).isEqualTo((long) values.size());
      assertThat(row.get(4)).as(label).isEqualTo(sum);
      assertThat(row.get(5)).as(label).isEqualTo(least);
      assertThat(row.get(6)).as(label).isEqualTo(most);
      assertThat(row.get(7)).as(label).isEqualTo(first);
    }
  }

  private static boolean isInside(
      List<List<@Nullable Object>> partition, int row, int other, WindowFrame frame, SortKey key) {
    Bound start = frame.start();
    Bound end = frame.end();
    if (frame.rows()) {
      long distance = (long) other - row;
      return distance >= signed(start) && distance <= signed(end);
    }
    Long mine = (Long) partition.get(row).get(1);
    Long its = (Long) partition.get(other).get(1);
    int sign = key.descending() ? -1 : 1;
    // Nulls are peers of each other alone, and all others lie on one side of them.
    return isPast(signed(start), mine, its, sign, row < other)
        && isPast(-signed(end), mine, its, -sign, other < row);
  }

  /** Whether a row lies on the inner side of one end; signs are turned round for the other end. */
  private static boolean isPast(
      long offset, @Nullable Long mine, @Nullable Long its, int sign, boolean onThisSide) {
    if (Math.abs(offset) == FAR) {
      return true;
    }
    if (mine == null || its == null) {
      return (mine == null && its == null) || onThisSide;
    }
    return (its - mine) * sign >= offset;
  }

  private static final long FAR = Long.MAX_VALUE / 2;

  private static long signed(Bound bound) {
    long offset =
        bound.offset() instanceof io.quiver.executor.expression.Expression.Literal literal
                && literal.value() instanceof Long value
            ? value
            : 0;
    return switch (bound.kind()) {
      case UNBOUNDED_PRECEDING -> -FAR;
      case PRECEDING -> -offset;
      case CURRENT_ROW -> 0;
      case FOLLOWING -> offset;
      case UNBOUNDED_FOLLOWING -> FAR;
    };
  }

  private static WindowFrame frame(Random random, boolean byRows) {
    while (true) {
      Bound start = bound(random, List.of(Kind.values()).get(random.nextInt(4)));
      Bound end = bound(random, List.of(Kind.values()).get(random.nextInt(1, 5)));
      if (start.kind().compareTo(end.kind()) <= 0) {
        return new WindowFrame(byRows, start, end);
      }
    }
  }

  private static Bound bound(Random random, Kind kind) {
    return kind == Kind.PRECEDING || kind == Kind.FOLLOWING
        ? new Bound(kind, Plans.bigint(random.nextInt(12)))
        : new Bound(kind, null);
  }

  private static WindowCall call(WindowCall.Function function, int argument) {
    return new WindowCall(function, List.of(argument), SqlType.BIGINT);
  }
}
