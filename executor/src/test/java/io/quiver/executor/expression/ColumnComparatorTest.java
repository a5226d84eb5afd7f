package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.column;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.util.Arrays;
import java.util.Comparator;
import org.junit.jupiter.api.Test;

class ColumnComparatorTest {
  @Test
  void textGoesByCodePointAndNotByUtf16() {
    // U+FF5E is above the surrogates that UTF-16 would compare it with.
    String[] texts = {"", "a", "ab", "b", "é", "中", "中文", "한", "～", "🎉", "🎉a"};
    Column column = column(SqlType.TEXT, (Object[]) texts);
    for (int i = 0; i < texts.length; i++) {
      for (int j = 0; j < texts.length; j++) {
        assertThat(Integer.signum(ColumnComparator.compare(column, i, column, j)))
            .as("%s and %s", texts[i], texts[j])
            .isEqualTo(Integer.compare(i, j));
      }
    }
  }

  @Test
  void nanIsLargestAndZerosAreEqual() {
    Double[] numbers = {-0.0, Double.NaN, Double.POSITIVE_INFINITY, 0.0, -1.0, Double.NaN};
    Column column = column(SqlType.DOUBLE, (Object[]) numbers);
    Integer[] rows = {0, 1, 2, 3, 4, 5};
    Comparator<Integer> order = (i, j) -> ColumnComparator.compare(column, i, column, j);
    Arrays.sort(rows, order);
    assertThat(rows).containsExactly(4, 0, 3, 2, 1, 5);
    assertThat(ColumnHash.equal(column, 0, column, 3)).isTrue();
    assertThat(ColumnHash.hash(column, 0)).isEqualTo(ColumnHash.hash(column, 3));
    assertThat(ColumnHash.hash(column, 1)).isEqualTo(ColumnHash.hash(column, 5));
  }

  @Test
  void nullsAreEqualForGrouping() {
    Column column = column(SqlType.TEXT, null, "", null);
    assertThat(ColumnHash.equal(column, 0, column, 2)).isTrue();
    assertThat(ColumnHash.equal(column, 0, column, 1)).isFalse();
    assertThat(ColumnHash.hash(column, 0)).isEqualTo(ColumnHash.hash(column, 2));
  }

  @Test
  void vectorsCompareElementByElement() {
    SqlType type = SqlType.vector(2);
    Column column =
        column(
            type, new float[] {1, 2}, new float[] {1, 3}, new float[] {0, 9}, new float[] {1, 2});
    assertThat(ColumnComparator.compare(column, 0, column, 1)).isNegative();
    assertThat(ColumnComparator.compare(column, 0, column, 2)).isPositive();
    assertThat(ColumnHash.equal(column, 0, column, 3)).isTrue();
    assertThat(ColumnHash.hash(column, 0)).isEqualTo(ColumnHash.hash(column, 3));
  }

  @Test
  void hashesOfCountingNumbersSpread() {
    Object[] numbers = new Object[4_096];
    Arrays.setAll(numbers, i -> (long) i * 1_024);
    Column column = column(SqlType.BIGINT, numbers);
    int[] buckets = new int[64];
    for (int i = 0; i < numbers.length; i++) {
      buckets[ColumnHash.hash(column, i) & 63]++;
    }
    assertThat(Arrays.stream(buckets).boxed()).allMatch(count -> count > 30 && count < 110);
  }
}
