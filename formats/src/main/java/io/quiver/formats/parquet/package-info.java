/** Parquet files: read by Hardwood, an optional library, and written here. */
@NullMarked
package io.quiver.formats.parquet;

import org.jspecify.annotations.NullMarked;
