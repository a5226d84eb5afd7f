package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;

/** Columns of equal length by their id, {@link ColumnId#ROW_ID} included. Immutable. */
@FunctionalInterface
public interface ColumnSource {
  Column column(ColumnId id);
}
