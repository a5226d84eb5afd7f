package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnTest {
  static Stream<Arguments> typesAndSeeds() {
    return RandomValues.TYPES.stream()
        .flatMap(type -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(type, seed)));
  }

  private static List<@Nullable Object> values(SqlType type, int count, Random random) {
    // Some columns without a null, some whose first null comes late: the bitmap is made on demand.
    int firstNull = random.nextInt(3) == 0 ? Integer.MAX_VALUE : random.nextInt(count + 1);
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(
          i >= firstNull && random.nextInt(4) == 0 ? null : RandomValues.value(type, random));
    }
    return values;
  }

  private static Column build(SqlType type, List<@Nullable Object> values, int expectedRows) {
    ColumnBuilder builder = new ColumnBuilder(type, expectedRows);
    values.forEach(builder::append);
    return builder.build();
  }

  private static List<@Nullable Object> read(Column column) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < column.length(); i++) {
      values.add(column.get(i));
    }
    return values;
  }

  private static void assertSame(
      List<@Nullable Object> found, List<@Nullable Object> wanted, String description) {
    assertThat(Arrays.deepToString(found.toArray()))
        .as(description)
        .isEqualTo(Arrays.deepToString(wanted.toArray()));
  }

  @ParameterizedTest
  @MethodSource("typesAndSeeds")
  void whatWasAppendedIsRead(SqlType type, long seed) {
    Random random = new Random(seed);
    for (int count : new int[] {0, 1, 7, 8, 9, 64, 1_000}) {
      List<@Nullable Object> wanted = values(type, count, random);
      Column column = build(type, wanted, random.nextInt(count + 1));
      assertThat(column.length()).isEqualTo(count);
      assertSame(read(column), wanted, type + ", seed " + seed);
      assertThat(column.mayHaveNulls()).isEqualTo(wanted.contains(null));
    }
  }

  @ParameterizedTest
  @MethodSource("typesAndSeeds")
  void slicesOfSlicesShareTheRows(SqlType type, long seed) {
    Random random = new Random(seed);
    List<@Nullable Object> wanted = values(type, 500, random);
    Column column = build(type, wanted, 500);
    for (int round = 0; round < 50; round++) {
      int from = random.nextInt(60) * 8;
      int count = random.nextInt(501 - from);
      int innerFrom = count < 8 ? 0 : random.nextInt(count / 8) * 8;
      Column inner = column.slice(from, count).slice(innerFrom, count - innerFrom);
      assertSame(
          read(inner), wanted.subList(from + innerFrom, from + count), type + ", seed " + seed);
    }
    assertThatThrownBy(() -> column.slice(4, 8)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> column.slice(496, 8)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @MethodSource("typesAndSeeds")
  void gatherCopiesTheGivenRows(SqlType type, long seed) {
    Random random = new Random(seed);
    List<@Nullable Object> wanted = values(type, 304, random);
    Column column = build(type, wanted, 304).slice(8, 296);
    for (int count : new int[] {0, 1, 8, 13, 700}) {
      int[] rows = new int[count];
      List<@Nullable Object> gathered = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        rows[i] = random.nextInt(297) - 1;
        gathered.add(rows[i] < 0 ? null : wanted.get(rows[i] + 8));
      }
      Column copy = column.gather(rows, count, Arena.ofAuto());
      assertSame(read(copy), gathered, type + ", seed " + seed);
      assertThat(copy.mayHaveNulls()).isEqualTo(gathered.contains(null));
    }
  }

  @Test
  void rowsOfOneColumnAreAppendedToAnother() {
    Column source = build(SqlType.TEXT, Arrays.asList("한국어", null, "🎉"), 3);
    ColumnBuilder builder = new ColumnBuilder(SqlType.TEXT, 1);
    for (int row : new int[] {2, 1, 0}) {
      builder.appendFrom(source, row);
    }
    assertThat(read(builder.build())).containsExactly("🎉", null, "한국어");
  }

  @Test
  void aVectorOfAnotherDimensionIsRefused() {
    ColumnBuilder builder = new ColumnBuilder(SqlType.vector(3), 1);
    assertThatThrownBy(() -> builder.appendVector(new float[2]))
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIMENSION_MISMATCH));
    assertThat(builder.length()).isZero();
  }

  @Test
  void timestampsBeforeTheEpochKeepTheirMicroseconds() {
    LocalDateTime time = LocalDateTime.parse("1969-12-31T23:59:59.999999");
    assertThat(Column.micros(time)).isEqualTo(-1);
    assertThat(Column.timestamp(-1)).isEqualTo(time);
  }
}
