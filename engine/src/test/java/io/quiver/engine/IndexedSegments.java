package io.quiver.engine;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** While a class runs, segments of few rows have indexes on vectors, too. */
final class IndexedSegments implements BeforeAllCallback, AfterAllCallback {
  private static final String PROPERTY = "quiver.index_rows_min";

  private final int rowsMin;

  IndexedSegments(int rowsMin) {
    this.rowsMin = rowsMin;
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
