package io.quiver.storage.transaction;

/** Where a row of a snapshot is: a segment of it, and the row's position there. */
public record RowLocation(SegmentView segment, int row) {}
