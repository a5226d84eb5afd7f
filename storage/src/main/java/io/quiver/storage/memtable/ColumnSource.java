package io.quiver.storage.memtable;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Columns of equal length by their id, {@link ColumnId#ROW_ID} included. Immutable. */
public interface ColumnSource {
  /** A column that {@link #has} holds for. */
  Column column(ColumnId id);

  /** Some rows of a column that {@link #has} holds for, beginning at a multiple of 8. */
  default Column slice(ColumnId id, int from, int count) {
    return column(id).slice(from, count);
  }

  /** The type of a column that {@link #has} holds for, as {@link #column} gives it. */
  SqlType type(ColumnId id);

  /** Whether these rows were stored with the column. */
  boolean has(ColumnId id);

  /** What a cache keeps of a column, or may keep; nothing of rows in memory. */
  default List<Cached<?>> cached(ColumnId id) {
    return List.of();
  }

  /**
   * What is known of a column that {@link #has} holds for, or null: nothing is of rows in memory.
   */
  default @Nullable ColumnSummary summary(ColumnId id) {
    return null;
  }
}
