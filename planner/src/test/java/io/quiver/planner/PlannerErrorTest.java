package io.quiver.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each mistake has PostgreSQL's SQLSTATE and a message without a trace of the machinery. */
final class PlannerErrorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          42P01 | SELECT id FROM nope | line 1, column 16
          42703 | SELECT nope FROM items | line 1, column 8
          42703 | SELECT i.nope FROM items i | line 1, column 10
          42883 | SELECT nope(id) FROM items | line 1, column 8
          42883 | SELECT lower(name, 1) FROM items | line 1, column 8
          42883 | SELECT lower(qty) FROM items | line 1, column 8
          42702 | SELECT id FROM items a, items b | line 1, column 8
          42803 | SELECT name, count(*) FROM items | line 1, column 8
          42803 | SELECT id FROM items WHERE count(*) > 1 | line 1, column 28
          42804 | SELECT id FROM items WHERE name | line 1, column 28
          42601 | SELECT id FROM items UNION SELECT num, item FROM orders | line 1
          0A000 | SELECT lag(id) IGNORE NULLS OVER (ORDER BY id) FROM items | IGNORE NULLS
          0A000 | SELECT string_agg(name, ',' ORDER BY id), array_agg(id ORDER BY name) FROM items | two orders
          42703 | INSERT INTO items (id, nope) VALUES (1, 2) | line 1, column 24
          42701 | INSERT INTO items (id, id) VALUES (1, 2) | line 1, column 24
          42601 | INSERT INTO items (id, name) VALUES (1) | 2 target columns but 1 values
          42804 | INSERT INTO items (price) VALUES (true) | price
          428C9 | INSERT INTO orders (num) VALUES (1) | line 1, column 34
          42P01 | INSERT INTO nope VALUES (1) | line 1, column 13
          42501 | DELETE FROM information_schema.tables | cannot be changed
          42703 | UPDATE items SET nope = 1 | line 1, column 18
          42804 | UPDATE items SET qty = name | qty
          """)
  void mistakesAreNamedAndPlaced(String state, String sql, String message) {
    assertThatThrownBy(() -> TestCatalog.plan(sql))
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> {
              assertThat(e.sqlState()).isEqualTo(state);
              assertThat(e).hasMessageContaining(message);
              assertThat(e.getMessage()).doesNotContain("calcite", "Sql", "Rex", "\0");
            });
  }

  @Test
  void aDefaultMustFitItsColumn() {
    TestCatalog.PLANNER.checkDefault("1 + 1", SqlType.BIGINT);
    TestCatalog.PLANNER.checkDefault("'[1,2,3]'", SqlType.vector(3));
    assertThatThrownBy(() -> TestCatalog.PLANNER.checkDefault("true", SqlType.DOUBLE))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("42804"));
    assertThatThrownBy(() -> TestCatalog.PLANNER.checkDefault("other + 1", SqlType.DOUBLE))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("42703"));
  }
}
