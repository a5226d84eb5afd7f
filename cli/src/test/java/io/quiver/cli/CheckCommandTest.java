package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.Database;
import io.quiver.engine.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quiver check} prints and how it exits. */
class CheckCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream stdout = System.out;
  private final PrintStream stderr = System.err;

  @TempDir Path directory;

  @BeforeEach
  void redirect() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    try (Database database = Database.open(directory);
        Session session = database.connect()) {
      for (String sql :
          List.of(
              "CREATE TABLE t (id BIGINT PRIMARY KEY, v VECTOR(2))",
              "INSERT INTO t VALUES (1, '[1, 2]'), (2, NULL)",
              "FLUSH")) {
        session.execute(sql).close();
      }
    }
  }

  @AfterEach
  void restore() {
    System.setOut(stdout);
    System.setErr(stderr);
  }

  private int check(String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "check";
    all[1] = directory.toString();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Main.commandLine().execute(all);
  }

  private String output() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void damage() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("segments"))) {
      Path file = files.filter(path -> path.endsWith("data.arrow")).findAny().orElseThrow();
      byte[] bytes = Files.readAllBytes(file);
      bytes[200] ^= 1;
      Files.write(file, bytes);
    }
  }

  @Test
  void aCleanDatabaseIsZero() {
    assertThat(check()).isZero();
    assertThat(output()).startsWith("clean: 1 tables, 2 rows, 1 segments of ");
  }

  @Test
  void damageIsOneAndNamesTheFile() throws IOException {
    damage();
    assertThat(check()).isEqualTo(1);
    assertThat(output()).contains("damaged: ", "data.arrow at offset 0: checksum ");
  }

  @Test
  void jsonIsOneObject() throws IOException {
    assertThat(check("--json")).isZero();
    assertThat(output())
        .startsWith("{\"clean\":true,\"damages\":[],\"leftovers\":[],\"tables\":1,");
    damage();
    assertThat(check("--json")).isEqualTo(1);
    assertThat(output()).contains("{\"clean\":false,\"damages\":[{\"file\":\"", "\"offset\":0");
  }

  @Test
  void whatCannotBeReadIsTwo() {
    try (Database database = Database.open(directory)) {
      assertThat(check()).as(database.name()).isEqualTo(2);
    }
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("ERROR 55P03: ");
    assertThat(Main.commandLine().execute("check", directory.resolve("none").toString()))
        .isEqualTo(2);
    assertThat(Main.commandLine().execute("check")).isEqualTo(2);
  }
}
