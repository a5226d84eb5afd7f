package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.executor.expression.UserFunction;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What SQL text cannot say: parameters, threads, transactions by the API, cancellation, caching.
 */
class SessionTest {
  private final Database database = Database.inMemory("test");
  private final Session session = database.connect();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void parametersAreTypedAtPrepareAndConvertedAtExecute() {
    run("CREATE TABLE t (id BIGINT PRIMARY KEY, r REAL, s TEXT, v VECTOR(2))");
    PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?, ?, ?)");
    assertThat(insert.kind()).isEqualTo(StatementKind.INSERT);
    assertThat(insert.parameterTypes())
        .containsExactly(SqlType.BIGINT, SqlType.REAL, SqlType.TEXT, SqlType.vector(2));
    byte[] packed =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putFloat(3).putFloat(4).array();
    run(insert, 1, 1.5, "a", new float[] {1, 2});
    run(insert, "2", 2, "b", new double[] {2, 3});
    run(insert, 3L, "3.5", "c", packed);
    run(insert, (short) 4, null, null, List.of(4, 5.0));
    run(insert, 5, 1f, "e", "[5,6]");

    PreparedStatement search = session.prepare("SELECT id, v FROM t ORDER BY v <-> ? LIMIT ?");
    assertThat(search.parameterTypes()).containsExactly(SqlType.vector(2), SqlType.BIGINT);
    assertThat(search.result().field(1).type()).isEqualTo(SqlType.vector(2));
    assertThat(rows(search, new float[] {3, 4}, 1).getFirst())
        .satisfies(row -> assertThat(row.get(0)).isEqualTo(3L))
        .satisfies(row -> assertThat((float[]) row.get(1)).containsExactly(3, 4));
  }

  @Test
  void aParameterThatDoesNotFitIsRefused() {
    run("CREATE TABLE t (id INTEGER, v VECTOR(2))");
    PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?)");
    assertCode(ErrorCode.INVALID_PARAMETER_VALUE, () -> run(insert, 1));
    assertCode(ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, () -> run(insert, 1L << 40, null));
    assertCode(ErrorCode.INVALID_TEXT_REPRESENTATION, () -> run(insert, "one", null));
    assertCode(ErrorCode.DATATYPE_MISMATCH, () -> run(insert, new Object(), null));
    assertCode(ErrorCode.DIMENSION_MISMATCH, () -> run(insert, 1, new float[] {1}));
    assertCode(ErrorCode.INVALID_PARAMETER_VALUE, () -> run(insert, 1, new float[] {1, Float.NaN}));
    assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(0L));
  }

  @Test
  void statementsThatDifferInLiteralsAloneShareAPlan() {
    run("CREATE TABLE t (id INTEGER, s TEXT)");
    for (int i = 0; i < 5; i++) {
      run("INSERT INTO t VALUES (" + i + ", 'row " + i + "')");
    }
    for (int i = 0; i < 5; i++) {
      assertThat(rows("SELECT s FROM t WHERE id = " + i)).containsExactly(List.of("row " + i));
    }
    // Another type, and an ordinal, are other plans.
    assertThat(rows("SELECT s FROM t WHERE id = 1.5")).isEmpty();
    assertThat(rows("SELECT id, s FROM t ORDER BY 1 DESC LIMIT 1").getFirst()).contains(4);
    assertThat(rows("SELECT id, s FROM t ORDER BY 2 LIMIT 1").getFirst()).contains(0);
    assertThat(
            rows("SELECT cache_hits FROM quiver.statements WHERE statement LIKE 'insert into t%'")
                .getFirst()
                .getFirst())
        .isEqualTo(4L);
  }

  @Test
  void aPluginsFunctionTakesParametersWhereverItStands() {
    UserFunction embed =
        new UserFunction(
            "embed",
            List.of(SqlType.TEXT),
            SqlType.vector(2),
            true,
            arguments -> new float[] {1, ((String) arguments.getFirst()).length()});
    DatabaseOptions defaults = DatabaseOptions.defaults();
    DatabaseOptions options =
        new DatabaseOptions(defaults.memTableBytes(), defaults.queryMemoryBytes(), List.of(embed));
    try (Database plugged = Database.inMemory("plugged", options);
        Session own = plugged.connect()) {
      own.execute("CREATE TABLE t (id INTEGER, v VECTOR(2))").close();
      own.execute("INSERT INTO t VALUES (1, embed('x')), (2, embed('four')), (3, NULL)").close();
      PreparedStatement search =
          own.prepare("SELECT id FROM t WHERE id < ? ORDER BY v <-> embed(?) LIMIT ?");
      assertThat(search.parameterTypes())
          .containsExactly(SqlType.INTEGER, SqlType.TEXT, SqlType.BIGINT);
      assertThat(collect(own.execute(search, List.of(3, "five!", 1)))).containsExactly(List.of(2));
      assertThat(rows(own, "SELECT id FROM t ORDER BY v <-> embed('y') LIMIT 3"))
          .containsExactly(List.of(1), List.of(2), List.of(3));
    }
  }

  @Test
  void aPreparedStatementOutlivesAChangeOfItsTable() {
    run("CREATE TABLE t (a INTEGER)");
    PreparedStatement count = session.prepare("SELECT count(*) FROM t");
    assertThat(rows(count).getFirst()).containsExactly(0L);
    run("DROP TABLE t");
    assertCode(ErrorCode.UNDEFINED_TABLE, () -> rows(count));
    run("CREATE TABLE t (b TEXT, c TEXT)");
    run("INSERT INTO t VALUES ('x', 'y')");
    assertThat(rows(count).getFirst()).containsExactly(1L);
  }

  @Test
  void countersUnderReadCommittedLoseNoUpdate() throws Exception {
    run("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)");
    run("INSERT INTO counter VALUES (1, 0)");
    int threads = 4;
    int each = 50;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        tasks.add(() -> {
          try (Session own = database.connect()) {
            for (int i = 0; i < each; i++) {
              own.execute("UPDATE counter SET n = n + 1 WHERE id = 1").close();
            }
          }
          return each;
        });
      }
      for (Future<Integer> done : pool.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(rows("SELECT n FROM counter")).containsExactly(List.of(threads * each));
  }

  @Test
  void repeatableReadEndsALostUpdateWith40001() {
    run("CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)");
    run("INSERT INTO counter VALUES (1, 0)");
    try (Session other = database.connect()) {
      run("BEGIN ISOLATION LEVEL REPEATABLE READ");
      assertThat(rows("SELECT n FROM counter")).containsExactly(List.of(0));
      other.execute("UPDATE counter SET n = 10").close();
      assertThat(rows("SELECT n FROM counter")).containsExactly(List.of(0));
      assertCode(
          ErrorCode.SERIALIZATION_FAILURE,
          () -> {
            run("UPDATE counter SET n = n + 1");
            session.commit();
          });
      session.rollback();
      assertThat(rows("SELECT n FROM counter")).containsExactly(List.of(10));
    }
  }

  @Test
  void aConflictAtCommitIsNeverTakenForSuccess() {
    run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    try (Session other = database.connect()) {
      run("BEGIN");
      run("INSERT INTO t VALUES (1)");
      other.execute("INSERT INTO t VALUES (1)").close();
      assertCode(ErrorCode.UNIQUE_VIOLATION, () -> run("COMMIT"));
      assertThat(session.inTransaction()).isFalse();
      assertThat(rows("SELECT count(*) FROM t")).containsExactly(List.of(1L));
    }
  }

  @Test
  void withoutAutoCommitTheFirstStatementOpensATransaction() {
    run("CREATE TABLE t (id INTEGER)");
    session.setAutoCommit(false);
    run("INSERT INTO t VALUES (1)");
    assertThat(session.inTransaction()).isTrue();
    try (Session other = database.connect()) {
      assertThat(rows(other, "SELECT count(*) FROM t")).containsExactly(List.of(0L));
      session.setAutoCommit(true);
      assertThat(rows(other, "SELECT count(*) FROM t")).containsExactly(List.of(1L));
    }
  }

  @Test
  void anOpenResultKeepsItsSnapshot() {
    run("CREATE TABLE t (id INTEGER)");
    run("INSERT INTO t VALUES (1), (2), (3)");
    try (QueryResult open = session.execute("SELECT id FROM t")) {
      run("DELETE FROM t");
      Batch batch = open.next();
      assertThat(batch == null ? 0 : batch.rowCount()).isEqualTo(3);
    }
    assertThat(rows("SELECT id FROM t")).isEmpty();
  }

  @Test
  void aCancelledStatementEndsWithinASecond() throws Exception {
    run("CREATE TABLE n (x INTEGER)");
    for (int i = 0; i < 3; i++) {
      run("INSERT INTO n VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10)");
    }
    String cross = "SELECT count(*) FROM n a, n b, n c, n d, n e, n f, n g, n h";
    try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
      Future<ErrorCode> code =
          pool.submit(() -> {
            try {
              rows(cross);
              return ErrorCode.INTERNAL_ERROR;
            } catch (QuiverException e) {
              return e.code();
            }
          });
      Thread.sleep(300);
      long start = System.nanoTime();
      session.cancel();
      assertThat(code.get()).isEqualTo(ErrorCode.QUERY_CANCELED);
      assertThat(System.nanoTime() - start).isLessThan(1_000_000_000L);
    }
    run("SET quiver.statement_timeout = 200");
    assertCode(ErrorCode.QUERY_CANCELED, () -> rows(cross));
  }

  @Test
  void aDirectoryIsOpenedOnce(@TempDir Path directory) {
    try (Database first = Database.open(directory)) {
      assertThat(first.name()).isEqualTo(directory.getFileName() + "");
      assertCode(ErrorCode.DATABASE_IN_USE, () -> Database.open(directory).close());
    }
    Database.open(directory).close();
  }

  @Test
  void aClosedDatabaseSaysSo() {
    database.close();
    assertCode(ErrorCode.CONNECTION_DOES_NOT_EXIST, () -> rows("SELECT 1"));
    assertCode(ErrorCode.ADMIN_SHUTDOWN, database::connect);
  }

  private static void assertCode(ErrorCode code, ThrowingCall call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  private void run(String sql) {
    session.execute(sql).close();
  }

  private void run(PreparedStatement statement, @Nullable Object... parameters) {
    session.execute(statement, Arrays.asList(parameters)).close();
  }

  private List<List<@Nullable Object>> rows(String sql) {
    return rows(session, sql);
  }

  private static List<List<@Nullable Object>> rows(Session session, String sql) {
    return collect(session.execute(sql));
  }

  private List<List<@Nullable Object>> rows(
      PreparedStatement statement, @Nullable Object... parameters) {
    return collect(session.execute(statement, Arrays.asList(parameters)));
  }

  private static List<List<@Nullable Object>> collect(QueryResult result) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (result) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<@Nullable Object> values = new ArrayList<>();
          for (int column = 0; column < batch.width(); column++) {
            values.add(batch.column(column).get(row));
          }
          rows.add(values);
        }
      }
    }
    return rows;
  }

  /** A call that may throw anything. */
  private interface ThrowingCall {
    void run() throws Exception;
  }
}
