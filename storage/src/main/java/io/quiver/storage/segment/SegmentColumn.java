package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;

/**
 * A column on its way into a segment.
 *
 * @param name for people and other programs that open the file; Quiver goes by the id
 */
public record SegmentColumn(ColumnId id, String name, boolean nullable, Column column) {}
