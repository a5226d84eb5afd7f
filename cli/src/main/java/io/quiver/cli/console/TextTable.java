package io.quiver.cli.console;

import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** A box with columns of fixed widths, which the first rows and the terminal decide. */
final class TextTable {
  private static final int NARROWEST = 8;

  private final PrintStream out;
  private final int terminalWidth;
  private int[] widths = {};

  /**
   * @param terminalWidth in columns; 0 for no limit
   */
  TextTable(PrintStream out, int terminalWidth) {
    this.out = out;
    this.terminalWidth = terminalWidth;
  }

  /** A whole table of texts. */
  void write(List<String> labels, List<String[]> rows) {
    begin(labels, rows);
    boolean[] right = new boolean[labels.size()];
    rows.forEach(row -> row(row, right));
    end();
  }

  /** Measures the given rows, and writes the header alone. */
  void begin(List<String> labels, List<String[]> measured) {
    widths = labels.stream().mapToInt(CellText::width).toArray();
    for (String[] row : measured) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], CellText.width(row[i]));
      }
    }
    if (terminalWidth > 0) {
      // A cell costs two spaces and a border.
      shrink(terminalWidth - 3 * widths.length - 1);
    }
    line("┌", "┬", "┐");
    row(labels.toArray(String[]::new), new boolean[widths.length]);
    line("├", "┼", "┤");
  }

  /**
   * @param right which columns stand at the right edge
   */
  void row(String[] texts, boolean[] right) {
    StringBuilder line = new StringBuilder("│");
    for (int i = 0; i < widths.length; i++) {
      String text = CellText.cut(texts[i], widths[i]);
      String padding = " ".repeat(widths[i] - CellText.width(text));
      line.append(' ').append(right[i] ? padding + text : text + padding).append(" │");
    }
    out.println(line);
  }

  void end() {
    line("└", "┴", "┘");
    out.flush();
  }

  /** The widest column gives way first. */
  private void shrink(int available) {
    while (Arrays.stream(widths).sum() > available) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
    }
  }

  private void line(String left, String middle, String right) {
    StringBuilder line = new StringBuilder(left);
    for (int i = 0; i < widths.length; i++) {
      line.append(i > 0 ? middle : "").append("─".repeat(widths[i] + 2));
    }
    out.println(line.append(right));
  }
}
