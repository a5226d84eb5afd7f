package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class WideningTest {
  @Test
  void leastAndGreatestValuesStayWhatTheyAre() {
    check(SqlType.TINYINT, SqlType.SMALLINT, Byte.MIN_VALUE, Short.valueOf(Byte.MIN_VALUE));
    check(SqlType.TINYINT, SqlType.REAL, Byte.MAX_VALUE, 127f);
    check(SqlType.SMALLINT, SqlType.INTEGER, Short.MIN_VALUE, (int) Short.MIN_VALUE);
    check(SqlType.SMALLINT, SqlType.REAL, Short.MAX_VALUE, 32_767f);
    check(SqlType.INTEGER, SqlType.BIGINT, Integer.MIN_VALUE, (long) Integer.MIN_VALUE);
    check(SqlType.INTEGER, SqlType.DOUBLE, Integer.MAX_VALUE, (double) Integer.MAX_VALUE);
    check(SqlType.REAL, SqlType.DOUBLE, 0.1f, (double) 0.1f);
    check(SqlType.REAL, SqlType.DOUBLE, Float.NaN, Double.NaN);
    check(new SqlType.Varchar(3), SqlType.TEXT, "数据库", "数据库");
    check(new SqlType.Varbinary(1), SqlType.VARBINARY, new byte[] {7}, new byte[] {7});
  }

  @Test
  void whatWouldLoseIsRefused() {
    assertThat(Widening.allows(SqlType.BIGINT, SqlType.INTEGER)).isFalse();
    assertThat(Widening.allows(SqlType.BIGINT, SqlType.DOUBLE)).isFalse();
    assertThat(Widening.allows(SqlType.INTEGER, SqlType.REAL)).isFalse();
    assertThat(Widening.allows(SqlType.DATE, SqlType.BIGINT)).isFalse();
    assertThat(Widening.allows(SqlType.TEXT, new SqlType.Varchar(9))).isFalse();
    assertThat(Widening.allows(SqlType.TEXT, SqlType.JSON)).isFalse();
    assertThat(Widening.allows(SqlType.vector(2), SqlType.vector(3))).isFalse();
    assertThat(Widening.allows(new SqlType.Decimal(9, 2), new SqlType.Decimal(12, 3))).isFalse();
    Column whole = column(SqlType.BIGINT, List.of(1L));
    assertThatThrownBy(() -> Widening.widen(whole, SqlType.INTEGER))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static void check(SqlType from, SqlType to, Object value, Object wider) {
    Column column = column(from, Arrays.asList(value, null, value));
    assertThat(Widening.allows(from, to)).isTrue();
    Column widened = Widening.widen(column, to);
    assertThat(widened.type()).isEqualTo(to);
    assertThat(widened.get(0)).isEqualTo(wider);
    assertThat(widened.isNull(1)).isTrue();
    assertThat(widened.get(2)).isEqualTo(wider);
  }

  private static Column column(SqlType type, List<?> values) {
    ColumnBuilder builder = new ColumnBuilder(type, values.size());
    values.forEach(builder::append);
    return builder.build();
  }
}
