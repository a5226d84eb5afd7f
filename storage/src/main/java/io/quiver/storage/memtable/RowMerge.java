package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Gathers the live rows of several blocks and segments into one. Owned by one thread. */
public final class RowMerge {
  private final Map<ColumnId, GrowingColumn> columns = new LinkedHashMap<>();
  private int rows;

  /**
   * @param types of the columns, {@link ColumnId#ROW_ID} excluded
   */
  public RowMerge(Map<ColumnId, SqlType> types, int expectedRows) {
    columns.put(ColumnId.ROW_ID, new GrowingColumn(SqlType.BIGINT));
    types.forEach((id, type) -> columns.put(id, new GrowingColumn(type)));
    columns.values().forEach(column -> column.expect(expectedRows));
  }

  /** Adds the rows that are not deleted. */
  public void add(ColumnSource source, int rowCount, DeletedRows deleted) {
    Map<ColumnId, Column> sources = new HashMap<>();
    columns.keySet().forEach(id -> sources.put(id, source.column(id)));
    for (int from = 0; from < rowCount; ) {
      if (deleted.contains(from)) {
        from++;
        continue;
      }
      int to = deleted.count() == 0 ? rowCount : from + 1;
      while (to < rowCount && !deleted.contains(to)) {
        to++;
      }
      int first = from;
      int count = to - from;
      for (Map.Entry<ColumnId, GrowingColumn> column : columns.entrySet()) {
        Column stored = Objects.requireNonNull(sources.get(column.getKey()));
        column.getValue().write(rows, stored, first, count);
      }
      rows += count;
      from = to;
    }
  }

  /** The rows by column; {@link ColumnId#ROW_ID} comes first. */
  public Map<ColumnId, Column> columns() {
    Map<ColumnId, Column> views = new LinkedHashMap<>();
    columns.forEach((id, column) -> views.put(id, column.view(rows)));
    return views;
  }
}
