package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlLineParserTest {
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
