package io.quiver.planner;

import io.quiver.planner.rule.ColumnEstimate;
import io.quiver.planner.rule.TableSizes;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes down which tables' sizes one plan rests on. */
final class SizesAsked implements TableSizes {
  private final TableSizes sizes;
  private final Map<TableId, Long> rows = new HashMap<>();

  SizesAsked(TableSizes sizes) {
    this.sizes = sizes;
  }

  @Override
  public long rows(TableId table) {
    return rows.computeIfAbsent(table, sizes::rows);
  }

  @Override
  public @Nullable ColumnEstimate column(TableId table, ColumnId column) {
    return sizes.column(table, column);
  }

  /** What was asked, and the answers. */
  Map<TableId, Long> rows() {
    return rows;
  }
}
