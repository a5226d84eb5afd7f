package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.jdbc.QuiverVector;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.time.LocalDate;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the driver promises, in this process and over the network alike. */
abstract class DriverContract extends DriverMetadataContract {
  @Test
  void aPreparedStatementRunsAgainAndAgain() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY, square BIGINT)");
    try (PreparedStatement insert =
            connection.prepareStatement("INSERT INTO numbers VALUES (?, ?)");
        PreparedStatement select =
            connection.prepareStatement("SELECT square FROM numbers WHERE id = ?")) {
      assertThat(select.getMetaData().getColumnType(1)).isEqualTo(Types.BIGINT);
      assertThat(select.getParameterMetaData().getParameterCount()).isEqualTo(1);
      assertThat(select.getParameterMetaData().getParameterType(1)).isEqualTo(Types.INTEGER);
      for (int i = 0; i < 20; i++) {
        insert.setInt(1, i);
        insert.setLong(2, (long) i * i);
        assertThat(insert.executeUpdate()).isEqualTo(1);
        select.setInt(1, i);
        try (ResultSet rows = select.executeQuery()) {
          assertThat(rows.next()).isTrue();
          assertThat(rows.getInt(1)).isEqualTo(i * i);
          assertThat(rows.next()).isFalse();
        }
      }
      assertState("07001", "parameter 1 is not set", () -> fresh(select));
    }
  }

  private static void fresh(PreparedStatement select) throws SQLException {
    select.clearParameters();
    select.executeQuery();
  }

  @Test
  void aBatchGivesItsCountsAndIsAllOrNothing() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO numbers VALUES (?)");
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 1_000; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      assertThat(insert.executeBatch()).hasSize(1_000).containsOnly(1);
      assertThat(insert.executeBatch()).isEmpty();
      statement.addBatch("DELETE FROM numbers WHERE id < 10");
      statement.addBatch("UPDATE numbers SET id = id + 5000 WHERE id >= 900");
      assertThat(statement.executeBatch()).containsExactly(10, 100);
      for (int id : new int[] {7_000, 7_001, 7_000}) {
        insert.setInt(1, id);
        insert.addBatch();
      }
      assertThatThrownBy(insert::executeBatch).isInstanceOf(BatchUpdateException.class);
    }
    assertThat(number("SELECT count(*) FROM numbers")).isEqualTo(990);
  }

  @Test
  void anErrorCarriesItsStateAndNothingElse() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY, v VECTOR(2))");
    run("INSERT INTO numbers VALUES (1, '[1,2]')");
    assertState("23505", "", () -> run("INSERT INTO numbers VALUES (1, '[1,2]')"));
    assertState("42601", "", () -> run("SELEC 1"));
    assertState("42P01", "nothing", () -> run("DELETE FROM nothing"));
    assertState("42703", "nope", () -> run("DELETE FROM numbers WHERE nope = 1"));
    assertState("22000", "", () -> run("INSERT INTO numbers VALUES (2, '[1,2,3]')"));
    assertState(
        "42P01", "nothing", () -> connection.prepareStatement("SELECT * FROM nothing").close());
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO numbers VALUES (?, ?)")) {
      insert.setInt(1, 1);
      insert.setString(2, "[1,2]");
      assertState("23505", "", insert::executeUpdate);
    }
    assertThat(number("SELECT count(*) FROM numbers")).isEqualTo(1);
  }

  @Test
  void aTransactionIsOwnUntilItCommits() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    try (Connection other = DriverManager.getConnection(url());
        Statement reader = other.createStatement()) {
      connection.setAutoCommit(false);
      assertThat(connection.getAutoCommit()).isFalse();
      run("INSERT INTO numbers VALUES (1)");
      assertThat(number("SELECT count(*) FROM numbers")).isEqualTo(1);
      assertThat(count(reader)).isZero();
      connection.rollback();
      assertThat(number("SELECT count(*) FROM numbers")).isZero();
      run("INSERT INTO numbers VALUES (2)");
      connection.commit();
      assertThat(count(reader)).isEqualTo(1);
      connection.setAutoCommit(true);
      assertState("25P01", "auto-commit", connection::commit);
    }
  }

  private static long count(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM numbers")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  @Test
  void isolationIsOneOfTwoLevels() throws SQLException {
    assertThat(connection.getTransactionIsolation())
        .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    assertThat(connection.getTransactionIsolation())
        .isEqualTo(Connection.TRANSACTION_REPEATABLE_READ);
    assertState(
        "0A000",
        "READ COMMITTED or REPEATABLE READ",
        () -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE));
    assertThat(connection.isReadOnly()).isFalse();
    connection.setReadOnly(true);
    assertState("25006", "", () -> run("CREATE TABLE numbers (id INTEGER)"));
  }

  @Test
  void twoStatementsAreOpenOnOneConnection() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(5_000);
    try (Statement first = connection.createStatement();
        Statement second = connection.createStatement()) {
      first.setFetchSize(100);
      second.setFetchSize(77);
      try (ResultSet up = first.executeQuery("SELECT id FROM numbers ORDER BY id");
          ResultSet down = second.executeQuery("SELECT id FROM numbers ORDER BY id DESC")) {
        for (int i = 0; i < 5_000; i++) {
          assertThat(up.next()).isTrue();
          assertThat(down.next()).isTrue();
          assertThat(up.getInt(1)).isEqualTo(i);
          assertThat(down.getInt(1)).isEqualTo(4_999 - i);
        }
        assertThat(up.next()).isFalse();
        assertThat(down.next()).isFalse();
      }
    }
  }

  private void fill(int count) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO numbers VALUES (?)")) {
      for (int i = 0; i < count; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  @Test
  void aBigResultComesInFrames() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(400);
    String big = "SELECT a.id * 400 + b.id FROM numbers a JOIN numbers b ON b.id < 250";
    try (Statement statement = connection.createStatement()) {
      long sum = 0;
      int count = 0;
      try (ResultSet rows = statement.executeQuery(big)) {
        while (rows.next()) {
          sum += rows.getLong(1);
          count++;
        }
      }
      assertThat(count).isEqualTo(100_000);
      assertThat(sum).isEqualTo(250L * 400 * (399L * 400 / 2) + 400 * (249L * 250 / 2));

      statement.setMaxRows(7);
      try (ResultSet rows = statement.executeQuery(big)) {
        for (int i = 0; i < 7; i++) {
          assertThat(rows.next()).isTrue();
        }
        assertThat(rows.next()).isFalse();
      }
    }
  }

  @Test
  void cancelEndsWhatRunsWithinASecond() throws Exception {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(3_000);
    String endless =
        "SELECT count(*) FROM numbers a JOIN numbers b ON a.id <> b.id JOIN numbers c ON"
            + " c.id <> a.id + b.id";
    connection.prepareStatement(endless).close(); // so that none of the time below is planning
    try (Statement statement = connection.createStatement()) {
      CountDownLatch ended = new CountDownLatch(1);
      FutureTask<Long> firstCancelNanos =
          new FutureTask<>(() -> {
            Thread.sleep(300);
            long first = System.nanoTime();
            do { // one that overtakes the statement has nothing to end
              statement.cancel();
            } while (!ended.await(500, TimeUnit.MILLISECONDS));
            return first;
          });
      Thread.ofPlatform().start(firstCancelNanos);
      assertState("57014", "", () -> statement.executeQuery(endless));
      long endNanos = System.nanoTime();
      ended.countDown();
      // A busy machine gets some allowance over the second that is promised.
      assertThat(endNanos - firstCancelNanos.get()).isLessThan(3_000_000_000L);

      statement.setQueryTimeout(1);
      assertState("57014", "", () -> statement.executeQuery(endless));
      statement.setQueryTimeout(0);
      try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM numbers")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isEqualTo(3_000);
      }
    }
  }

  @Test
  void cancelEndsItsOwnStatementAndNoOther() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(5_000);
    try (Statement first = connection.createStatement();
        Statement second = connection.createStatement()) {
      first.setFetchSize(10);
      second.setFetchSize(10);
      ResultSet kept = first.executeQuery("SELECT id FROM numbers ORDER BY id");
      ResultSet dropped = second.executeQuery("SELECT id FROM numbers ORDER BY id");
      second.cancel();
      assertState("57014", "", () -> drain(dropped));
      assertThat(drain(kept)).isEqualTo(5_000);
      try (ResultSet again = second.executeQuery("SELECT id FROM numbers ORDER BY id")) {
        assertThat(drain(again)).isEqualTo(5_000);
      }
    }
  }

  private static int drain(ResultSet rows) throws SQLException {
    int count = 0;
    while (rows.next()) {
      count++;
    }
    return count;
  }

  @Test
  void aCancelBetweenStatementsHarmsNone() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(10);
    try (PreparedStatement select = connection.prepareStatement("SELECT id FROM numbers")) {
      select.cancel();
      assertThat(drain(select.executeQuery())).isEqualTo(10);
      select.cancel();
      assertThat(drain(select.executeQuery())).isEqualTo(10);
    }
  }

  @Test
  void aLostUpdateIsRefusedUnderRepeatableReadAlone() throws SQLException {
    run("CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount BIGINT)");
    run("INSERT INTO accounts VALUES (1, 100)");
    try (Connection other = DriverManager.getConnection(url());
        Statement rival = other.createStatement()) {
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setAutoCommit(false);
      assertThat(number("SELECT amount FROM accounts")).isEqualTo(100);
      rival.executeUpdate("UPDATE accounts SET amount = amount + 10");
      assertThat(number("SELECT amount FROM accounts")).isEqualTo(100);
      assertState("40001", "", () -> run("UPDATE accounts SET amount = amount + 1"));
      connection.rollback();

      connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
      assertThat(number("SELECT amount FROM accounts")).isEqualTo(110);
      rival.executeUpdate("UPDATE accounts SET amount = amount + 10");
      assertThat(number("SELECT amount FROM accounts")).isEqualTo(120);
      run("UPDATE accounts SET amount = amount + 1");
      connection.commit();
      connection.setAutoCommit(true);
      assertThat(number("SELECT amount FROM accounts")).isEqualTo(121);
    }
  }

  @Test
  void aStatementThatFailsFailsItsTransactionUpToASavepoint() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    connection.setAutoCommit(false);
    run("INSERT INTO numbers VALUES (1)");
    Savepoint before = connection.setSavepoint();
    assertState("23505", "", () -> run("INSERT INTO numbers VALUES (2), (1)"));
    assertState("25P02", "", () -> run("INSERT INTO numbers VALUES (3)"));
    connection.rollback(before);
    run("INSERT INTO numbers VALUES (4)");
    Savepoint named = connection.setSavepoint("my \"point\"");
    assertThat(named.getSavepointName()).isEqualTo("my \"point\"");
    run("INSERT INTO numbers VALUES (5)");
    connection.rollback(named);
    connection.releaseSavepoint(named);
    assertState("3B001", "released", () -> connection.rollback(named));
    connection.setAutoCommit(true); // commits, as JDBC wants
    assertThat(number("SELECT sum(id) FROM numbers")).isEqualTo(5);
    assertState("25P01", "auto-commit", connection::setSavepoint);
  }

  @Test
  void aFailedBatchCountsNothing() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO numbers VALUES (?)")) {
      for (int id : new int[] {1, 2, 1}) {
        insert.setInt(1, id);
        insert.addBatch();
      }
      assertThatThrownBy(insert::executeBatch)
          .isInstanceOfSatisfying(
              BatchUpdateException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("23505");
                assertThat(e.getUpdateCounts()).hasSize(3).containsOnly(Statement.EXECUTE_FAILED);
              });
      assertThat(insert.executeBatch()).isEmpty();
    }
    assertThat(number("SELECT count(*) FROM numbers")).isZero();
  }

  @Test
  void aResultOutlivesItsTransaction() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(1_000);
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(10);
      ResultSet rows = statement.executeQuery("SELECT id FROM numbers");
      assertThat(rows.next()).isTrue();
      connection.commit();
      run("DELETE FROM numbers");
      connection.commit();
      assertThat(drain(rows)).isEqualTo(999);
      assertThat(rows.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
    }
  }

  @Test
  void aResultDescribesItsColumns() throws SQLException {
    createEverything();
    try (PreparedStatement select = connection.prepareStatement("SELECT * FROM everything")) {
      ResultSetMetaData columns = select.getMetaData();
      assertThat(columns.getColumnCount()).isEqualTo(9);
      assertThat(columns.getColumnLabel(9)).isEqualTo("v");
      assertThat(columns.getColumnType(9)).isEqualTo(Types.OTHER);
      assertThat(columns.getColumnTypeName(9)).isEqualTo("VECTOR(3)");
      assertThat(columns.getColumnClassName(9)).isEqualTo(QuiverVector.class.getName());
      assertThat(columns.getColumnType(8)).isEqualTo(Types.TIMESTAMP);
    }
  }

  @Test
  void aParameterBesideADateIsDaysOrADate() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT DATE '2024-02-28' + ?, ? + DATE '2024-02-28', DATE '2024-02-28' - ?")) {
      statement.setInt(1, 2);
      statement.setInt(2, 3);
      statement.setObject(3, LocalDate.of(2024, 2, 1));
      try (ResultSet rows = statement.executeQuery()) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getString(1)).isEqualTo("2024-03-01");
        assertThat(rows.getString(2)).isEqualTo("2024-03-02");
        assertThat(rows.getInt(3)).isEqualTo(27);
      }
    }
  }

  @Test
  void aClosedResultLeavesNothingBehind() throws SQLException {
    run("CREATE TABLE numbers (id INTEGER PRIMARY KEY)");
    fill(3_000);
    try (PreparedStatement select = connection.prepareStatement("SELECT id FROM numbers")) {
      select.setFetchSize(10);
      for (int i = 0; i < 50; i++) {
        try (ResultSet rows = select.executeQuery()) {
          assertThat(rows.next()).isTrue();
        }
      }
    }
    run("DROP TABLE numbers");
    connection.close();
    assertThat(connection.isClosed()).isTrue();
    assertThat(connection.isValid(1)).isFalse();
  }
}
