package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program's own entry, in this process, with its output caught. */
class ConsoleCommandTest {
  private static final String ITEMS =
      """
      CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR, v VECTOR(6));
      INSERT INTO items VALUES (1, 'a,"b"', '[1,2,3,4,5,6]'), (2, '', NULL), (3, NULL, NULL);
      """;

  @TempDir private Path directory;

  private final PrintStream realOut = System.out;
  private final PrintStream realErr = System.err;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void catchOutput() {
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void giveOutputBack() {
    System.setOut(realOut);
    System.setErr(realErr);
  }

  @Test
  void csvFollowsRfc4180AndTellsNullFromEmptyText() {
    assertThat(console("--csv", "-c", ITEMS + "SELECT * FROM items ORDER BY id")).isZero();
    assertThat(text(out))
        .isEqualTo("id,name,v\r\n1,\"a,\"\"b\"\"\",\"[1,2,3,4,5,6]\"\r\n2,\"\",\r\n3,,\r\n");
    assertThat(text(err)).isEmpty();
  }

  @Test
  void jsonIsAnObjectALineWithWholeVectors() {
    assertThat(console("--json", "-c", ITEMS + "SELECT * FROM items ORDER BY id")).isZero();
    assertThat(text(out))
        .isEqualTo(
            """
            {"id":1,"name":"a,\\"b\\"","v":[1,2,3,4,5,6]}
            {"id":2,"name":"","v":null}
            {"id":3,"name":null,"v":null}
            """);
  }

  @Test
  void jsonNamesRepeatedColumnsApart() {
    assertThat(console("--json", "-c", "SELECT 1 AS a, TRUE AS a, 'x' AS a_2, 2.5e0 AS a"))
        .isZero();
    assertThat(text(out)).isEqualTo("{\"a\":1,\"a_3\":true,\"a_2\":\"x\",\"a_4\":2.5}\n");
  }

  @Test
  void aTableShortensVectorsAndShowsNull() {
    assertThat(console("-c", ITEMS + "SELECT id, v FROM items ORDER BY id LIMIT 2")).isZero();
    assertThat(text(out).replace(System.lineSeparator(), "\n"))
        .isEqualTo(
            """
            ┌────┬─────────────────────┐
            │ id │ v                   │
            ├────┼─────────────────────┤
            │  1 │ [1, 2, 3, … 6 dims] │
            │  2 │ NULL                │
            └────┴─────────────────────┘
            """);
  }

  @Test
  void theFirstErrorEndsAScriptWithExitCode1AndItsSqlState() throws IOException {
    Path script = directory.resolve("script.sql");
    Files.writeString(script, "SELECT 1 AS n; -- ; no end\nSELECT * FROM nowhere; SELECT 2;");
    assertThat(console("--csv", "-f", script.toString())).isEqualTo(1);
    assertThat(text(out)).isEqualTo("n\r\n1\r\n");
    assertThat(text(err)).startsWith("ERROR 42P01: ");
    assertThat(text(err).lines()).hasSize(1);
  }

  @Test
  void changesWriteNothing() {
    assertThat(console("-c", ITEMS + "UPDATE items SET name = 'x'; DELETE FROM items")).isZero();
    assertThat(text(out)).isEmpty();
    assertThat(text(err)).isEmpty();
  }

  @Test
  void aDirectoryKeepsWhatAnEarlierConsoleWrote() {
    String url = "jdbc:quiver:file:" + directory.resolve("database");
    assertThat(console(url, "-c", ITEMS)).isZero();
    assertThat(console(url, "--csv", "-c", "SELECT COUNT(*) AS n FROM items")).isZero();
    assertThat(text(out)).isEqualTo("n\r\n3\r\n");
  }

  @Test
  void aDirectoryIsOpenedForReadingAlone() {
    String url = "jdbc:quiver:file:" + directory.resolve("database");
    assertThat(console(url, "-c", ITEMS)).isZero();
    assertThat(console(url, "--read-only", "--csv", "-c", "SELECT COUNT(*) AS n FROM items"))
        .isZero();
    assertThat(text(out)).isEqualTo("n\r\n3\r\n");
    assertThat(console(url, "--read-only", "-c", "DELETE FROM items")).isEqualTo(1);
    assertThat(console(url + "?readOnly=maybe", "-c", "SELECT 1")).isEqualTo(1);
    assertThat(console("--read-only", "-c", "SELECT 1")).isEqualTo(1);
    assertThat(text(err).lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("ERROR 25006: "),
            line -> assertThat(line).startsWith("ERROR 08001: readOnly"),
            line -> assertThat(line).startsWith("ERROR 08001: unknown connection property"));
  }

  /** The budget tells how a directory was opened: nothing is copied of files that are mapped. */
  @Test
  void aDirectoryIsOpenedWithTheMemoryThatItsUrlSays() {
    String url = "jdbc:quiver:file:" + directory.resolve("database");
    String budget = "SELECT max(budget_bytes) AS n FROM quiver.cache";
    assertThat(console(url, "-c", ITEMS + "FLUSH")).isZero();
    assertThat(console(url + "?memory=mapped", "--csv", "-c", budget)).isZero();
    assertThat(console(url + "?memory=mapped", "--csv", "-c", "SELECT COUNT(v) AS n FROM items"))
        .isZero();
    assertThat(console(url + "?cache=64m", "--csv", "-c", budget)).isZero();
    assertThat(text(out)).isEqualTo("n\r\n0\r\nn\r\n1\r\nn\r\n67108864\r\n");
    assertThat(console(url + "?memory=swapped", "-c", budget)).isEqualTo(1);
    assertThat(console(url + "?cache=much", "-c", budget)).isEqualTo(1);
    assertThat(text(err).lines())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("ERROR 08001: memory in a URL"),
            line -> assertThat(line).startsWith("ERROR 08001: cache in a URL"));
  }

  @Test
  void anUnknownUrlIsOneLine() {
    assertThat(console("jdbc:quiver:nowhere", "-c", "SELECT 1")).isEqualTo(1);
    assertThat(text(err).lines()).hasSize(1);
    assertThat(text(err)).startsWith("ERROR 08001: ");
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : new String[] {"demo", "console", "server", "version"}) {
      assertThat(Main.commandLine().execute(command, "--help")).isZero();
      assertThat(text(out)).contains("Usage: quiver " + command);
    }
  }

  private static int console(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "console";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Main.commandLine().execute(all);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
