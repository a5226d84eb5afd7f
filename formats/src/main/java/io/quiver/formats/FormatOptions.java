package io.quiver.formats;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/**
 * What csv leaves open.
 *
 * @param header whether the first line has the names
 * @param nullText what stands for null where it is not quoted
 * @param quote doubled within a quoted field
 */
public record FormatOptions(boolean header, char delimiter, String nullText, char quote) {
  public FormatOptions {
    if (delimiter == quote || isLineEnd(delimiter) || isLineEnd(quote)) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "DELIMITER and QUOTE differ and are no line ends, found '"
              + delimiter
              + "' and '"
              + quote
              + "'");
    }
    if (nullText.indexOf(delimiter) >= 0
        || nullText.indexOf(quote) >= 0
        || nullText.chars().anyMatch(FormatOptions::isLineEnd)) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "NULL has neither the delimiter nor the quote nor a line end in it, found '"
              + nullText
              + "'");
    }
  }

  /** PostgreSQL's: no header, a comma, nothing for null, double quotes. */
  public static FormatOptions defaults() {
    return new FormatOptions(false, ',', "", '"');
  }

  public FormatOptions withHeader(boolean value) {
    return new FormatOptions(value, delimiter, nullText, quote);
  }

  private static boolean isLineEnd(int c) {
    return c == '\n' || c == '\r';
  }
}
