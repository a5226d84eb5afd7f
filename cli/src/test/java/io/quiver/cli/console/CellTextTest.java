package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class CellTextTest {
  @Test
  void aLongVectorShowsItsFirstElementsAndItsDimension() {
    float[] vector = new float[384];
    vector[0] = 0.12f;
    vector[1] = -0.034567f;
    vector[2] = 1f;
    assertThat(CellText.of(vector)).isEqualTo("[0.12, -0.03457, 1, … 384 dims]");
  }

  @Test
  void aShortVectorIsWhole() {
    assertThat(CellText.of(new float[] {1, 2.5f, -3e10f, 0})).isEqualTo("[1, 2.5, -3.000e+10, 0]");
  }

  @Test
  void controlCharactersNeverReachTheTerminal() {
    assertThat(CellText.of("a\nb\u001b[2J")).isEqualTo("a\\nb\uFFFD[2J");
  }

  @Test
  void widthIsCountedInColumnsOfTheTerminal() {
    assertThat(CellText.width("abc")).isEqualTo(3);
    assertThat(CellText.width("中文")).isEqualTo(4);
    assertThat(CellText.width("한국어")).isEqualTo(6);
    assertThat(CellText.width("🚀")).isEqualTo(2);
    assertThat(CellText.width("é")).isEqualTo(1);
    assertThat(CellText.width("e\u0301")).isEqualTo(1);
  }

  @Test
  void aCutTextFillsNoMoreThanItsWidth() {
    assertThat(CellText.cut("abcdef", 4)).isEqualTo("abc…");
    assertThat(CellText.cut("中文字", 4)).isEqualTo("中…");
    assertThat(CellText.cut("abcd", 4)).isEqualTo("abcd");
  }

  @Test
  void aBoxIsStraightAroundWideCharacters() {
    assertThat(table(0, List.of("id", "name"), new String[] {"1", "中文"}, new String[] {"2", "é"}))
        .isEqualTo(
            """
            ┌────┬──────┐
            │ id │ name │
            ├────┼──────┤
            │ 1  │ 中文 │
            │ 2  │ é    │
            └────┴──────┘
            """);
  }

  @Test
  void aTableKeepsToTheTerminal() {
    String table = table(40, List.of("id", "text"), new String[] {"1", "word ".repeat(50)});
    assertThat(table.lines()).allMatch(line -> CellText.width(line) == 40);
    assertThat(table).contains("…");
  }

  private static String table(int width, List<String> labels, String[]... rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
    new TextTable(out, width).write(labels, List.of(rows));
    return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }
}
