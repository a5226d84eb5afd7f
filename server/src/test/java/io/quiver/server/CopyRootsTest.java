package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** COPY over a connection keeps to the directories that the server was started with. */
@Timeout(60)
class CopyRootsTest {
  @TempDir private Path directory;

  private Path root;
  private Path outside;
  private QuiverServer server;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    root = Files.createDirectory(directory.resolve("root"));
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(outside.resolve("secret.csv"), "1\n");
    Files.writeString(root.resolve("rows.csv"), "1\n2\n");
    connect(List.of(root));
  }

  private void connect(List<Path> roots) throws Exception {
    Database database =
        Database.open(directory.resolve("data"), DatabaseOptions.defaults().withCopyRoots(roots));
    server = QuiverServer.start(ServerOptions.of(database).withPort(0));
    connection = DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + server.port() + "/");
    run("CREATE TABLE IF NOT EXISTS t (id INTEGER)");
  }

  @AfterEach
  void stop() throws SQLException {
    connection.close();
    server.close();
  }

  @Test
  void filesBelowARootAreReadAndWritten() throws SQLException, IOException {
    run("COPY t FROM '" + root.resolve("rows.csv") + "'");
    run("COPY t FROM 'rows.csv'");
    run("COPY (SELECT count(*) FROM t) TO 'count.csv'");
    assertThat(Files.readString(root.resolve("count.csv"))).contains("4");
  }

  @Test
  void pathsOutsideAreRefusedThereOrNot() {
    refused("COPY t FROM '" + outside.resolve("secret.csv") + "'");
    refused("COPY t FROM '" + outside.resolve("missing.csv") + "'");
    refused("COPY t FROM '" + outside + "/*.csv'");
    refused("COPY t TO '" + outside.resolve("out.csv") + "'");
    assertThat(outside.resolve("out.csv")).doesNotExist();
  }

  @Test
  void dotsDoNotLeaveARoot() {
    refused("COPY t FROM '../outside/secret.csv'");
    refused("COPY t FROM '" + root + "/../outside/secret.csv'");
    refused("COPY t FROM '../outside/*.csv'");
    refused("COPY t TO '../outside/out.csv'");
    assertThat(outside.resolve("out.csv")).doesNotExist();
  }

  @Test
  void linksDoNotLeaveARoot() throws SQLException, IOException {
    Files.createSymbolicLink(root.resolve("link.csv"), outside.resolve("secret.csv"));
    Files.createSymbolicLink(root.resolve("away"), outside);
    refused("COPY t FROM 'link.csv'");
    refused("COPY t FROM 'l*.csv'");
    refused("COPY t FROM 'away/secret.csv'");
    refused("COPY t TO 'away/out.csv'");
    assertThat(outside.resolve("out.csv")).doesNotExist();
    // A file is written beside its name and takes its place: what a link points to stays.
    run("COPY (SELECT 7) TO 'link.csv'");
    assertThat(Files.readString(outside.resolve("secret.csv"))).isEqualTo("1\n");
  }

  @Test
  void linksWithinARootAreFollowed() throws SQLException, IOException {
    Files.createSymbolicLink(root.resolve("inside.csv"), root.resolve("rows.csv"));
    run("COPY t FROM 'inside.csv'");
  }

  @Test
  void withoutARootNoFileIsTouched() throws Exception {
    stop();
    connect(List.of());
    refused("COPY t FROM '" + root.resolve("rows.csv") + "'");
    refused("COPY t TO '" + root.resolve("out.csv") + "'");
  }

  private void refused(String sql) {
    SQLException failure = catchThrowableOfType(SQLException.class, () -> run(sql));
    assertThat(failure == null ? null : failure.getSQLState()).as(sql).isEqualTo("42501");
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
