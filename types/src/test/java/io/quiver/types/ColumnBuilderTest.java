package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnBuilderTest {
  static List<SqlType> types() {
    List<SqlType> types = new ArrayList<>(List.of(SqlType.Simple.values()));
    types.add(SqlType.TEXT);
    types.add(SqlType.vector(3));
    return types;
  }

  @ParameterizedTest
  @MethodSource("types")
  void valuesSurviveGrowthFarBeyondTheExpectedRows(SqlType type) {
    Random random = new Random(7);
    List<@Nullable Object> values = new ArrayList<>();
    ColumnBuilder builder = new ColumnBuilder(type, 1);
    for (int row = 0; row < 1_000; row++) {
      Object value = random.nextInt(10) == 0 ? null : value(type, random);
      values.add(value);
      builder.append(value);
    }
    Column column = builder.build();
    assertThat(column.length()).isEqualTo(1_000);
    for (int row = 0; row < 1_000; row++) {
      assertThat(column.get(row)).as("row %d", row).isEqualTo(values.get(row));
    }
  }

  private static Object value(SqlType type, Random random) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> random.nextBoolean();
            case INTEGER -> random.nextInt();
            case BIGINT -> random.nextLong();
            case REAL -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case DATE -> LocalDate.ofEpochDay(random.nextInt());
            case TIMESTAMP -> Column.timestamp(random.nextInt());
          };
      case SqlType.Varchar varchar -> "text ".repeat(random.nextInt(20)) + random.nextInt();
      case SqlType.Vector vector -> new float[] {random.nextFloat(), 0, -1};
    };
  }
}
