package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import java.util.List;

/** Evaluates the conditions of CHECK constraints, which storage keeps as texts. */
@FunctionalInterface
public interface RowConditions {
  /** For whoever adds no rows to tables with such constraints. */
  RowConditions NONE =
      (table, checks, rows) -> {
        throw new IllegalStateException(
            "nobody evaluates the CHECK constraints of table " + table.name());
      };

  /**
   * Checks rows.
   *
   * @param checks of the table, at least one
   * @param rows the table's columns, all of them, in the order of its definition
   * @throws io.quiver.types.QuiverException 23514 where a condition is FALSE for a row; what
   *     evaluating a condition gives otherwise
   */
  void check(TableDefinition table, List<Constraint.Check> checks, Batch rows);
}
