package io.quiver.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** csv and JSON lines, to the character. */
class TextFormatsTest {
  private static final FormatOptions OPTIONS = FormatOptions.defaults();

  @TempDir Path directory;

  private List<List<@Nullable Object>> csv(String text, FormatOptions options) throws IOException {
    Path file = directory.resolve("a.csv");
    Files.writeString(file, text);
    return Rows.read(file, Format.CSV, options);
  }

  @Test
  void quotesHoldDelimitersQuotesAndLineEnds() throws IOException {
    assertThat(csv("1,\"a,b\"\r\n2,\"say \"\"x\"\"\"\n3,\"two\r\nlines\"", OPTIONS))
        .isEqualTo(
            List.of(List.of("1", "a,b"), List.of("2", "say \"x\""), List.of("3", "two\r\nlines")));
  }

  @Test
  void nullIsEmptyWithoutQuotes() throws IOException {
    assertThat(csv(",\"\"\nx,\n", OPTIONS))
        .isEqualTo(List.of(Arrays.asList(null, ""), Arrays.asList("x", null)));
  }

  @Test
  void anEmptyLineIsANullInAFileOfOneColumn() throws IOException {
    assertThat(csv("a\n\nb\n", OPTIONS))
        .isEqualTo(List.of(List.of("a"), Arrays.asList((Object) null), List.of("b")));
  }

