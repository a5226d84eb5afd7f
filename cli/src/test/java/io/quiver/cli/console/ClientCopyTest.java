package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.engine.Database;
import io.quiver.engine.copy.CopyProgress;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code \copy} over a connection to a server that touches no files. */
@Timeout(60)
class ClientCopyTest {
  @TempDir private Path directory;

  private final List<CopyProgress> progress = new ArrayList<>();
  private QuiverServer server;
  private Connection connection;
  private ClientCopy copy;

  @BeforeEach
  void connect() throws SQLException {
    server = QuiverServer.start(ServerOptions.of(Database.inMemory("copied")).withPort(0));
    connection = DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + server.port() + "/");
    copy = new ClientCopy(connection, progress::add);
    run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, v VECTOR(2))");
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl", "arrow", "parquet"})
  void rowsGoToAFileAndBack(String format) throws SQLException {
    run(
        "INSERT INTO t VALUES (1, 'Grüße, \"한국어\"', '[1,2.5]'), (2, '', NULL), (3, NULL,"
            + " '[0,-1]')");
    String file = file("rows." + format);
    assertThat(copy.run("(SELECT * FROM t ORDER BY id) TO " + file).rows()).isEqualTo(3);
    String before = rows();
    run("DELETE FROM t");
    assertThat(copy.run("t FROM " + file).rows()).isEqualTo(3);
    assertThat(rows()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"npy", "fvecs"})
  void vectorsAloneGoToAFileAndBack(String format) throws SQLException {
    run("INSERT INTO t VALUES (1, 'a', '[1,2.5]'), (2, 'b', '[3,4]')");
    run("CREATE TABLE vectors (v VECTOR(2))");
    String file = file("vectors." + format);
    assertThat(copy.run("(SELECT v FROM t ORDER BY id) TO " + file).rows()).isEqualTo(2);
    assertThat(copy.run("vectors FROM " + file).rows()).isEqualTo(2);
    assertThat(text("SELECT string_agg(v::text, ' ') FROM vectors")).isEqualTo("[1,2.5] [3,4]");
  }

  @Test
  void columnsAreChosenAndProgressIsTold() throws SQLException, IOException {
    StringBuilder lines = new StringBuilder("name,id\n");
    for (int i = 0; i < 5_000; i++) {
      lines.append("row ").append(i).append(',').append(i).append('\n');
    }
    Path path = directory.resolve("many.csv");
    Files.writeString(path, lines);
    assertThat(copy.run("t (name, id) FROM '" + path + "' WITH (HEADER)").rows()).isEqualTo(5_000);
    assertThat(text("SELECT count(*) || ' ' || max(name) FROM t")).isEqualTo("5000 row 999");
    assertThat(progress).isNotEmpty();
    assertThat(progress.getLast().rows()).isEqualTo(5_000);
    assertThat(progress.getLast().bytes()).isEqualTo(Files.size(path));
    assertThat(progress.getLast().bytesTotal()).isEqualTo(Files.size(path));
  }

  @Test
  void aBadRowIsNamedAndLeavesNothing() throws SQLException, IOException {
    Path path = directory.resolve("bad.csv");
    Files.writeString(path, "1,a,\"[1,2]\"\n2,b,\"[1,2,3]\"\n");
    SQLException failure = failure("t FROM '" + path + "'");
    assertThat(failure.getSQLState()).isEqualTo("22000");
    assertThat(failure.getMessage()).contains("line");
    Files.writeString(path, "1,a,\n1,b,\n");
    failure = failure("t FROM '" + path + "'");
    assertThat(failure.getSQLState()).isEqualTo("23505");
    assertThat(text("SELECT count(*) FROM t")).isEqualTo("0");
    assertThat(connection.getAutoCommit()).isTrue();
  }

  @Test
  void anOpenTransactionDecides() throws SQLException, IOException {
    Path path = directory.resolve("one.csv");
    Files.writeString(path, "1,a,\n");
    connection.setAutoCommit(false);
    copy.run("t FROM '" + path + "'");
    connection.rollback();
    connection.setAutoCommit(true);
    assertThat(text("SELECT count(*) FROM t")).isEqualTo("0");
  }

  @Test
  void whatIsNotThereIsSaid() {
    assertThat(failure("t FROM " + file("missing.csv")).getSQLState()).isEqualTo("58P01");
    assertThat(failure("nowhere FROM " + file("missing.csv")).getSQLState()).isEqualTo("42P01");
    assertThat(failure("t TO " + file("no/such/directory.csv")).getSQLState()).isEqualTo("58P01");
    assertThat(failure("t FRUM 'x'").getSQLState()).isEqualTo("42601");
  }

  private SQLException failure(String text) {
    return catchThrowableOfType(SQLException.class, () -> copy.run(text));
  }

  private String file(String name) {
    return "'" + directory.resolve(name) + "'";
  }

  private String rows() throws SQLException {
    StringBuilder all = new StringBuilder();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, name, v::text FROM t ORDER BY id")) {
      while (rows.next()) {
        all.append(rows.getInt(1)).append('|').append(rows.getString(2));
        all.append('|').append(rows.getString(3)).append('\n');
      }
    }
    return all.toString();
  }

  private String text(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
