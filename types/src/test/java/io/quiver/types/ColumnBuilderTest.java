package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnBuilderTest {
  static List<SqlType> types() {
    return RandomValues.TYPES;
  }

  @ParameterizedTest
  @MethodSource("types")
  void valuesSurviveGrowthFarBeyondTheExpectedRows(SqlType type) {
    Random random = new Random(7);
    List<@Nullable Object> values = new ArrayList<>();
    ColumnBuilder builder = new ColumnBuilder(type, 1);
    for (int row = 0; row < 1_000; row++) {
      Object value = random.nextInt(10) == 0 ? null : RandomValues.value(type, random);
      values.add(value);
      builder.append(value);
    }
    Column column = builder.build();
    assertThat(column.length()).isEqualTo(1_000);
    for (int row = 0; row < 1_000; row++) {
      assertThat(column.get(row)).as("row %d", row).isEqualTo(values.get(row));
    }
  }

  @ParameterizedTest
  @MethodSource("types")
  void aTypesNameReadsBackAsTheType(SqlType type) {
    assertThat(SqlTypeNames.parse(type.sqlName())).isEqualTo(type);
  }
}
