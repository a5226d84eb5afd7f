package io.quiver.cli.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.engine.Database;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import io.quiver.types.QuiverException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is dumped and loaded is the same, row by row and definition by definition. More seeds:
 * {@code -Ddump.seeds=N}; another first one: {@code -Ddump.seed=N}.
 */
class DumpLoadTest {
  private static final Dump.Options ALL = new Dump.Options(List.of(), true, true);

  @TempDir Path directory;

  private final ByteArrayOutputStream told = new ByteArrayOutputStream();

  static LongStream seeds() {
    return LongStream.range(0, Long.getLong("dump.seeds", 2))
        .map(i -> i + Long.getLong("dump.seed", 1));
  }

  private TransferProgress progress() {
    return new TransferProgress(new PrintStream(told, true, StandardCharsets.UTF_8));
  }

  private Connection open(String name) throws SQLException {
    return DriverManager.getConnection("jdbc:quiver:file:" + directory.resolve(name));
  }

  private Path dump(Connection connection, String name) throws SQLException {
    Path path = directory.resolve(name);
    Dump.write(connection, path, ALL, progress());
    return path;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aLoadedDatabaseIsTheOneThatWasDumped(long seed) throws SQLException, IOException {
    try (Connection original = open("original");
        Connection copy = open("copy")) {
      new RandomDatabase(original, seed).make();
      Path dump = dump(original, "dump");
      Load.checked(dump).into(copy, progress());
      assertThat(rows(copy)).as("seed %d", seed).isEqualTo(rows(original));
      assertThat(files(dump(copy, "again"))).as("seed %d", seed).isEqualTo(files(dump));
      assertGoesOn(copy);
      // After the row of assertGoesOn the original is one behind.
      one(original, "SELECT nextval('\"odd, name\".steps')");
      assertThat(one(copy, "SELECT nextval('\"odd, name\".steps')"))
          .isEqualTo(one(original, "SELECT nextval('\"odd, name\".steps')"));
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aServerGivesAndTakesTheSame(long seed) throws SQLException, IOException {
    try (Connection original = open("original");
        QuiverServer server =
            QuiverServer.start(ServerOptions.of(Database.inMemory("served")).withPort(0));
        Connection copy =
            DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + server.port() + "/")) {
      new RandomDatabase(original, seed).make();
      Path dump = dump(original, "dump");
      Load.checked(dump).into(copy, progress());
      assertThat(rows(copy)).as("seed %d", seed).isEqualTo(rows(original));
      assertThat(files(dump(copy, "again"))).as("seed %d", seed).isEqualTo(files(dump));
      assertGoesOn(copy);
      // After the row of assertGoesOn the original is one behind.
      one(original, "SELECT nextval('\"odd, name\".steps')");
      assertThat(one(copy, "SELECT nextval('\"odd, name\".steps')"))
          .isEqualTo(one(original, "SELECT nextval('\"odd, name\".steps')"));
    }
  }

  /** The identity gives what the original would give next: 3 has been given, and deleted. */
  private static void assertGoesOn(Connection copy) throws SQLException {
    try (Statement statement = copy.createStatement();
        ResultSet row =
            statement.executeQuery("INSERT INTO counted (n) VALUES (9) RETURNING id, late, d")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getLong(1)).isEqualTo(4);
      assertThat(row.getDouble(2)).isEqualTo(2.5);
      assertThat(row.getString(3)).isEqualTo("it's; so");
    }
    assertThat(one(copy, "SELECT nextval('untouched')")).isEqualTo("7");
    assertFails("2200H", copy, "SELECT nextval('spent')");
    // A value that has been given would be a key that is taken.
    run(copy, "INSERT INTO parent (b) VALUES ('it''s')");
    assertFails("23505", copy, "INSERT INTO parent VALUES (900, 'again', NULL)");
    assertFails("23505", copy, "INSERT INTO parent VALUES (901, 'again', 1)");
    assertFails("23514", copy, "INSERT INTO parent VALUES (1000, 'large', NULL)");
    assertFails("23503", copy, "INSERT INTO \"odd, name\".child VALUES (1, 900, 'it''s')");
    assertFails("23503", copy, "UPDATE counted SET parent = 5000");
    assertThat(one(copy, "SELECT parent FROM counted WHERE id = 1")).isEqualTo("900");
  }

  private static void assertFails(String state, Connection connection, String sql) {
    assertThatThrownBy(() -> run(connection, sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
  }

  private static Map<String, List<String>> rows(Connection connection) throws SQLException {
    Map<String, List<String>> all = new TreeMap<>();
    try (Statement statement = connection.createStatement()) {
      List<String> tables = new ArrayList<>();
      try (ResultSet found =
          statement.executeQuery(
              "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type <>"
                  + " 'SYSTEM TABLE'")) {
        while (found.next()) {
          tables.add('"' + found.getString(1) + "\".\"" + found.getString(2) + '"');
        }
      }
      for (String table : tables) {
        List<String> rows = new ArrayList<>();
        try (ResultSet found = statement.executeQuery("SELECT * FROM " + table)) {
          while (found.next()) {
            StringBuilder row = new StringBuilder();
            for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
              row.append(found.getString(i)).append('|');
            }
            rows.add(row.toString());
          }
        }
        all.put(table, rows);
      }
    }
    return all;
  }

  private static Map<String, String> files(Path dump) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(dump)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(path);
        boolean arrow = path.toString().endsWith(".arrow");
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        files.put(
            dump.relativize(path).toString(),
            arrow
                ? bytes.length + " " + checksum.getValue()
                : new String(bytes, StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  @Test
  void aDumpIsOfOneMoment() throws SQLException, IOException {
    try (Connection original = open("original");
        Connection writer = open("original")) {
      run(original, "CREATE TABLE a (n INTEGER)", "CREATE TABLE b (n INTEGER)");
      Thread writing =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  writer.setAutoCommit(false);
                  for (int i = 0; i < 200; i++) {
                    run(writer, "INSERT INTO a VALUES (" + i + ")");
                    run(writer, "INSERT INTO b VALUES (" + i + ")");
                    writer.commit();
                  }
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      for (int i = 0; writing.isAlive() && i < 4; i++) {
        dump(original, "dump" + i);
        try (Connection copy = open("copy" + i)) {
          Load.checked(directory.resolve("dump" + i)).into(copy, progress());
          assertThat(one(copy, "SELECT count(*) FROM a"))
              .isEqualTo(one(copy, "SELECT count(*) FROM b"));
        }
      }
      writing.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anyFlippedByteIsRefusedBeforeTheDatabaseIsTouched() throws SQLException, IOException {
    Path dump;
    try (Connection original = open("original")) {
      run(original, "CREATE TABLE a (n INTEGER, v VECTOR(2))", "INSERT INTO a VALUES (1, '[1,2]')");
      dump = dump(original, "dump");
    }
    try (Connection copy = open("copy");
        Stream<Path> all = Files.walk(dump)) {
      for (Path path : all.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(path);
        for (int at = 0; at < bytes.length; at += 1 + bytes.length / 15) {
          byte[] damaged = bytes.clone();
          damaged[at] ^= 4;
          Files.write(path, damaged);
          assertThatThrownBy(() -> Load.checked(dump))
              .as("%s at %d", path, at)
              .isInstanceOfSatisfying(
                  QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("XX001"))
              .hasMessageContaining(
                  path.endsWith("manifest.crc32c")
                      ? "manifest.jsonl"
                      : String.valueOf(path.getFileName()));
        }
        Files.write(path, bytes);
      }
      Load.checked(dump).into(copy, progress());
    }
  }

  @Test
  void whatIsNotADumpOfThisVersionIsRefused() throws SQLException, IOException {
    Path dump;
    try (Connection original = open("original")) {
      dump = dump(original, "dump");
      assertThatThrownBy(() -> dump(original, "dump"))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("55006"));
    }
    Path manifest = dump.resolve("manifest.jsonl");
    Files.writeString(
        manifest, Files.readString(manifest).replace("\"version\":\"1.0\"", "\"version\":\"2.0\""));
    CRC32C checksum = new CRC32C();
    checksum.update(Files.readAllBytes(manifest));
    Files.writeString(
        dump.resolve("manifest.crc32c"), "%08x\n".formatted((int) checksum.getValue()));
    assertThatThrownBy(() -> Load.checked(dump))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58P01"))
        .hasMessageContaining("format 2.0, this Quiver loads format 1");
    Files.delete(dump.resolve("manifest.crc32c"));
    assertThatThrownBy(() -> Load.checked(dump)).hasMessageContaining("manifest.crc32c");
  }

  @Test
  void nothingIsLoadedWhereSomethingIsInTheWay() throws SQLException {
    try (Connection original = open("original");
        Connection copy = open("copy")) {
      run(original, "CREATE TABLE a (n INTEGER)", "INSERT INTO a VALUES (1)");
      run(original, "CREATE TABLE b (n INTEGER)", "CREATE VIEW c AS SELECT * FROM b");
      run(copy, "CREATE TABLE b (n INTEGER)");
      Path dump = dump(original, "dump");
      assertThatThrownBy(() -> Load.checked(dump).into(copy, progress()))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P07"));
      assertThat(rows(copy)).containsOnlyKeys("\"public\".\"b\"");
    }
  }

  @Test
  void partsAreDumpedAlone() throws SQLException {
    try (Connection original = open("original");
        Connection copy = open("copy")) {
      run(
          original,
          "CREATE SCHEMA s",
          "CREATE TABLE s.a (n INTEGER)",
          "CREATE TABLE b (n INTEGER)");
      run(original, "INSERT INTO s.a VALUES (1), (2)", "INSERT INTO b VALUES (3)");
      Dump.write(
          original,
          directory.resolve("schema"),
          new Dump.Options(List.of("s.a"), true, false),
          progress());
      Dump.write(
          original,
          directory.resolve("data"),
          new Dump.Options(List.of("a"), false, true),
          progress());
      Load.checked(directory.resolve("schema")).into(copy, progress());
      assertThat(rows(copy)).isEqualTo(Map.of("\"s\".\"a\"", List.of()));
      Load.checked(directory.resolve("data")).into(copy, progress());
      assertThat(rows(copy)).isEqualTo(Map.of("\"s\".\"a\"", List.of("1|", "2|")));
      assertThatThrownBy(() ->
              Dump.write(
                  original,
                  directory.resolve("none"),
                  new Dump.Options(List.of("c"), true, true),
                  progress()))
          .hasMessageContaining("\"c\"");
    }
    assertThat(told.toString(StandardCharsets.UTF_8)).contains("s.a: 2 rows in ", " rows/s");
  }

  private static void run(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