  @Test
  void anEmptyFileHasNoRows() throws IOException {
    assertThat(csv("", OPTIONS)).isEmpty();
    assertThat(csv("a,b\n", OPTIONS.withHeader(true))).isEmpty();
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstName() throws IOException {
    Path file = directory.resolve("bom.csv");
    Files.writeString(file, "\uFEFFid\n7\n");
    try (BatchSource source =
        Formats.open(file, Format.CSV, OPTIONS.withHeader(true), Rows.wanted(), RowErrors.STOP)) {
      assertThat(source.schema().field(0).name()).isEqualTo("id");
    }
  }

  @Test
  void aRowOfAnotherWidthIsToldWithItsLine() throws IOException {
    Path file = directory.resolve("wide.csv");
    Files.writeString(file, "1,\"a\nb\"\n2\n3,c,d\n4,e\n");
    List<String> problems = new ArrayList<>();

    List<List<@Nullable Object>> rows =
        Rows.read(file, Format.CSV, OPTIONS, Rows.wanted(), e -> problems.add(e.getMessage()));

    assertThat(rows).isEqualTo(List.of(List.of("1", "a\nb"), List.of("4", "e")));
    assertThat(problems)
        .containsExactly(
            "wide.csv line 3: found 1 field, expected 2",
            "wide.csv line 4: found 3 fields, expected 2");
  }

  @Test
  void linesAreCountedAcrossQuotedLineEndsAndBatches() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < Batch.ROWS + 10; i++) {
      text.append(i).append(",\"x\ny\"\n");
    }
    Path file = directory.resolve("long.csv");
    Files.writeString(file, text);
    try (BatchSource source =
        Formats.open(file, Format.CSV, OPTIONS, Rows.wanted(), RowErrors.STOP)) {
      Batch first = Objects.requireNonNull(source.next());
      assertThat(source.where(first.rowCount() - 1))
          .isEqualTo("long.csv line " + (2 * Batch.ROWS - 1));
      assertThat(Objects.requireNonNull(source.next()).rowCount()).isEqualTo(10);
      assertThat(source.where(9)).isEqualTo("long.csv line " + (2 * (Batch.ROWS + 10) - 1));
    }
  }

  @Test
  void aQuoteThatNeverEndsIsAnError() {
    assertThatThrownBy(() -> csv("1,\"a\n2,b\n", OPTIONS))
        .hasMessageContaining("a.csv line 1")
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("22P04");
  }

  @Test
  void bytesThatAreNotUtf8AreAnError() throws IOException {
    Path file = directory.resolve("latin.csv");
    Files.write(file, "caf\u00E9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Rows.read(file, Format.CSV, OPTIONS))
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("22021");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverTextIsWrittenIsRead(long seed) {
    Random random = new Random(seed);
    FormatOptions options =
        List.of(
                OPTIONS,
                OPTIONS.withHeader(true),
                new FormatOptions(false, '\t', "\\N", '\''),
                new FormatOptions(true, ';', "NULL", '"'))
            .get((int) seed - 1);
    Schema schema =
        Schema.of(new Field("a \"name\"", SqlType.TEXT, true), new Field("b", SqlType.TEXT, true));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      rows.add(Arrays.asList(text(random), text(random)));
    }
    Path csv = directory.resolve("random.csv");
    Rows.write(csv, Format.CSV, options, schema, rows, 700);
    assertThat(Rows.read(csv, Format.CSV, options)).as("seed " + seed).isEqualTo(rows);

    Path json = directory.resolve("random.json");
    Rows.write(json, Format.JSON, options, schema, rows, 700);
    WantedColumns wanted = Rows.wanted(schema.field(0), schema.field(1));
    assertThat(Rows.read(json, Format.JSON, options, wanted, RowErrors.STOP))
        .as("seed " + seed)
        .isEqualTo(rows);
  }

  private static @Nullable String text(Random random) {
    if (random.nextInt(6) == 0) {
      return null;
    }
    String[] parts = {",", "\"", "'", "\n", "\r", ";", "\t", "NULL", "\\N", "x", " ", "한", "🙂"};
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(parts[random.nextInt(parts.length)]);
    }
    return text.toString();
  }

  @Test
  void jsonValuesKeepEveryDigit() throws IOException {
    Path file = directory.resolve("a.json");
    Files.writeString(
        file,
        """
        {"n": 12345678901234567890.12345678901234567890, "s": "a\\u00e9\\n", "x": [1, {"y": 2.50}]}

        {"x": true, "s": null}
        """);
    Field[] fields = {
      new Field("n", SqlType.TEXT, true),
      new Field("s", SqlType.TEXT, true),
      new Field("x", SqlType.TEXT, true)
    };
    assertThat(Rows.read(file, Format.JSON, OPTIONS, Rows.wanted(fields), RowErrors.STOP))
        .isEqualTo(
            List.of(
                List.of("12345678901234567890.12345678901234567890", "aé\n", "[1, {\"y\": 2.50}]"),
                Arrays.asList(null, null, "true")));
  }

  @Test
  void aStringForAJsonColumnKeepsItsQuotes() throws IOException {
    Path file = directory.resolve("b.json");
    Files.writeString(file, "{\"j\": \"a\\\"b\", \"k\": 1}\n");
    WantedColumns wanted = new WantedColumns(List.of(new Field("j", SqlType.JSON, true)), true);
    assertThat(Rows.read(file, Format.JSON, OPTIONS, wanted, RowErrors.STOP))
        .isEqualTo(List.of(List.of("\"a\\\"b\"")));
  }

  @Test
  void badLinesAreToldAndTheOthersRead() throws IOException {
    Path file = directory.resolve("c.json");
    Files.writeString(
        file,
        """
        {"a": 1}
        {"a":
        [1]
        {"a": 2} {"a": 3}
        {"a": 4, "a": 5}
        {"b": 1}
        {"a":6}\
        """);
    List<String> problems = new ArrayList<>();
    List<List<@Nullable Object>> rows =
        Rows.read(
            file,
            Format.JSON,
            OPTIONS,
            Rows.wanted(new Field("a", SqlType.TEXT, true)),
            e -> problems.add(e.getMessage()));
    assertThat(rows).isEqualTo(List.of(List.of("1"), List.of("6")));
    assertThat(problems).hasSize(5);
    for (int i = 0; i < 5; i++) {
      assertThat(problems.get(i)).startsWith("c.json line " + (i + 2));
    }
  }
}
