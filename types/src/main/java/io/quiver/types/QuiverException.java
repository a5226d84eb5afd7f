package io.quiver.types;

import org.jspecify.annotations.Nullable;

/**
 * A statement that could not be done, for a reason that the user can act on. The message says what
 * was found and what was wanted; endpoints translate it once.
 */
public class QuiverException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public QuiverException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public QuiverException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }

  public String sqlState() {
    return code.sqlState();
  }
}
