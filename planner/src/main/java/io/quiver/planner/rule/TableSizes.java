package io.quiver.planner.rule;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import org.jspecify.annotations.Nullable;

/** How many rows tables have when a statement is planned, and what values. */
@FunctionalInterface
public interface TableSizes {
  /** Where no table's size is known: joins stay in the order in which they are written. */
  TableSizes UNKNOWN = table -> -1;

  /** The rows of a table, or -1. */
  long rows(TableId table);

  /** What is known of a column, or null. */
  default @Nullable ColumnEstimate column(TableId table, ColumnId column) {
    return null;
  }
}
