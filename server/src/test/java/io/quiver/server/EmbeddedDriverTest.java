package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.engine.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDriverTest extends DriverTypesContract {
  private final String url = "jdbc:quiver:mem:" + UUID.randomUUID();

  @Override
  String url() {
    return url;
  }

  @Test
  void aMemoryDatabaseIsSharedByNameAndEndsWithItsLastConnection() throws SQLException {
    String shared = "jdbc:quiver:mem:shared-by-name";
    try (Connection first = DriverManager.getConnection(shared)) {
      try (Connection second = DriverManager.getConnection(shared);
          Statement statement = second.createStatement()) {
        statement.execute("CREATE TABLE kept (id INTEGER)");
      }
      assertThat(tableExists(first)).isTrue();
    }
    try (Connection later = DriverManager.getConnection(shared)) {
      assertThat(tableExists(later)).isFalse();
    }
  }

  private static boolean tableExists(Connection connection) throws SQLException {
    try (ResultSet tables =
        connection.getMetaData().getTables(null, "public", "kept", new String[] {"TABLE"})) {
      return tables.next();
    }
  }

  @Test
  void aDirectoryIsSharedByItsRealPathAndOpensAgain(@TempDir Path directory) throws SQLException {
    String direct = "jdbc:quiver:file:" + directory.resolve("data");
    String around = "jdbc:quiver:file:" + directory.resolve("x/../data");
    try (Connection first = DriverManager.getConnection(direct);
        Connection second = DriverManager.getConnection(around)) {
      try (Statement statement = first.createStatement()) {
        statement.execute("CREATE TABLE kept (id INTEGER)");
      }
      assertThat(tableExists(second)).isTrue();
    }
    try (Connection later = DriverManager.getConnection(direct)) {
      assertThat(tableExists(later)).isTrue();
    }
  }

  @Test
  void theUrlOfADirectorySaysWhatBuildsTake(@TempDir Path directory) throws SQLException {
    String url = "jdbc:quiver:file:" + directory.resolve("data") + "?indexBuildThreads=";
    try (Connection connection = DriverManager.getConnection(url + "3&indexBuildMemory=64m")) {
      assertThat(setting(connection, "quiver.index_build_threads")).isEqualTo("3");
      assertThat(setting(connection, "quiver.index_build_memory")).isEqualTo("67108864");
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET quiver.index_build_threads = 1");
        statement.execute("RESET quiver.index_build_threads");
      }
      assertThat(setting(connection, "quiver.index_build_threads")).isEqualTo("3");
    }
    assertThatThrownBy(() -> DriverManager.getConnection(url + "0"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
        .hasMessageContaining("1 to 1024 threads, found 0");
  }

  private static String setting(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet value = statement.executeQuery("SHOW " + name)) {
      assertThat(value.next()).isTrue();
      return value.getString(1);
    }
  }

  @Test
  void aDatabaseThatCannotBeOpenedIsAnSqlException(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("file");
    assertThat(file.toFile().createNewFile()).isTrue();
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:quiver:file:" + file))
        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState()).isNotBlank());
  }

  @Test
  void aDirectoryInUseIsNamed(@TempDir Path directory) {
    try (Database holder = Database.open(directory)) {
      assertThat(holder.name()).isEqualTo(directory.getFileName().toString());
      assertThatThrownBy(() -> DriverManager.getConnection("jdbc:quiver:file:" + directory))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("55P03");
                assertThat(e.getMessage()).contains(directory.toString());
              });
    }
  }
}
