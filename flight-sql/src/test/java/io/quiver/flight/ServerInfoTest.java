package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.Session;
import io.quiver.types.QuiverException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the server says of itself, beside what it does. */
@Timeout(60)
class ServerInfoTest {
  /** Lists and maps of what SQL has, and the versions of a language that is not spoken. */
  private static final Set<SqlInfo> OPTIONAL =
      EnumSet.of(
          SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MIN_VERSION,
          SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT_MAX_VERSION,
          SqlInfo.SQL_KEYWORDS,
          SqlInfo.SQL_NUMERIC_FUNCTIONS,
          SqlInfo.SQL_STRING_FUNCTIONS,
          SqlInfo.SQL_SYSTEM_FUNCTIONS,
          SqlInfo.SQL_DATETIME_FUNCTIONS,
          SqlInfo.SQL_SUPPORTS_CONVERT);

  private final Served served = new Served();
  private final Map<Integer, Object> said = new HashMap<>();

  @BeforeEach
  void ask() throws Exception {
    served
        .rows(served.client.getSqlInfo(new int[0]))
        .forEach(row -> said.put((Integer) row.get(0), row.get(1)));
    served.run(
        "CREATE SCHEMA s",
        "CREATE TABLE s.t (id INTEGER PRIMARY KEY, x INTEGER, n TEXT)",
        "INSERT INTO s.t VALUES (1, 2, 'a'), (2, NULL, 'b'), (3, 1, 'a_c')");
  }

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void everyValueIsSaid() {
    for (SqlInfo info : SqlInfo.values()) {
      if (info != SqlInfo.UNRECOGNIZED && !OPTIONAL.contains(info)) {
        assertThat(said).as(info.name()).containsKey(info.getNumber());
      }
    }
  }

  @Test
  void whatIsSaidOfStatementsIsTrue() {
    check(SqlInfo.SQL_DDL_CATALOG, "CREATE DATABASE d");
    check(SqlInfo.SQL_DDL_SCHEMA, "CREATE SCHEMA made1");
    check(SqlInfo.SQL_DDL_TABLE, "CREATE TABLE made2 (id INTEGER)");
    check(SqlInfo.SQL_SAVEPOINTS_SUPPORTED, "BEGIN", "SAVEPOINT p", "ROLLBACK TO SAVEPOINT p");
    check(SqlInfo.SQL_TRANSACTIONS_SUPPORTED, "BEGIN", "ROLLBACK");
    check(SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED, "SELECT :x");
    check(SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED, "SELECT id FROM s.t FOR UPDATE");
    check(SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED, "CALL s.p()");
    check(SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED, "CALL s.p()");
    check(SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING, "SELECT x AS y FROM s.t");
    check(SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES, "SELECT a.x FROM s.t AS a");
    check(SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY, "SELECT x FROM s.t ORDER BY -x");
    check(SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED, "SELECT x FROM s.t ORDER BY n");
    check(SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE, "SELECT 'a' LIKE 'b' ESCAPE '!'");
    check(SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS, "CREATE TABLE made3 (id INTEGER NOT NULL)");
    check(
        SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY,
        "CREATE TABLE made4 (id INTEGER REFERENCES s.t (id))");
    check(
        SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED,
        "SELECT id FROM s.t a WHERE EXISTS (SELECT 1 FROM s.t b WHERE b.id = a.x)");
    check(SqlInfo.SQL_CATALOG_AT_START, "SELECT id FROM test.s.t");
    // A name of its own may be another table's.
    checkNot(SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES, "SELECT t.id FROM s.t AS t");
  }

  @Test
  void whatIsSaidInBitsIsTrue() {
    checkBits(
        SqlInfo.SQL_SUPPORTED_GROUP_BY,
        "SELECT count(*) FROM s.t GROUP BY x",
        "SELECT x FROM s.t GROUP BY x, n");
    checkBits(
        SqlInfo.SQL_SUPPORTED_UNIONS, "SELECT 1 UNION SELECT 1", "SELECT 1 UNION ALL SELECT 1");
    checkBits(
        SqlInfo.SQL_SUPPORTED_SUBQUERIES,
        "SELECT id FROM s.t WHERE x = (SELECT 1)",
        "SELECT id FROM s.t WHERE EXISTS (SELECT 1)",
        "SELECT id FROM s.t WHERE x IN (SELECT 1)",
        "SELECT id FROM s.t WHERE x > ALL (SELECT 1)");
    // The first bit stands for no outer joins at all.
    checkBits(
        SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL,
        "no outer joins",
        "SELECT 1 FROM s.t a LEFT JOIN s.t b ON a.id = b.x",
        "SELECT 1 FROM s.t a FULL JOIN s.t b ON a.id > b.x");
    checkBits(
        SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS,
        "CALL s.p()",
        "CREATE INDEX made5 ON s.t (x)",
        "GRANT SELECT ON s.t TO someone");
    checkBits(
        SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS,
        "CALL test.s.p()",
        "CREATE INDEX made6 ON test.s.t (x)",
        "GRANT SELECT ON test.s.t TO someone");
    // What the core grammar of ODBC has beyond the minimum, and SQL-92 beyond that.
    checkBits(
        SqlInfo.SQL_SUPPORTED_GRAMMAR, "SELECT DISTINCT x FROM s.t", "GRANT SELECT ON s.t TO x");
    // The entry level of SQL-92 has privileges.
    checkBits(SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL, "GRANT SELECT ON s.t TO someone");
    checkBits(
        SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS,
        "DELETE FROM s.t WHERE CURRENT OF c",
        "UPDATE s.t SET x = 1 WHERE CURRENT OF c");
  }

