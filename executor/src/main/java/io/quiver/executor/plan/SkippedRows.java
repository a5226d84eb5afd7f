package io.quiver.executor.plan;

/**
 * What a node has not read of a table, because statistics said that no row of it qualifies.
 *
 * @param segments of the table, those in memory included
 * @param segmentsSkipped as a whole
 * @param rowsSkipped of these and of zones of others, deleted ones included
 */
public record SkippedRows(long segments, long segmentsSkipped, long rowsSkipped) {}
