package io.quiver.cli;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/** What dump and load are told to work with: a directory, or a URL. */
final class DumpAddress {
  private static final String URL = "jdbc:quiver:";

  private DumpAddress() {}

  /** A JDBC URL as it is; a directory as that of the database in it. */
  static String url(String place, boolean readOnly) {
    if (place.startsWith(URL)) {
      return place;
    }
    if (place.contains("?")) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "a directory with ? in its name cannot be told from a URL's properties: " + place);
    }
    return URL + "file:" + place + (readOnly ? "?readOnly=true" : "");
  }
}
