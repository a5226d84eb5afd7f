package io.quiver.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.sql.NormalizedSql;
import io.quiver.sql.SqlNormalizer;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A plan serves every text that differs in hoisted literals only. */
final class HoistingTest {
  private static final Pattern PARAMETER = Pattern.compile("\\?(\\d+):[A-Z]+(\\(\\d+\\))?");

  @Test
  void hoistedValuesAreWhatStandsInTheText() {
    String sql =
        "SELECT id FROM items WHERE qty = -5 AND d > '2026-01-02' AND name LIKE 'it''s%' "
            + "ORDER BY v <-> '[1,2,3]' LIMIT 7";
    PlannedStatement planned = TestCatalog.plan(sql);
    List<Object> values = planned.hoistedValues(SqlNormalizer.normalize(sql));
    assertThat(planned.fixedLiterals()).isEmpty();
    assertThat(values).hasSize(5).contains(-5, LocalDate.of(2026, 1, 2), "it's%", 7L);
    assertThat(values).anySatisfy(v -> assertThat(v).isEqualTo(new float[] {1, 2, 3}));
  }

  @Test
  void aPlanServesNeitherALargerTypeNorAnotherFixedLiteral() {
    String sql = "SELECT qty + 1 FROM items WHERE qty = 5";
    PlannedStatement planned = TestCatalog.plan(sql);
    NormalizedSql normalized = SqlNormalizer.normalize(sql);
    assertThat(served(planned, normalized, "SELECT qty + 1 FROM items WHERE qty = 77")).isTrue();
    assertThat(served(planned, normalized, "SELECT qty + 2 FROM items WHERE qty = 5")).isFalse();
    assertThat(served(planned, normalized, "SELECT qty + 1 FROM items WHERE qty = 5.5")).isFalse();
    assertThat(served(planned, normalized, "SELECT qty + 1 FROM items WHERE qty = 5000000000"))
        .isFalse();
  }

  private static boolean served(PlannedStatement planned, NormalizedSql made, String sql) {
    NormalizedSql other = SqlNormalizer.normalize(sql);
    assertThat(other.text()).isEqualTo(made.text());
    return planned.serves(made, other);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          22000 | SELECT id FROM items ORDER BY v <-> '[1,2]' LIMIT 1
          22P02 | SELECT id FROM items ORDER BY v <-> 'x' LIMIT 1
          22P02 | INSERT INTO items (qty) VALUES ('abc')
          22007 | SELECT id FROM items WHERE d = '2026-99-01'
          """)
  void aWrongLiteralFailsWhenItIsBound(String state, String sql) {
    PlannedStatement planned = TestCatalog.plan(sql);
    assertThatThrownBy(() -> planned.hoistedValues(SqlNormalizer.normalize(sql)))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(state));
  }

  /** With each hoisted parameter replaced by its value, the plan is the one made without. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void hoistingChangesNothingButTheLiterals(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      String sql = statement(random);
      PlannedStatement hoisted = TestCatalog.plan(sql);
      PlannedStatement plain = TestCatalog.planUnhoisted(sql);
      List<Object> values = hoisted.hoistedValues(SqlNormalizer.normalize(sql));
      String bound =
          PARAMETER
              .matcher(PlanText.of(hoisted.plan()))
              .replaceAll(m ->
                  Matcher.quoteReplacement(
                      PlanText.literal(values.get(Integer.parseInt(m.group(1))))));
      assertThat(bound).as("seed %d: %s", seed, sql).isEqualTo(PlanText.of(plain.plan()));
      assertThat(hoisted.result()).isEqualTo(plain.result());
    }
  }

  private static String statement(Random random) {
    String where =
        switch (random.nextInt(5)) {
          case 0 -> "qty = " + (random.nextInt(200) - 100);
          case 1 -> "price < " + random.nextInt(100) + ".5";
          case 2 -> "name LIKE '" + (char) ('a' + random.nextInt(26)) + "%'";
          case 3 -> "v <-> '[1,2," + random.nextInt(9) + "]' < " + random.nextInt(9);
          default -> "d > '2026-01-0" + (1 + random.nextInt(9)) + "' AND id = " + random.nextInt(9);
        };
    String order =
        switch (random.nextInt(3)) {
          case 0 ->
              " ORDER BY v <=> '[" + random.nextInt(9) + ",1,1]' LIMIT " + (1 + random.nextInt(9));
          case 1 -> " ORDER BY id LIMIT 3 OFFSET " + random.nextInt(9);
          default -> "";
        };
    return "SELECT id, qty + " + random.nextInt(9) + " FROM items WHERE " + where + order;
  }

  @Test
  void parametersTakeTheTypeOfTheirPlace() {
    assertThat(
            TestCatalog.plan(
                    "SELECT ?, CAST(? AS DATE), v <-> ? FROM items WHERE id = ? AND price < ? "
                        + "AND name = ? ORDER BY v <=> ? LIMIT ?")
                .parameterTypes())
        .containsExactly(
            SqlType.TEXT,
            SqlType.DATE,
            SqlType.vector(3),
            SqlType.BIGINT,
            SqlType.DOUBLE,
            SqlType.TEXT,
            SqlType.vector(3),
            SqlType.BIGINT);
    assertThat(
            TestCatalog.plan("INSERT INTO items (v, qty) SELECT ?, n FROM orders").parameterTypes())
        .containsExactly(SqlType.vector(3));
    assertThat(TestCatalog.plan("UPDATE items SET v = ?, qty = qty + ?").parameterTypes())
        .containsExactly(SqlType.vector(3), SqlType.INTEGER);
  }
}
