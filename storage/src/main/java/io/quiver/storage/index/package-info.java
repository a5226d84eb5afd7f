/**
 * Indexes of scalar columns over the rows of one segment: built from its columns, kept in a file
 * beside it, and asked for the rows whose keys lie in ranges. They hold positions and no values, so
 * that they are small, fit every type, and are read together with the segment's columns. Knows
 * nothing of deleted rows, snapshots and SQL.
 */
@NullMarked
package io.quiver.storage.index;

import org.jspecify.annotations.NullMarked;