  @Test
  void isolationLevelsAreThoseThatHold() {
    String[] levels = {"READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"};
    for (int i = 0; i < levels.length; i++) {
      assertThat(bit(SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS, i + 2))
          .as(levels[i])
          .isEqualTo(works("BEGIN ISOLATION LEVEL " + levels[i]));
    }
    assertThat(said.get(SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION_VALUE)).isEqualTo(2L);
  }

  @Test
  void definitionsBelongToTheirTransaction() throws Exception {
    assertThat(said.get(SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT_VALUE))
        .isEqualTo(false);
    assertThat(said.get(SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED_VALUE))
        .isEqualTo(false);
    served.run("BEGIN", "CREATE TABLE made (id INTEGER)", "INSERT INTO made VALUES (1)");
    assertThat(works("SELECT * FROM made")).isFalse();
    served.run("BEGIN", "CREATE TABLE made (id INTEGER)", "COMMIT");
    assertThat(works("SELECT * FROM made")).isTrue();
  }

  @Test
  void namesAreFoldedNullsComeLastAndAddNothing() throws Exception {
    assertThat(said.get(SqlInfo.SQL_IDENTIFIER_CASE_VALUE)).isEqualTo(3L);
    assertThat(works("SELECT ID FROM S.T")).isTrue();
    assertThat(works("SELECT \"ID\" FROM s.t")).isFalse();
    assertThat(said.get(SqlInfo.SQL_NULL_ORDERING_VALUE)).isEqualTo(3L);
    for (String order : new String[] {"x", "x DESC"}) {
      assertThat(served.query("SELECT x FROM s.t ORDER BY " + order).getLast().getFirst()).isNull();
    }
    assertThat(said.get(SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL_VALUE)).isEqualTo(true);
    assertThat(served.query("SELECT 1 + NULL").getFirst().getFirst()).isNull();
  }

  @Test
  void limitsAreThoseThatHold() {
    long names = (long) number(SqlInfo.SQL_MAX_TABLE_NAME_LENGTH);
    assertThat(said.get(SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH_VALUE)).isEqualTo(names);
    assertThat(said.get(SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH_VALUE)).isEqualTo(names);
    String longest = "n".repeat((int) names);
    for (String before : new String[] {"CREATE SCHEMA ", "CREATE VIEW v AS SELECT 1 AS "}) {
      assertThat(works(before + longest)).isTrue();
      assertThat(works(before + longest + "n")).isFalse();
    }
    assertThat(works("CREATE TABLE " + longest + " (x$ INTEGER)")).isTrue();
    assertThat(works("CREATE TABLE " + longest + "n (x INTEGER)")).isFalse();
    assertThat(said.get(SqlInfo.SQL_EXTRA_NAME_CHARACTERS_VALUE)).isEqualTo("$");

    int statement = Math.toIntExact((long) number(SqlInfo.SQL_MAX_STATEMENT_LENGTH));
    String text = "n".repeat(statement - "SELECT ''".length());
    assertThat(works("SELECT '" + text + "'")).isTrue();
    assertThat(works("SELECT '" + text + "n'")).isFalse();

    assertThat(said.get(SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT_VALUE))
        .isEqualTo((int) Served.IDLE_LIMIT.toMillis());
  }

  private void check(SqlInfo info, String... statements) {
    assertThat(said.get(info.getNumber())).as(info.name()).isEqualTo(works(statements));
  }

  private void checkNot(SqlInfo info, String... statements) {
    assertThat(said.get(info.getNumber())).as(info.name()).isEqualTo(!works(statements));
  }

  /** One statement a bit, from the lowest. */
  private void checkBits(SqlInfo info, String... statements) {
    for (int bit = 0; bit < statements.length; bit++) {
      assertThat(bit(info, bit))
          .as(info + ": " + statements[bit])
          .isEqualTo(works(statements[bit]));
    }
  }

  private Object number(SqlInfo info) {
    return Objects.requireNonNull(said.get(info.getNumber()), info.name());
  }

  private boolean bit(SqlInfo info, int bit) {
    return ((int) number(info) >> bit & 1) == 1;
  }

  private boolean works(String... statements) {
    try (Session session = served.database.connect()) {
      for (String sql : statements) {
        session.execute(sql).close();
      }
      return true;
    } catch (QuiverException e) {
      return false;
    }
  }
}
