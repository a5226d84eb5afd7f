package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.Layout;
import java.util.List;

/**
 * A column on its way into a segment.
 *
 * @param name for people and other programs that open the file; Quiver goes by the id
 * @param pieces of the column, one after the other; where there are several, they are of a fixed
 *     width of whole bytes and have no nulls
 */
public record SegmentColumn(ColumnId id, String name, boolean nullable, List<Column> pieces) {
  public SegmentColumn {
    pieces = List.copyOf(pieces);
    if (pieces.isEmpty() || (pieces.size() > 1 && !pieces.stream().allMatch(c -> joins(c)))) {
      throw new IllegalArgumentException("column " + name + " cannot be written in pieces");
    }
  }

  public SegmentColumn(ColumnId id, String name, boolean nullable, Column column) {
    this(id, name, nullable, List.of(column));
  }

  /** Whether a column's bytes may be written right behind those of another one. */
  public static boolean joins(Column column) {
    return column.type().layout() instanceof Layout.Fixed && column.validity() == null;
  }

  /** The column, or its first piece. */
  public Column column() {
    return pieces.getFirst();
  }

  /** How many rows all the pieces have. */
  public int length() {
    return pieces.stream().mapToInt(Column::length).sum();
  }
}
