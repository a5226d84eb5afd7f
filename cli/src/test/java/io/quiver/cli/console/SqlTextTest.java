package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
  @Test
  void semicolonsEndStatements() {
    SqlText text = SqlText.of("SELECT 1; SELECT 2;\nSELECT");
    assertThat(text.complete()).containsExactly("SELECT 1", "SELECT 2");
    assertThat(text.rest()).isEqualTo("SELECT");
    assertThat(text.all()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT ';'",
        "SELECT 'it''s; here'",
        "SELECT \"a;b\"",
        "SELECT 1 -- ; not here\n",
        "SELECT /* ; '\n */ 1",
        "SELECT '--', 1",
        "SELECT '/*', 1"
      })
  void semicolonsInQuotesAndCommentsAreText(String sql) {
    assertThat(SqlText.of(sql + ";").complete()).containsExactly(sql.strip());
  }

  @Test
  void spaceAndCommentsAreNoStatement() {
    assertThat(SqlText.of(" ; ;; -- a; b\n /* c; */ ").all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1;", "SELECT 1; -- done", "\\d", "  ", "-- a comment"})
  void theseLinesAreComplete(String line) {
    assertThat(SqlLineParser.isComplete(line)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT 1", "SELECT ';", "SELECT 1; SELECT", "SELECT 1 -- ;"})
  void theseLinesAwaitMore(String line) {
    assertThat(SqlLineParser.isComplete(line)).isFalse();
  }
}
