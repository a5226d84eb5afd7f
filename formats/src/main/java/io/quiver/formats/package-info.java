/**
 * Reads and writes files of rows: csv, JSON lines, fvecs, ivecs, bvecs, npy, Arrow and Parquet.
 * Knows types and files; knows nothing of tables, of SQL or of what becomes of the rows.
 */
@NullMarked
package io.quiver.formats;

import org.jspecify.annotations.NullMarked;
