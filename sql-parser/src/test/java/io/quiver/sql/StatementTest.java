package io.quiver.sql;

import static io.quiver.sql.Statement.Isolation.READ_COMMITTED;
import static io.quiver.sql.Statement.Isolation.REPEATABLE_READ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.sql.Statement.Begin;
import io.quiver.sql.Statement.ColumnSpec;
import io.quiver.sql.Statement.Commit;
import io.quiver.sql.Statement.CreateTable;
import io.quiver.sql.Statement.Describe;
import io.quiver.sql.Statement.DropTable;
import io.quiver.sql.Statement.Explain;
import io.quiver.sql.Statement.Flush;
import io.quiver.sql.Statement.IdentityKind;
import io.quiver.sql.Statement.Modify;
import io.quiver.sql.Statement.Query;
import io.quiver.sql.Statement.Release;
import io.quiver.sql.Statement.ResetAll;
import io.quiver.sql.Statement.Rollback;
import io.quiver.sql.Statement.RollbackTo;
import io.quiver.sql.Statement.Savepoint;
import io.quiver.sql.Statement.SetOption;
import io.quiver.sql.Statement.SetTransaction;
import io.quiver.sql.Statement.ShowAll;
import io.quiver.sql.Statement.ShowObjects;
import io.quiver.sql.Statement.ShowOption;
import io.quiver.sql.Statement.TableName;
import io.quiver.sql.Statement.Truncate;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {
  static Stream<Arguments> commands() {
    TableName docs = new TableName(null, "docs");
    return Stream.of(
        Arguments.of("BEGIN", new Begin(null, null)),
        Arguments.of("begin work;", new Begin(null, null)),
        Arguments.of(
            "START TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            new Begin(REPEATABLE_READ, true)),
        Arguments.of(
            "BEGIN TRANSACTION READ WRITE ISOLATION LEVEL READ COMMITTED",
            new Begin(READ_COMMITTED, false)),
        Arguments.of("COMMIT", new Commit()),
        Arguments.of("end transaction", new Commit()),
        Arguments.of("Rollback Work", new Rollback()),
        Arguments.of("ABORT", new Rollback()),
        Arguments.of("SET quiver.recall_target = 0.95", option("quiver.recall_target", "0.95")),
        Arguments.of("SET HNSW.EF_SEARCH TO -1", option("hnsw.ef_search", "-1")),
        Arguments.of("SET SESSION x = 'It''s'", option("x", "It's")),
        Arguments.of("SET x = ON", option("x", "on")),
        Arguments.of("SET x TO DEFAULT", option("x", null)),
        Arguments.of("RESET x", option("x", null)),
        Arguments.of(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            new SetTransaction(false, REPEATABLE_READ, null)),
        Arguments.of(
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            new SetTransaction(true, null, true)),
        Arguments.of("SET LOCAL x = 1", new SetOption("x", "1", true)),
        Arguments.of("SET search_path TO a, \"B\"", option("search_path", "a, B")),
        Arguments.of("SET TIME ZONE -8", option("timezone", "-8")),
        Arguments.of("SET TIME ZONE LOCAL", option("timezone", null)),
        Arguments.of("RESET ALL", new ResetAll()),
        Arguments.of("SHOW ALL", new ShowAll()),
        Arguments.of(
            "TRUNCATE TABLE ONLY docs, a.b CONTINUE IDENTITY CASCADE",
            new Truncate(List.of(docs, new TableName("a", "b")), true)),
        Arguments.of("SAVEPOINT s", new Savepoint("s")),
        Arguments.of("ROLLBACK TRANSACTION TO SAVEPOINT \"S\"", new RollbackTo("S")),
        Arguments.of("ROLLBACK TO savepoint", new RollbackTo("savepoint")),
        Arguments.of("RELEASE s", new Release("s")),
        Arguments.of("SHOW TABLES", new ShowObjects(Statement.Listing.TABLES, null)),
        Arguments.of("show quiver.version", new ShowOption("quiver.version")),
        Arguments.of("SHOW TRANSACTION ISOLATION LEVEL", new ShowOption("transaction_isolation")),
        Arguments.of("DESCRIBE Docs", new Describe(docs)),
        Arguments.of("desc table public.\"Docs\"", new Describe(new TableName("public", "Docs"))),
        Arguments.of("FLUSH", new Flush(null)),
        Arguments.of("/* now */ FLUSH -- all\n TABLE docs ;", new Flush(docs)),
        Arguments.of("checkpoint", new Statement.Checkpoint()),
        Arguments.of("OPTIMIZE TABLE docs", new Statement.Optimize(docs)),
        Arguments.of("LOAD TABLE docs", new Statement.Load(docs, List.of())),
        Arguments.of("load table docs (A, \"B\")", new Statement.Load(docs, List.of("a", "B"))),
        Arguments.of("RELEASE TABLE docs", new Statement.ReleaseTable(docs)),
        Arguments.of("REINDEX TABLE docs", new Statement.Reindex(docs, true)),
        Arguments.of("reindex index docs;", new Statement.Reindex(docs, false)),
        Arguments.of("KILL BUILD 7", new Statement.KillBuild(7)),
        Arguments.of("DROP TABLE docs", new DropTable(List.of(docs), false, false)),
        Arguments.of(
            "DROP TABLE IF EXISTS a.b, docs CASCADE",
            new DropTable(List.of(new TableName("a", "b"), docs), true, true)));
  }

  private static SetOption option(String name, @Nullable String value) {
    return new SetOption(name, value, false);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandIsRead(String sql, Statement wanted) {
    assertThat(SqlParser.parse(sql)).isEqualTo(wanted);
  }

  @Test
  void aTableHasItsColumnsKeyAndDefaults() {
    Statement statement =
        SqlParser.parse(
            """
            CREATE TABLE IF NOT EXISTS public.Docs (
              id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
              "Tenant" INT NOT NULL DEFAULT 1 + 2,
              lang VARCHAR(8) DEFAULT 'en' NULL,
              body TEXT, big DOUBLE PRECISION, small FLOAT(20), seen TIMESTAMP WITHOUT TIME ZONE,
              born DATE DEFAULT (CASE WHEN 1 IS NULL THEN NULL ELSE DATE '2020-01-01' END),
              ok BOOL DEFAULT NOT TRUE, emb VECTOR(768, FLOAT32) NOT NULL)
            """);
    assertThat(statement)
        .isEqualTo(
            new CreateTable(
                new TableName("public", "docs"),
                true,
                List.of(
                    new ColumnSpec("id", SqlType.BIGINT, false, null, IdentityKind.ALWAYS),
                    new ColumnSpec("Tenant", SqlType.INTEGER, false, "1 + 2", IdentityKind.NONE),
                    new ColumnSpec("lang", new SqlType.Varchar(8), true, "'en'", IdentityKind.NONE),
                    nullable("body", SqlType.TEXT),
                    nullable("big", SqlType.DOUBLE),
                    nullable("small", SqlType.REAL),
                    nullable("seen", SqlType.TIMESTAMP),
                    new ColumnSpec(
                        "born",
                        SqlType.DATE,
                        true,
                        "(CASE WHEN 1 IS NULL THEN NULL ELSE DATE '2020-01-01' END)",
                        IdentityKind.NONE),
                    new ColumnSpec("ok", SqlType.BOOLEAN, true, "NOT TRUE", IdentityKind.NONE),
                    new ColumnSpec("emb", SqlType.vector(768), false, null, IdentityKind.NONE)),
                List.of(new ConstraintSpec.PrimaryKey(null, List.of("id")))));
  }

  private static ColumnSpec nullable(String name, SqlType type) {
    return new ColumnSpec(name, type, true, null, IdentityKind.NONE);
  }

  @Test
  void aKeyOfSeveralColumnsIsNotNull() {
    CreateTable table =
        (CreateTable)
            SqlParser.parse(
                "create table t (a serial, b int8, c bigint auto_increment,"
                    + " constraint k primary key (b, a))");
    assertThat(table.constraints())
        .containsExactly(new ConstraintSpec.PrimaryKey("k", List.of("b", "a")));
    assertThat(table.columns()).noneMatch(ColumnSpec::nullable);
    assertThat(table.columns())
        .extracting(ColumnSpec::identity)
        .containsExactly(IdentityKind.BY_DEFAULT, IdentityKind.NONE, IdentityKind.BY_DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select 1",
        "(select 1) union all (select 2);",
        "values (1, 'a'), (2, 'b')",
        "table docs",
        "with c as (select 1 as x) select * from c order by x desc nulls last limit 3 offset 1",
        "select count(*) as n, lang from docs group by lang having count(*) > 1 order by n",
        "select * from a left join b on a.id = b.id where a.x in (1, 2) and exists (select 1)",
        "select text, string, vector from int4 where name ilike 'a%' and a != b % 2",
        "select cast(a as text), b::int8, c::varchar(3), d::double precision from t",
        "select 1 limit 10, 5",
        "select date '2020-01-01', timestamp '2020-01-01 00:00:00.123456', array[1, 2.5]",
        "select 'héllo 日本 😀' as greeting",
        "/***/ select /* 'x */ 1 -- 'y",
        "select a.b.c from a.b fetch first 3 rows only",
        "select vector_distance(a, ?, cosine) from t",
        "select case when a then 1 else 2 end, coalesce(a, b), extract(year from d) from t",
      })
  void aQueryIsRead(String sql) {
    assertThat(SqlParser.parse(sql)).isInstanceOf(Query.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT | insert into docs (id, emb) values (1, '[1,2]'), (?, ?)",
        "INSERT | insert into docs select * from other",
        "INSERT | insert into docs values (default, 1)",
        "UPDATE | update docs set a = a + 1, emb = vector '[1,2]' where id = ?",
        "DELETE | delete from docs where emb <-> ? > 3",
      })
  void aChangeIsRead(Modify.Kind kind, String sql) {
    assertThat(((Modify) SqlParser.parse(sql)).kind()).isEqualTo(kind);
  }

  @Test
  void explainHoldsTheStatementAtItsPlace() {
    Explain explain = (Explain) SqlParser.parse("explain analyze\n select 1 + nothing from t");
    assertThat(explain.analyze()).isTrue();
    Query query = (Query) explain.statement();
    assertThat(query.node().getParserPosition().getLineNum()).isEqualTo(2);
    assertThat(((Explain) SqlParser.parse("EXPLAIN DELETE FROM t")).statement())
        .isInstanceOf(Modify.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "42601 | 1 | 1 | selec 1",
        "42601 | 1 | 1 | ``",
        "42601 | 1 | 8 | select from t",
        "42601 | 1 | 15 | select a from where b",
        "42601 | 1 | 11 | select a, from b",
        "42601 | 1 | 33 | select a from t order by a limit",
        "42601 | 1 | 22 | select * from t whre a = 1",
        "42601 | 1 | 10 | select 1 1",
        "42601 | 1 | 8 | select 'abc",
        "42601 | 1 | 8 | select \"abc",
        "42601 | 1 | 8 | select /* abc",
        "42601 | 1 | 8 | select $1",
        "42601 | 1 | 11 | select 1; select 2",
        "42601 | 1 | 8 | select order from t",
        "42601 | 1 | 17 | create table t (order int)",
        "42601 | 1 | 15 | create table t",
        "42601 | 1 | 34 | create table t (a int default 1 +)",
        "42601 | 1 | 31 | create table t (a int default ?)",
        "42601 | 1 | 7 | begin maybe",
        "42601 | 1 | 6 | set x",
        "42601 | 1 | 9 | explain begin",
        "42601 | 1 | 17 | select 1 from t // x",
        "42704 | 1 | 19 | create table t (a foo)",
        "42704 | 1 | 18 | select cast(a as foo) from t",
        "22000 | 1 | 19 | create table t (a vector(0))",
        "22000 | 1 | 11 | select a::vector(70000) from t",
        "0A000 | 1 | 19 | create table t (a money)",
        "0A000 | 1 | 18 | select cast(a as xml) from t",
        "42704 | 1 | 11 | select a::vector(3, float17) from t",
        "0A000 | 1 | 11 | select a::vector(3, float64) from t",
        "0A000 | 1 | 24 | create table t (a text collate x)",
        "0A000 | 1 | 24 | create table t (a int) partition by hash (a)",
        "0A000 | 1 | 20 | create index on t ((a + 1))",
        "0A000 | 1 | 8 | create or replace table t (a int)",
        "0A000 | 1 | 15 | alter table t owner to me",
        "42601 | 1 | 14 | alter table t",
        "0A000 | 1 | 1 | merge into t using s on t.a = s.a when matched then delete",
        "42601 | 1 | 10 | savepoint",
        "42601 | 1 | 12 | rollback to",
        "0A000 | 1 | 23 | begin isolation level serializable",
        "42601 | 1 | 35 | insert into t values (1) returning",
      })
  void anErrorHasItsStateAndPlace(String state, int line, int column, String sql) {
    QuiverException error = catchThrowableOfType(QuiverException.class, () -> SqlParser.parse(sql));
    assertThat(error.sqlState()).as(error.getMessage()).isEqualTo(state);
    assertThat(error).hasMessageStartingWith("line " + line + ", column " + column + ": ");
    assertThat(error.getMessage()).doesNotContain("\n").hasSizeLessThan(200);
  }

  @Test
  void anErrorCountsLines() {
    QuiverException error =
        catchThrowableOfType(
            QuiverException.class, () -> SqlParser.parse("select 1,\r\n\t2\rfrom\n from t"));
    assertThat(error).hasMessageStartingWith("line 4, column 2: found from, ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "create table t (a int, a text) | 42701",
        "create table t (a int primary key, primary key (a)) | 42P16",
        "create table t (a text generated always as identity) | 42P16",
        "create table t (a serial default 1) | 42P16",
        "create table t (a int null not null) | 42P16",
        "create table t (a vector) | 42P16",
      })
  void aTableThatCannotBeIsRefused(String sql, String state) {
    QuiverException error = catchThrowableOfType(QuiverException.class, () -> SqlParser.parse(sql));
    assertThat(error.sqlState()).isEqualTo(state);
  }
}
