package io.quiver.executor.plan;

/**
 * What one node of a plan did in one execution.
 *
 * @param rows that it gave
 * @param nanos its inputs' time included
 */
public record NodeStatistics(long rows, long batches, long nanos) {}
