package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.Map;

/** Columns that are there already. */
public record ColumnMap(Map<ColumnId, Column> columns) implements ColumnSource {
  public ColumnMap {
    columns = Map.copyOf(columns);
  }

  @Override
  public boolean has(ColumnId id) {
    return columns.containsKey(id);
  }

  @Override
  public SqlType type(ColumnId id) {
    return column(id).type();
  }

  @Override
  public Column column(ColumnId id) {
    Column found = columns.get(id);
    if (found == null) {
      throw new IllegalArgumentException("no column " + id + " among " + columns.keySet());
    }
    return found;
  }
}
