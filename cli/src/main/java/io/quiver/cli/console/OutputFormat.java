package io.quiver.cli.console;

import java.io.PrintStream;

/** How results are written. */
public enum OutputFormat {
  /** Boxes for a reader; vectors are shortened. */
  TABLE,
  /** RFC 4180 with a header line; NULL is an empty field, an empty text is "". */
  CSV,
  /** One JSON object a row, one row a line. */
  JSON;

  /**
   * Gives a writer of this format.
   *
   * @param width of the terminal in columns, which tables keep to; 0 for no limit
   */
  public ResultWriter writer(PrintStream out, int width) {
    return switch (this) {
      case TABLE -> new TableWriter(out, width);
      case CSV -> new CsvWriter(out);
      case JSON -> new JsonWriter(out);
    };
  }
}
