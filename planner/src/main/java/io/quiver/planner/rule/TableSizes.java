package io.quiver.planner.rule;

import io.quiver.storage.catalog.TableId;

/** How many rows tables have when a statement is planned. */
@FunctionalInterface
public interface TableSizes {
  /** Where no table's size is known: joins stay in the order in which they are written. */
  TableSizes UNKNOWN = table -> -1;

  /** The rows of a table, or -1. */
  long rows(TableId table);
}
