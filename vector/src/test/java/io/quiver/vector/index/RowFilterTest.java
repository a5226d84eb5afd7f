package io.quiver.vector.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowFilterTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "0, 70", "1, 64", "63, 64", "64, 64", "64, 65", "65, 200", "199, 200"})
  void theFirstRowsPassAsIfTheirBitsWereSet(int count, int rows) {
    RowFilter first = RowFilter.first(count, rows);
    RowFilter bits = RowFilter.matching(rows, row -> row < count);
    assertThat(first.rows()).isEqualTo(rows);
    assertThat(first.count()).isEqualTo(count);
    assertThat(first.isAll()).isEqualTo(count == rows);
    assertThat(first.toArray()).isEqualTo(bits.toArray());
    for (int row = 0; row < rows; row++) {
      assertThat(first.passes(row)).isEqualTo(bits.passes(row));
    }
    for (int i = 0; i < (rows + 63) >> 6; i++) {
      assertThat(first.word(i)).isEqualTo(bits.word(i));
    }
    List<Integer> called = new ArrayList<>();
    first.forEach(called::add);
    assertThat(called).hasSize(count);
    assertThat(first.copy().toArray()).isEqualTo(bits.toArray());
    RowFilter odd = RowFilter.matching(rows, row -> row % 2 == 1);
    assertThat(first.and(odd).toArray()).isEqualTo(bits.and(odd).toArray());
    assertThat(odd.and(first).toArray()).isEqualTo(bits.and(odd).toArray());
  }

  @Test
  void noMorePassThanThereAre() {
    assertThatThrownBy(() -> RowFilter.first(65, 64)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
