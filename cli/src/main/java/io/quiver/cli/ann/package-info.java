/**
 * Measures vector indexes on data in files, as the benchmarks of approximate nearest neighbours do:
 * recall against searches a second. It knows files and indexes, and nothing of SQL.
 */
@NullMarked
package io.quiver.cli.ann;

import org.jspecify.annotations.NullMarked;
