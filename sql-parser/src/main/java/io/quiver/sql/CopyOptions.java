package io.quiver.sql;

import org.jspecify.annotations.Nullable;

/**
 * What a COPY says about its file; null where it says nothing.
 *
 * @param nullText what stands for null in csv
 * @param skipErrors ON_ERROR skip: rows that cannot be taken are left out and counted
 * @param byPosition MATCH_BY position: the file's names count for nothing
 */
public record CopyOptions(
    @Nullable Format format,
    @Nullable Boolean header,
    @Nullable Character delimiter,
    @Nullable String nullText,
    @Nullable Character quote,
    boolean skipErrors,
    boolean byPosition) {
  /** The formats that COPY can name. */
  public enum Format {
    CSV,
    JSON,
    FVECS,
    IVECS,
    BVECS,
    NPY,
    ARROW,
    PARQUET
  }
}
