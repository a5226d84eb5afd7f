package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which words of the grammar are names without quotes, and that they keep their part in it. */
class ReservedWordsTest {
  private static final Pattern SPACE = Pattern.compile("\\s+");

  private static final List<String> STATEMENTS =
      List.of(
          "SELECT # FROM t",
          "SELECT a, # FROM t",
          "SELECT t.# AS x FROM t WHERE # > 1 ORDER BY #",
          "INSERT INTO t (#) VALUES (1)",
          "UPDATE t SET # = 2",
          "UPDATE t SET a = 1, # = # + 1 WHERE # IS NOT NULL AND # = 'a'",
          "DELETE FROM t WHERE # BETWEEN 1 AND 2 AND # LIKE 'a'",
          "SELECT 1 AS #",
          "SELECT * FROM # WHERE #.a IN (1, 2)",
          "SELECT -#, (#), # - 1, # * 2, # || 'a', f(#, #), sum(#), CAST(# AS INTEGER) FROM t",
          "SELECT #, count(*) FROM t GROUP BY # HAVING # > 1",
          "SELECT CASE WHEN # THEN # ELSE # END FROM t ORDER BY # <-> '[1]', # DESC LIMIT 1",
          "SELECT a FROM t JOIN u ON t.# = u.# WHERE NOT # AND # IN (SELECT # FROM u)",
          "WITH # AS (SELECT 1) SELECT DISTINCT * FROM #");

  /** Reserved in PostgreSQL too, or impossible to tell from their part in Calcite's grammar. */
  private static final String RESERVED =
      """
      all and any array as asymmetric authorization both by case cast check collate column
      constraint create cross current_date current_user cursor default delete distinct else
      end except exists false fetch for foreign from full grant group having in inner insert
      intersect interval into is join lateral leading left like limit merge minus natural next
      not null offset on only or order outer overlaps partition primary qualify recursive
      references returning right row running select session_user set similar some stream symmetric table
      tablesample then to trailing true union unique unknown update upsert user using values
      when where window with
      """;

  static Stream<String> freedWords() {
    return SPACE.splitAsStream(
        """
          abs allocate allow alter are array_max_cardinality asensitive at atomic avg begin
          begin_frame begin_partition between bigint bit blob boolean call called cardinality
          cascaded ceil ceiling char character character_length char_length classifier clob
          close coalesce collect commit condition connect contains convert corr corresponding
          count covar_pop covar_samp cube cume_dist current current_row cycle date datetime
          day deallocate dec decimal declare define dense_rank deref describe deterministic
          disallow disconnect double drop dynamic each element empty end_frame end_partition
          equals escape every exec execute exp explain extend external extract filter
          first_value float floor frame_row free friday function fusion get global grouping
          groups hold hour identity import indicator initial inout insensitive int integer
          intersection json_array json_arrayagg json_exists json_object json_objectagg
          json_query json_scope json_value lag language large last_value lead like_regex ln
          local lower match matches match_number match_recognize max measures member method
          min minute mod modifies module monday month multiset national nchar nclob new no
          none normalize nth_value ntile nullif numeric occurrences_regex octet_length of old
          omit one open ordinal out over overlay parameter pattern per percent percentile_cont
          percentile_disc percent_rank period permute portion position position_regex power
          precedes precision prepare prev procedure range rank reads real ref referencing
          regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
          regr_syy release reset result return returns revoke rollback rollup rows row_number
          safe_cast safe_offset safe_ordinal saturday savepoint scope scroll search second
          seek sensitive show smallint specific specifictype sql sqlexception sqlstate
          sqlwarning sqrt start static stddev_pop stddev_samp submultiset subset substring
          substring_regex succeeds sum sunday system system_time thursday time timestamp
          timezone_hour timezone_minute tinyint translate translate_regex translation treat
          trigger trim trim_array truncate try_cast tuesday uescape unsigned upper uuid value
          value_of varbinary varchar variant varying var_pop var_samp versioning wednesday
          whenever width_bucket within without year
        """
            .strip());
  }

  static Stream<String> reservedWords() {
    return SPACE.splitAsStream(RESERVED.strip());
  }

  @ParameterizedTest
  @MethodSource("freedWords")
  void aFreedWordMeansWhatItMeansInQuotes(String word) {
    assertThat(SqlParser.parse("CREATE TABLE t (" + word + " INTEGER)"))
        .isEqualTo(SqlParser.parse("CREATE TABLE t (\"" + word + "\" INTEGER)"));
    for (String statement : STATEMENTS) {
      assertThat(tree(statement.replace("#", word)))
          .as(statement)
          .isEqualTo(tree(statement.replace("#", '"' + word + '"')));
    }
  }

  @ParameterizedTest
  @MethodSource("reservedWords")
  void aReservedWordNeedsQuotes(String word) {
    assertThatThrownBy(() -> SqlParser.parse("DROP TABLE " + word))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining(word + " is a reserved word; as a name it is written");
  }

  @Test
  void everydayNamesOfPostgresqlAreNames() {
    String names = "day value year text name language result method position at date timestamp";
    for (String name : SPACE.splitAsStream(names).toList()) {
      assertThat(Keywords.RESERVED).doesNotContain(name.toUpperCase(Locale.ROOT));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT position('a' IN 'b'), extract(DAY FROM d), extract(YEAR FROM d)",
        "SELECT count(*), count(DISTINCT a), sum(a), avg(a), min(a), max(a) FROM t",
        "SELECT DATE '2024-01-01', TIME '10:00:00', TIMESTAMP '2024-01-01 10:00:00'",
        "SELECT CAST(x AS DATE), CAST(x AS TIMESTAMP), x::date, x::double precision",
        "SELECT upper(a), lower(a), abs(a), ceil(a), floor(a), exp(a), ln(a), mod(a, 2)",
        "SELECT coalesce(a, b), nullif(a, b), substring(a FROM 1 FOR 2), trim(BOTH 'x' FROM a)",
        "SELECT overlay(a PLACING b FROM 1), translate(a, b, c), char_length(a)",
        "SELECT rank() OVER (ORDER BY a), row_number() OVER (PARTITION BY a ORDER BY b) FROM t",
        "SELECT sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
        "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY a)",
        "SELECT count(*) FILTER (WHERE a > 1) FROM t",
        "SELECT a FROM t GROUP BY ROLLUP (a), CUBE (a), GROUPING SETS ((a))",
        "SELECT a IS UNKNOWN, a LIKE 'x' ESCAPE '!', a NOT BETWEEN SYMMETRIC 1 AND 2",
        "SELECT INTERVAL '1' DAY, a + INTERVAL '1-2' YEAR TO MONTH",
        "SELECT a FROM t ORDER BY a OFFSET 2 ROWS FETCH NEXT 1 ROWS ONLY",
        "SELECT date, t.date, date + 0, date > DATE '2024-01-01' FROM t ORDER BY date",
      })
  void freedWordsKeepTheirPartInTheGrammar(String sql) {
    assertThat(tree(sql))
        .doesNotContain("`over`", "`filter`", "`interval`", "`escape`", "`rollup`");
  }

  private static String tree(String sql) {
    return switch (SqlParser.parse(sql)) {
      case Statement.Query query -> query.node().toString();
      case Statement.Modify modify -> modify.node().toString();
      case Statement other -> throw new AssertionError(other);
    };
  }
}
