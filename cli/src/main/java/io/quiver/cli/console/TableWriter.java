package io.quiver.cli.console;

import java.io.PrintStream;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A table in a box. The widths come from the first thousand rows; a later cell that is wider is cut
 * like one that does not fit the terminal.
 */
final class TableWriter implements ResultWriter {
  private static final int MEASURED_ROWS = 1_000;

  private final PrintStream out;
  private final int terminalWidth;

  TableWriter(PrintStream out, int terminalWidth) {
    this.out = out;
    this.terminalWidth = terminalWidth;
  }

  @Override
  public long write(ResultSet rows) throws SQLException {
    RowReader reader = new RowReader(rows);
    List<String> labels = reader.labels().stream().map(CellText::printable).toList();
    List<String[]> measured = new ArrayList<>();
    var row = reader.next();
    while (row != null && measured.size() < MEASURED_ROWS) {
      measured.add(CellText.of(row));
      row = reader.next();
    }
    boolean[] right = new boolean[labels.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = reader.isNumber(i);
    }
    TextTable table = new TextTable(out, terminalWidth);
    table.begin(labels, measured);
    measured.forEach(cells -> table.row(cells, right));
    long count = measured.size();
    for (; row != null; row = reader.next()) {
      table.row(CellText.of(row), right);
      count++;
    }
    table.end();
    return count;
  }
}
