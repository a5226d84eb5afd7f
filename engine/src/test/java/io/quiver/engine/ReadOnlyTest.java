package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Many read a directory, and nothing of it changes. */
@ExtendWith(CleanDirectory.class)
class ReadOnlyTest {
  private static final DatabaseOptions OPTIONS = DatabaseOptions.defaults();

  @TempDir Path directory;

  /** Rows in a segment, and a row that only the log has. */
  @BeforeEach
  void write() {
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      for (String sql :
          List.of(
              "CREATE TABLE t (id BIGINT PRIMARY KEY)",
              "INSERT INTO t VALUES (1), (2)",
              "FLUSH",
              "DELETE FROM t WHERE id = 1",
              "INSERT INTO t VALUES (3)")) {
        session.execute(sql).close();
      }
    }
  }

  /** Each file and directory with its length, time of change and content. */
  private Map<String, String> listing() {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.toList()) {
        String content =
            Files.isDirectory(path) ? "" : HexFormat.of().formatHex(Files.readAllBytes(path));
        found.put(path.toString(), Files.getLastModifiedTime(path) + " " + content);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static long sum(Database database) {
    try (Session session = database.connect();
        QueryResult result = session.execute("SELECT SUM(id) FROM t")) {
      Batch batch = Objects.requireNonNull(result.next());
      return ((Number) Objects.requireNonNull(batch.column(0).get(0))).longValue();
    }
  }

  private static void assertState(ThrowingCallable call, String state) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(state));
  }

  @Test
  void manyReadTheSameAndChangeNothing() {
    Map<String, String> before = listing();
    try (Database first = Database.openReadOnly(directory, OPTIONS);
        Database second = Database.openReadOnly(directory, OPTIONS)) {
      assertThat(sum(first)).isEqualTo(5);
      assertThat(sum(second)).isEqualTo(5);
      assertState(() -> Database.open(directory), "55P03");
    }
    assertThat(listing()).isEqualTo(before);
    Database.open(directory).close();
  }

  @Test
  void everyChangeIs25006() {
    Map<String, String> before = listing();
    try (Database database = Database.openReadOnly(directory, OPTIONS);
        Session session = database.connect()) {
      for (String sql :
          List.of(
              "INSERT INTO t VALUES (4)",
              "UPDATE t SET id = 9 WHERE id = 2",
              "DELETE FROM t",
              "CREATE TABLE u (id BIGINT)",
              "DROP TABLE t",
              "CREATE SCHEMA s",
              "FLUSH")) {
        assertState(() -> session.execute(sql).close(), "25006");
      }
      assertThat(sum(database)).isEqualTo(5);
    }
    assertThat(listing()).isEqualTo(before);
  }

  @Test
  void aWriterKeepsReadersOut() {
    try (Database writer = Database.open(directory)) {
      assertState(() -> Database.openReadOnly(directory, OPTIONS), "55P03");
      assertThat(sum(writer)).isEqualTo(5);
    }
  }

  @Test
  void whatIsNoDatabaseStaysNone() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertState(() -> Database.openReadOnly(empty, OPTIONS), "58P01");
    assertThat(empty).isEmptyDirectory();
    assertState(() -> Database.openReadOnly(directory.resolve("none"), OPTIONS), "58P01");
    assertThat(directory.resolve("none")).doesNotExist();
  }
}
