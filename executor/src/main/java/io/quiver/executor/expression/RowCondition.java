package io.quiver.executor.expression;

import io.quiver.storage.catalog.ColumnId;
import java.util.List;

/**
 * A condition of a table's rows, such as that of a partial index.
 *
 * @param condition BOOLEAN, row by row, the same at each time
 * @param columns those that its input columns are
 */
public record RowCondition(Expression condition, List<ColumnId> columns) {
  public RowCondition {
    columns = List.copyOf(columns);
  }
}
