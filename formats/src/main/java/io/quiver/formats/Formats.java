package io.quiver.formats;

import io.quiver.formats.arrow.ArrowSink;
import io.quiver.formats.arrow.ArrowSource;
import io.quiver.formats.dense.NpySink;
import io.quiver.formats.dense.NpySource;
import io.quiver.formats.dense.VecsSink;
import io.quiver.formats.dense.VecsSource;
import io.quiver.formats.parquet.ParquetSink;
import io.quiver.formats.parquet.ParquetSource;
import io.quiver.formats.text.CsvSink;
import io.quiver.formats.text.CsvSource;
import io.quiver.formats.text.JsonSink;
import io.quiver.formats.text.JsonSource;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import java.nio.file.Path;

/** Opens files for reading and makes files for writing. */
public final class Formats {
  private Formats() {}

  /**
   * Opens a file.
   *
   * @throws QuiverException 58P01 without such a file, 22P04 for a damaged one, 0A000 for what is
   *     not read and for a format whose library is missing
   */
  public static BatchSource open(
      Path path, Format format, FormatOptions options, WantedColumns wanted, RowErrors errors) {
    InputFile file = InputFile.open(path);
    boolean opened = false;
    try {
      BatchSource source =
          switch (format) {
            case CSV -> new CsvSource(file, options, errors);
            case JSON -> new JsonSource(file, wanted.fields(), wanted.chosen(), errors);
            case FVECS -> VecsSource.fvecs(file);
            case IVECS -> VecsSource.ivecs(file, wanted.arrays());
            case BVECS -> VecsSource.bvecs(file, wanted.arrays());
            case NPY -> NpySource.open(file, wanted.arrays());
            case ARROW -> new ArrowSource(file);
            case PARQUET -> parquet(file, wanted);
          };
      opened = true;
      return source;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }

  private static BatchSource parquet(InputFile file, WantedColumns wanted) {
    try {
      return ParquetSource.open(file, wanted);
    } catch (NoClassDefFoundError e) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "to read Parquet, put dev.hardwood:hardwood-core on the class path (missing: "
              + e.getMessage()
              + ")",
          e);
    }
  }

  /**
   * Starts a file that appears when it is finished.
   *
   * @param schema of types that the format {@linkplain Format#writes takes}
   * @throws QuiverException 0A000 or 42804 for columns that the format has no place for, 58030
   */
  public static BatchSink create(Path path, Format format, FormatOptions options, Schema schema) {
    OutputFile file = OutputFile.create(path);
    boolean opened = false;
    try {
      BatchSink sink =
          switch (format) {
            case CSV -> new CsvSink(file, schema, options);
            case JSON -> new JsonSink(file, schema);
            case FVECS, IVECS, BVECS -> new VecsSink(file, format, schema);
            case NPY -> new NpySink(file, schema);
            case ARROW -> new ArrowSink(file, schema, path.toString().endsWith(".arrows"));
            case PARQUET -> new ParquetSink(file, schema);
          };
      opened = true;
      return sink;
    } finally {
      if (!opened) {
        file.close();
      }
    }
  }
}
