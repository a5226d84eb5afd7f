package io.quiver.storage;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** While a class runs, segments of few rows have indexes on vectors, too. */
final class IndexedSegments implements BeforeAllCallback, AfterAllCallback {
  private static final int ROWS_MIN = 20;
  private static final String PROPERTY = "quiver.index_rows_min";

  private final int rowsMin;

  IndexedSegments() {
    this(ROWS_MIN);
  }

  /**
   * @param rowsMin how many rows a segment has at least that has an index
   */
  IndexedSegments(int rowsMin) {
    this.rowsMin = rowsMin;
  }

  /** How many rows a segment has at least that has an index now. */
  static int rowsMin() {
    return Integer.getInteger(PROPERTY);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    System.setProperty(PROPERTY, String.valueOf(rowsMin));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.clearProperty(PROPERTY);
  }
}
