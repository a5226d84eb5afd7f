package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/** What belongs to the dialect but is not there yet: 0A000 that names it. */
final class Unsupported {
  private Unsupported() {}

  /**
   * The answer.
   *
   * @param where begins the message
   * @param what such as {@code CREATE INDEX}
   */
  static QuiverException notYet(String where, String what) {
    return new QuiverException(
        ErrorCode.FEATURE_NOT_SUPPORTED, where + what + " is not supported yet");
  }
}
