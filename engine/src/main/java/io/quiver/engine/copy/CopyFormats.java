package io.quiver.engine.copy;

import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.sql.CopyOptions;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Locale;

/** From what a statement says to what formats take. */
public final class CopyFormats {
  private CopyFormats() {}

  /**
   * The format that is said, or else the one that the path's ending tells.
   *
   * @throws QuiverException 22023 when neither does
   */
  public static Format format(CopyOptions options, String path) {
    CopyOptions.Format said = options.format();
    Format format =
        said == null
            ? Format.of(path)
            : switch (said) {
              case CSV -> Format.CSV;
              case JSON -> Format.JSON;
              case FVECS -> Format.FVECS;
              case IVECS -> Format.IVECS;
              case BVECS -> Format.BVECS;
              case NPY -> Format.NPY;
              case ARROW -> Format.ARROW;
              case PARQUET -> Format.PARQUET;
            };
    boolean csvOnly =
        options.header() != null
            || options.delimiter() != null
            || options.nullText() != null
            || options.quote() != null;
    if (csvOnly && format != Format.CSV) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "HEADER, DELIMITER, NULL and QUOTE belong to csv, the format is "
              + format.name().toLowerCase(Locale.ROOT));
    }
    return format;
  }

  /** PostgreSQL's defaults where nothing is said; tabs for a path that ends in .tsv. */
  public static FormatOptions options(CopyOptions options, String path) {
    FormatOptions defaults = FormatOptions.defaults();
    Boolean header = options.header();
    Character delimiter = options.delimiter();
    String nullText = options.nullText();
    Character quote = options.quote();
    boolean tabs = path.toLowerCase(Locale.ROOT).endsWith(".tsv");
    return new FormatOptions(
        header == null ? defaults.header() : header,
        delimiter == null ? (tabs ? '\t' : defaults.delimiter()) : delimiter,
        nullText == null ? defaults.nullText() : nullText,
        quote == null ? defaults.quote() : quote);
  }
}
