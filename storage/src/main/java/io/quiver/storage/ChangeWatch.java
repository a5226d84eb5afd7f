package io.quiver.storage;

import io.quiver.storage.transaction.DatabaseState;

/** Tells when the catalog has changed, and when many rows have come into memory. */
final class ChangeWatch {
  private static final long ROWS = 1_024;

  private final Runnable onCatalog;
  private final Runnable onRows;
  private volatile long catalog;
  private volatile long rows;

  ChangeWatch(DatabaseState state, Runnable onCatalog, Runnable onRows) {
    this.onCatalog = onCatalog;
    this.onRows = onRows;
    this.catalog = state.catalog().version();
    this.rows = state.memory().rows();
  }

  void committed(DatabaseState state) {
    long version = state.catalog().version();
    if (version != catalog) {
      catalog = version;
      onCatalog.run();
    }
    long now = state.memory().rows();
    // At each multiple of them, since an index is due at some; also when a flush takes rows away.
    if (now / ROWS != rows / ROWS) {
      rows = now;
      onRows.run();
    }
  }
}
