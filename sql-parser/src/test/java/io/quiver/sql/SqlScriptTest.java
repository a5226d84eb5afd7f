package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlScriptTest {
  @Test
  void semicolonsInsideOfTokensDoNotCut() {
    SqlScript script =
        SqlScript.split("select ';' as \"a;b\"; -- one;\n /* two; */ ;; begin ;\nselect 2");
    assertThat(script.statements()).containsExactly("select ';' as \"a;b\"", "begin");
    assertThat(script.rest()).isEqualTo("select 2");
    assertThat(script.isComplete()).isFalse();
    assertThat(script.all()).hasSize(3);
  }

  @Test
  void whatFollowsTheLastSemicolonMayBeAComment() {
    assertThat(SqlScript.split("select 1; -- done\n").isComplete()).isTrue();
    assertThat(SqlScript.split("  \n").isComplete()).isTrue();
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
    assertThat(SqlScript.split(sql + ";").statements()).containsExactly(sql.strip());
  }

  @Test
  void spaceAndCommentsAreNoStatement() {
    assertThat(SqlScript.split(" ; ;; -- a; b\n /* c; */ ").all()).isEmpty();
  }

  @Test
  void anOpenStringKeepsTheStatementOpen() {
    SqlScript script = SqlScript.split("select 1; select 'a;\n b;");
    assertThat(script.statements()).containsExactly("select 1");
    assertThat(script.rest()).isEqualTo("select 'a;\n b;");
  }

  @Test
  void positionsAreOffsets() {
    String sql = "ab\r\n\tcd\re\n";
    assertThat(SourcePositions.offset(sql, 1, 2)).isEqualTo(1);
    assertThat(SourcePositions.offset(sql, 2, 2)).isEqualTo(5);
    assertThat(SourcePositions.offset(sql, 3, 1)).isEqualTo(8);
    for (int i = 0; i < sql.length(); i++) {
      int line = SourcePositions.line(sql, i);
      if (sql.charAt(i) != '\n') {
        assertThat(SourcePositions.offset(sql, line, SourcePositions.column(sql, i))).isEqualTo(i);
      }
    }
  }

  @Test
  void keywordsAreKnown() {
    assertThat(SqlParser.keywords()).contains("SELECT", "VECTOR", "FLUSH").isSorted();
  }
}
