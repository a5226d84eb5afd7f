package io.quiver.executor.plan;

/**
 * One column to order by.
 *
 * @param column a position in the input
 * @param nullsFirst false in every plan where the user did not say so
 */
public record SortKey(int column, boolean descending, boolean nullsFirst) {}
