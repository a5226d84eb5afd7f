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

  /** Never null: a user's mistake is always explained. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  public ErrorCode code() {
    return code;
  }

  public String sqlState() {
    return code.sqlState();
  }
}
