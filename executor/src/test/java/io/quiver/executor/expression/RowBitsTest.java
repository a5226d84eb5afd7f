package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.COMPARISONS;
import static io.quiver.executor.expression.Evaluation.CONTEXT;
import static io.quiver.executor.expression.Evaluation.call;
import static io.quiver.executor.expression.Evaluation.column;
import static io.quiver.executor.expression.Evaluation.input;
import static io.quiver.executor.expression.Evaluation.literal;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowBitsTest {
  private static final List<SqlType> TYPES =
      List.of(
          SqlType.INTEGER,
          SqlType.BIGINT,
          SqlType.DATE,
          SqlType.TIME,
          SqlType.TIMESTAMP,
          SqlType.DOUBLE,
          SqlType.TEXT);

  private final RowBits bits = new RowBits();

  /** What any filter keeps of some rows, it keeps of them as bits. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void filtersKeepTheSameRows(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int rowCount = 1 + random.nextInt(random.nextBoolean() ? 200 : Batch.ROWS);
      Column[] columns = new Column[TYPES.size()];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = column(TYPES.get(i), values(random, TYPES.get(i), rowCount));
      }
      Batch batch = new Batch(List.of(columns), rowCount);
      Expression filter = filter(random, 3);
      CompiledExpression compiled = ExpressionEvaluator.compile(filter, CONTEXT);
      int every = 1 + random.nextInt(3);
      int[] rows = new int[rowCount];
      int count = 0;
      MemorySegment some = Arena.ofAuto().allocate((rowCount + 7) / 8);
      for (int row = 0; row < rowCount; row += every) {
        rows[count++] = row;
        byte before = some.get(ValueLayout.JAVA_BYTE, row >> 3);
        some.set(ValueLayout.JAVA_BYTE, row >> 3, (byte) (before | 1 << (row & 7)));
      }
      int[] expected = Arrays.copyOf(rows, compiled.filter(batch, rows, count));
      bits.setAll(rowCount);
      bits.and(some, 0);
      assertThat(bits.count()).isEqualTo(count);
      compiled.filter(batch, bits);
      int[] kept = new int[rowCount];
      assertThat(Arrays.copyOf(kept, bits.list(kept))).as("%s", filter).isEqualTo(expected);
      assertThat(bits.count()).isEqualTo(expected.length);
    }
  }

  @Test
  void bitmapsMayBeginAtAnyByte() {
    MemorySegment bitmap = Arena.ofAuto().allocate(20);
    for (int row : new int[] {8, 71, 72, 100, 159}) {
      byte before = bitmap.get(ValueLayout.JAVA_BYTE, row >> 3);
      bitmap.set(ValueLayout.JAVA_BYTE, row >> 3, (byte) (before | 1 << (row & 7)));
    }
    bits.setAll(93);
    bits.and(bitmap, 8);
    int[] rows = new int[93];
    assertThat(Arrays.copyOf(rows, bits.list(rows))).containsExactly(0, 63, 64, 92);
    bits.setAll(88);
    bits.and(bitmap, 72);
    assertThat(Arrays.copyOf(rows, bits.list(rows))).containsExactly(0, 28, 87);
    bits.clear(88);
    assertThat(bits.count()).isZero();
  }

  private static Expression filter(Random random, int depth) {
    if (depth > 0 && random.nextInt(3) > 0) {
      return call(
          random.nextBoolean() ? ScalarFunction.AND : ScalarFunction.OR,
          SqlType.BOOLEAN,
          filter(random, depth - 1),
          filter(random, depth - 1));
    }
    int i = random.nextInt(TYPES.size());
    SqlType type = TYPES.get(i);
    Expression other = random.nextInt(5) == 0 ? input(i, type) : literal(value(random, type), type);
    return call(
        COMPARISONS.get(random.nextInt(COMPARISONS.size())),
        SqlType.BOOLEAN,
        input(i, type),
        other);
  }

  private static @Nullable Object[] values(Random random, SqlType type, int count) {
    boolean nulls = random.nextBoolean();
    @Nullable Object[] values = new Object[count];
    for (int i = 0; i < count; i++) {
      values[i] = nulls && random.nextInt(4) == 0 ? null : value(random, type);
    }
    return values;
  }

  private static Object value(Random random, SqlType type) {
    int small = random.nextInt(5) - 2;
    int extreme = random.nextInt(8);
    if (type.equals(SqlType.INTEGER)) {
      return extreme == 0 ? Integer.MIN_VALUE : extreme == 1 ? Integer.MAX_VALUE : small;
    }
    if (type.equals(SqlType.BIGINT)) {
      return extreme == 0 ? Long.MIN_VALUE : extreme == 1 ? Long.MAX_VALUE : (long) small;
    }
    if (type.equals(SqlType.DATE)) {
      return LocalDate.of(2026, 11, 30).plusDays(small);
    }
    if (type.equals(SqlType.TIME)) {
      return LocalTime.NOON.plusNanos(1000L * small);
    }
    if (type.equals(SqlType.TIMESTAMP)) {
      return LocalDate.of(1969, 12, 31).atTime(LocalTime.MIDNIGHT).plusHours(24 + small);
    }
    if (type.equals(SqlType.DOUBLE)) {
      return extreme == 0 ? Double.NaN : small / 2.0;
    }
    return "t" + small;
  }
}
