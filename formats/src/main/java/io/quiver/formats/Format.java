package io.quiver.formats;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the rows of a file are written. */
public enum Format {
  /** RFC 4180. */
  CSV,
  /** A JSON object a line. */
  JSON,
  /** TEXMEX: for each vector its dimension, 32-bit, and its elements; here 32-bit floats. */
  FVECS,
  /** As {@link #FVECS}, of 32-bit integers. */
  IVECS,
  /** As {@link #FVECS}, of unsigned bytes. */
  BVECS,
  /** NumPy's array file, of one or two dimensions. */
  NPY,
  /** Arrow's IPC file; a stream when the name ends in .arrows. */
  ARROW,
  PARQUET;

  /**
   * The format that a file's ending tells.
   *
   * @throws QuiverException 22023 when it tells none
   */
  public static Format of(String path) {
    Format known = find(path);
    if (known == null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "the ending of \""
              + path
              + "\" tells no format; say WITH (FORMAT csv), or json, fvecs,"
              + " ivecs, bvecs, npy, arrow or parquet");
    }
    return known;
  }

  /** As {@link #of}, or null when the ending tells none. */
  public static @Nullable Format find(String path) {
    String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (ending) {
      case "csv", "tsv" -> CSV;
      case "json", "jsonl", "ndjson" -> JSON;
      case "fvecs" -> FVECS;
      case "ivecs" -> IVECS;
      case "bvecs" -> BVECS;
      case "npy" -> NPY;
      case "arrow", "arrows", "feather", "ipc" -> ARROW;
      case "parquet", "pq" -> PARQUET;
      default -> null;
    };
  }

  /** True when a sink takes values of a type as they are; others it takes as their SQL text. */
  public boolean writes(SqlType type) {
    return switch (this) {
      case CSV -> type instanceof SqlType.Varchar;
      case JSON ->
          switch (type) {
            case SqlType.Simple simple ->
                switch (simple) {
                  case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, JSON -> true;
                  case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID -> false;
                };
            case SqlType.Array array -> writes(array.element());
            case SqlType.Decimal decimal -> true;
            case SqlType.Varchar varchar -> true;
            case SqlType.Varbinary varbinary -> false;
            case SqlType.Vector vector -> true;
          };
      case FVECS, IVECS, BVECS, NPY, ARROW, PARQUET -> true;
    };
  }
}
