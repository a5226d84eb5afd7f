package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.List;

/** Evaluates the conditions of CHECK constraints and the defaults, which storage keeps as texts. */
public interface RowConditions {
  /** For whoever adds no rows to tables with such constraints. */
  RowConditions NONE =
      new RowConditions() {
        @Override
        public void check(TableDefinition table, List<Constraint.Check> checks, Batch rows) {
          throw new IllegalStateException(
              "nobody evaluates the CHECK constraints of table " + table.name());
        }

        @Override
        public List<Column> defaults(TableDefinition table, List<ColumnId> columns, int rows) {
          throw new IllegalStateException("nobody evaluates the defaults of table " + table.name());
        }
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

  /**
   * What some columns of rows get that name no value for them; null without a DEFAULT.
   *
   * @return the columns in the order named, of that many rows
   * @throws io.quiver.types.QuiverException what evaluating a DEFAULT gives
   */
  List<Column> defaults(TableDefinition table, List<ColumnId> columns, int rows);
}
