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
