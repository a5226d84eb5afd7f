package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.SqlType;
import java.util.function.Supplier;

/**
 * A column on its way into a segment that is made when its turn comes, so that not all of them are
 * in memory at once.
 *
 * @param name for people and other programs that open the file; Quiver goes by the id
 * @param column makes it, of {@code rows} rows; it may be asked twice, and answers the same
 */
public record DeferredColumn(
    ColumnId id,
    String name,
    boolean nullable,
    SqlType type,
    int rows,
    Supplier<SegmentColumn> column) {
  static DeferredColumn of(SegmentColumn made) {
    return new DeferredColumn(
        made.id(), made.name(), made.nullable(), made.column().type(), made.length(), () -> made);
  }
}
