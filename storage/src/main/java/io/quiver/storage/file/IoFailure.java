package io.quiver.storage.file;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Turns what the operating system says into what Quiver says. */
final class IoFailure {
  private IoFailure() {}

  static QuiverException of(String action, String file, IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return missing(action, file);
    }
    if (cause instanceof FileAlreadyExistsException) {
      return existing(action, file);
    }
    ErrorCode code = isDiskFull(cause) ? ErrorCode.DISK_FULL : ErrorCode.IO_ERROR;
    String reason = cause.getMessage() == null ? cause.getClass().getName() : cause.getMessage();
    return new QuiverException(code, "cannot " + action + " " + file + ": " + reason, cause);
  }

  static QuiverException missing(String action, String file) {
    return new QuiverException(
        ErrorCode.IO_ERROR, "cannot " + action + " " + file + ": it does not exist");
  }

  static QuiverException existing(String action, String file) {
    return new QuiverException(
        ErrorCode.IO_ERROR, "cannot " + action + " " + file + ": it exists already");
  }

  /** The JDK has no exception of its own for this: the system's text is all there is. */
  private static boolean isDiskFull(IOException cause) {
    String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("no space left")
        || message.contains("quota exceeded")
        || message.contains("not enough space");
  }
}
