package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;

/** Evaluates the conditions of partial indexes, which storage keeps as texts. */
public interface IndexConditions {
  /**
   * The rows for which a condition is true, ascending, deleted ones included. A row for which it
   * cannot be evaluated is none of them.
   *
   * @param conditionSql over the columns of the table
   * @throws io.quiver.types.QuiverException where the condition cannot be read
   */
  int[] matching(TableDefinition table, String conditionSql, SegmentView rows);
}
