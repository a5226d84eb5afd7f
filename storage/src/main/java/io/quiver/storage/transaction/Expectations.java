package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one open transaction that changes the catalog has seen. Owned by its thread. */
final class Expectations {
  /** Tables that were altered, or that views and indexes were made on, as they were before. */
  private final Map<TableId, TableDefinition> definitions = new HashMap<>();

  /** Tables whose rows were looked at before they were altered, and where those ended. */
  private final Map<TableId, Long> nextRowIds = new HashMap<>();

  /** The views that were there when a table was altered first. */
  private @Nullable List<ViewDefinition> views;

  /** A table stays as it is but for what this transaction does to it. */
  void definition(@Nullable TableDefinition committed) {
    if (committed != null) {
      definitions.putIfAbsent(committed.id(), committed);
    }
  }

  /** A table gets no more rows. */
  void rows(@Nullable TableState committed) {
    if (committed != null) {
      nextRowIds.put(committed.definition().id(), committed.nextRowId());
    }
  }

  /** Nobody else changes a view. */
  void views(List<ViewDefinition> committed) {
    if (views == null) {
      views = committed;
    }
  }

  /**
   * For a record.
   *
   * @param layouts of the tables that it adds rows to
   */
  CommitRecord.Expected of(
      Map<TableId, Integer> layouts, boolean changesCatalog, ForeignKeys.Relied relied) {
    return changesCatalog
        ? new CommitRecord.Expected(layouts, definitions, nextRowIds, views, relied)
        : new CommitRecord.Expected(layouts, Map.of(), Map.of(), null, relied);
  }
}
