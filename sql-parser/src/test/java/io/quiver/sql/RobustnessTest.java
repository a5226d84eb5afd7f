package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RobustnessTest {
  private static final Set<ErrorCode> ANSWERS =
      EnumSet.of(
          ErrorCode.SYNTAX_ERROR,
          ErrorCode.FEATURE_NOT_SUPPORTED,
          ErrorCode.UNDEFINED_OBJECT,
          ErrorCode.INVALID_PARAMETER_VALUE,
          ErrorCode.INVALID_TABLE_DEFINITION,
          ErrorCode.DUPLICATE_COLUMN,
          ErrorCode.UNDEFINED_COLUMN);

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void nonsenseGivesAStatementOrOneLine(long seed) {
    Random random = new Random(seed);
    String[] starts = {
      "", "select ", "select a from t where ", "insert into t ", "create table t ("
    };
    for (int run = 0; run < 300; run++) {
      String sql =
          starts[random.nextInt(starts.length)] + TokenSoup.next(random, 1 + random.nextInt(12));
      try {
        SqlParser.parse(sql);
      } catch (QuiverException e) {
        assertThat(e.code()).as("seed %d, run %d: %s", seed, run, sql).isIn(ANSWERS);
        assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(300);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ", run " + run + ": " + sql, e);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[", "case when ", "array["})
  void deepNestingIsRefusedBeforeItIsParsed(String opening) {
    String sql = "select " + opening.repeat(100_000) + "1";
    assertThat(error(sql).code()).isEqualTo(ErrorCode.STATEMENT_TOO_COMPLEX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"not ", "- ", "1 + ", "a and ", "exists "})
  void longChainsNeverBreakTheThread(String link) {
    String sql = "select " + link.repeat(50_000) + "1";
    assertThat(error(sql).code()).isEqualTo(ErrorCode.STATEMENT_TOO_COMPLEX);
  }

  @Test
  void manyRowsAreNoChain() {
    String sql = "insert into t values (1)" + ", (- 1)".repeat(20_000);
    assertThat(SqlParser.parse(sql)).isInstanceOf(Statement.Modify.class);
  }

  @Test
  void nestingWithinTheLimitIsRead() {
    String sql = "select " + "(".repeat(60) + "1" + ")".repeat(60);
    assertThat(SqlParser.parse(sql)).isInstanceOf(Statement.Query.class);
  }

  @Test
  void aStatementHasALimit() {
    assertThat(error("select '" + "x".repeat(17 << 20) + "'").code())
        .isEqualTo(ErrorCode.PROGRAM_LIMIT_EXCEEDED);
  }

  @Test
  void aNameHas128Characters() {
    String name = "x".repeat(128);
    assertThat(SqlParser.parse("select " + name + " from t")).isInstanceOf(Statement.Query.class);
    assertThat(error("select " + name + "x from t").code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
    assertThat(error("drop table " + name + "x").code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
  }

  private static QuiverException error(String sql) {
    return catchThrowableOfType(QuiverException.class, () -> SqlParser.parse(sql));
  }
}
