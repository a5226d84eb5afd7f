package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every method of JDBC's interfaces answers, or refuses with an SQLSTATE. */
abstract class DriverWalkContract extends DriverContract {
  /** What the driver does not do, on purpose. Anything else must work. */
  private static final List<String> UNSUPPORTED_BY_NAME =
      List.of(
          "Connection.createSQLXML",
          "Connection.createStruct",
          "Connection.prepareCall",
          "Connection.setCatalog",
          "Connection.setShardingKey",
          "Connection.setShardingKeyIfValid",
          "PreparedStatement.setCursorName",
          "PreparedStatement.setRef",
          "PreparedStatement.setRowId",
          "PreparedStatement.setSQLXML",
          "Statement.setCursorName");

  private static boolean isKnownOfResults(String method) {
    String name = method.substring(method.indexOf('.') + 1);
    return method.startsWith("ResultSet.")
        && (name.startsWith("update")
            || List.of(
                    "absolute",
                    "afterLast",
                    "beforeFirst",
                    "cancelRowUpdates",
                    "deleteRow",
                    "first",
                    "getCursorName",
                    "getRef",
                    "getRowId",
                    "getSQLXML",
                    "getURL",
                    "getUnicodeStream",
                    "insertRow",
                    "last",
                    "moveToCurrentRow",
                    "moveToInsertRow",
                    "previous",
                    "refreshRow",
                    "relative")
                .contains(name));
  }

  private final List<Connection> opened = new ArrayList<>();

  private Connection fresh() throws SQLException {
    for (Connection connection : opened) {
      connection.close();
    }
    opened.clear();
    Connection connection = DriverManager.getConnection(url());
    opened.add(connection);
    return connection;
  }

  private PreparedStatement prepared() throws SQLException {
    PreparedStatement statement =
        fresh().prepareStatement("SELECT id, t FROM walk WHERE t = ? OR id > 0");
    statement.setString(1, "1");
    return statement;
  }

  private ResultSet rows() throws SQLException {
    ResultSet rows = fresh().createStatement().executeQuery("SELECT id, t FROM walk");
    assertThat(rows.next()).isTrue();
    return rows;
  }

  private void prepareTable() throws SQLException {
    run("CREATE TABLE walk (id INTEGER PRIMARY KEY, t VARCHAR)");
    run("INSERT INTO walk VALUES (1, '1')");
  }

  @Test
  void everyMethodAnswersOrSaysWhyNot() throws SQLException {
    prepareTable();
    JdbcWalk walk = new JdbcWalk();
    walk.walk(Connection.class, this::fresh);
    walk.walk(Statement.class, () -> fresh().createStatement());
    walk.walk(PreparedStatement.class, this::prepared);
    walk.walk(ResultSet.class, this::rows);
    walk.walk(DatabaseMetaData.class, () -> fresh().getMetaData());
    walk.walk(ResultSetMetaData.class, () -> prepared().getMetaData());
    walk.walk(ParameterMetaData.class, () -> prepared().getParameterMetaData());
    assertThat(walk.wrong()).isEmpty();
    assertThat(walk.calls()).isGreaterThan(850);
    assertThat(walk.unsupported())
        .allMatch(name -> UNSUPPORTED_BY_NAME.contains(name) || isKnownOfResults(name))
        .containsAll(UNSUPPORTED_BY_NAME);
    fresh().close();
  }

  @Test
  void everyMethodOfWhatIsClosedAnswersOrSaysWhyNot() throws SQLException {
    prepareTable();
    JdbcWalk walk = new JdbcWalk();
    walk.walk(Connection.class, () -> closed(fresh()));
    walk.walk(Statement.class, () -> closed(fresh().createStatement()));
    walk.walk(PreparedStatement.class, () -> closed(prepared()));
    walk.walk(ResultSet.class, () -> closed(rows()));
    walk.walk(
        DatabaseMetaData.class,
        () -> {
          Connection connection = fresh();
          DatabaseMetaData meta = connection.getMetaData();
          connection.close();
          return meta;
        });
    assertThat(walk.wrong()).isEmpty();
    Connection gone = closed(fresh());
    assertState("08003", "closed", gone::createStatement);
    assertState("08003", "closed", () -> gone.setAutoCommit(false));
    Statement statement = closed(fresh().createStatement());
    assertState("55000", "closed", () -> statement.executeQuery("SELECT 1"));
    ResultSet rows = closed(rows());
    assertState("55000", "closed", rows::next);
    assertState("55000", "closed", () -> rows.getString("t"));
  }

  private static <T extends AutoCloseable> T closed(T open) throws SQLException {
    try {
      open.close();
    } catch (SQLException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return open;
  }

  @Test
  void aScrollableResultGoesBackAndForth() throws SQLException {
    try (Statement statement =
            connection.createStatement(
                ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
        ResultSet rows = statement.executeQuery("VALUES 1, 2, 3, 4, 5")) {
      assertThat(rows.isBeforeFirst()).isTrue();
      assertThat(rows.last()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(5);
      assertThat(rows.getRow()).isEqualTo(5);
      assertThat(rows.isLast()).isTrue();
      assertThat(rows.next()).isFalse();
      assertThat(rows.isAfterLast()).isTrue();
      assertState("24000", "next()", () -> rows.getInt(1));
      assertThat(rows.previous()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(5);
      assertThat(rows.absolute(2)).isTrue();
      assertThat(rows.relative(-1)).isTrue();
      assertThat(rows.isFirst()).isTrue();
      assertThat(rows.previous()).isFalse();
      assertThat(rows.absolute(-2)).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(4);
      rows.beforeFirst();
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(1);
    }
    assertState(
        "0A000",
        "CONCUR_UPDATABLE",
        () -> connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE));
  }
}
