package io.quiver.engine;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** While a class runs, segments of few rows have indexes on vectors, too, which are searched. */
final class IndexedSegments implements BeforeAllCallback, AfterAllCallback {
  private static final String PROPERTY = "quiver.index_rows_min";
  private static final String SCANNED = "quiver.scan_rows_max";

  /** Of so few rows all are measured; otherwise it would be all of some thousands. */
  private static final int SCANNED_ROWS = 5;

  private final int rowsMin;

  IndexedSegments(int rowsMin) {
    this.rowsMin = rowsMin;
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    System.setProperty(PROPERTY, String.valueOf(rowsMin));
    System.setProperty(SCANNED, String.valueOf(SCANNED_ROWS));
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.clearProperty(PROPERTY);
    System.clearProperty(SCANNED);
  }
}
