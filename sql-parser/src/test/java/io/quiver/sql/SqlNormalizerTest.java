package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.sql.NormalizedSql.Kind;
import io.quiver.sql.NormalizedSql.LiteralToken;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlNormalizerTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT  A ,b FROM T -- x | select a ,b from t",
        "select/**/1/* 'x' */;| select $n",
        "select 'a''b', \"X\"\"y\", 1.5e3, .5, 7 ; | select $s, \"X\"\"y\", $n, $n, $n",
        "select 1a, a'x', a$n from t where x=? and y=-1 | "
            + "select $n a, a $s, a$n from t where x=? and y=-$n",
        "SELECT ÄÖ FROM \"ÄÖ\" | select äö from \"ÄÖ\"",
        "select - -1 - /* */-1 | select - -$n - -$n",
      })
  void literalsAreTakenOut(String sql, String wanted) {
    assertThat(SqlNormalizer.normalize(sql).text()).isEqualTo(wanted);
  }

  @Test
  void literalsKeepTheirPlaceAndValue() {
    NormalizedSql normalized =
        SqlNormalizer.normalize("select 12, 'it''s' from t where a = ? and b < 1.5e-3 and c = ?");
    assertThat(normalized.parameterCount()).isEqualTo(2);
    assertThat(normalized.literals())
        .containsExactly(
            new LiteralToken(Kind.INTEGER, 7, "12"),
            new LiteralToken(Kind.STRING, 11, "it's"),
            new LiteralToken(Kind.DECIMAL, 46, "1.5e-3"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"select 'a", "select \"a", "select /* a", "select $n", "select $s from t"})
  void aTextThatCouldBeMistakenIsRefused(String sql) {
    assertThatThrownBy(() -> SqlNormalizer.normalize(sql))
        .isInstanceOf(QuiverException.class)
        .hasMessageStartingWith("line 1, column 8: ");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void literalsPutBackGiveTheSameTokens(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      String sql = TokenSoup.next(random, 1 + random.nextInt(30));
      NormalizedSql normalized = SqlNormalizer.normalize(sql);
      assertThat(tokens(putBack(normalized)))
          .as("seed %d, run %d: %s", seed, run, sql)
          .isEqualTo(tokens(sql));
      for (LiteralToken literal : normalized.literals()) {
        String written = literal.value().replace("'", "''");
        String quoted = literal.kind() == Kind.STRING ? "'" + written + "'" : written;
        assertThat(sql.startsWith(quoted, literal.offset())).isTrue();
      }
    }
  }

  private static String putBack(NormalizedSql normalized) {
    StringBuilder sql = new StringBuilder();
    SqlLexer lexer = new SqlLexer(normalized.text());
    int next = 0;
    int before = 0;
    while (lexer.next() != SqlLexer.Kind.END) {
      sql.append(normalized.text(), before, lexer.start());
      String token = normalized.text().substring(lexer.start(), lexer.end());
      if (token.equals("$n")) {
        sql.append(normalized.literals().get(next++).value());
      } else if (token.equals("$s")) {
        String value = normalized.literals().get(next++).value();
        sql.append('\'').append(value.replace("'", "''")).append('\'');
      } else {
        sql.append(token);
      }
      before = lexer.end();
    }
    assertThat(next).isEqualTo(normalized.literals().size());
    return sql.toString();
  }

  private static List<String> tokens(String sql) {
    List<String> tokens = new ArrayList<>();
    SqlLexer lexer = new SqlLexer(sql);
    for (SqlLexer.Kind kind = lexer.next(); kind != SqlLexer.Kind.END; kind = lexer.next()) {
      String token = sql.substring(lexer.start(), lexer.end());
      tokens.add(kind == SqlLexer.Kind.WORD ? token.toLowerCase(java.util.Locale.ROOT) : token);
    }
    while (!tokens.isEmpty() && tokens.getLast().equals(";")) {
      tokens.removeLast();
    }
    return tokens;
  }
}
