package io.quiver.executor.plan;

import org.jspecify.annotations.Nullable;

/**
 * What one node of a plan did in one execution.
 *
 * @param rows that it gave
 * @param nanos its inputs' time included
 * @param skipped of a table that it reads; null for other nodes
 * @param note what else it did, or null
 */
public record NodeStatistics(
    long rows, long batches, long nanos, @Nullable SkippedRows skipped, @Nullable String note) {}
