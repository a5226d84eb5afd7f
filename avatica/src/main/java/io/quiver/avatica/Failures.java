package io.quiver.avatica;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.System.Logger;
import java.util.List;
import java.util.UUID;
import org.apache.calcite.avatica.AvaticaSeverity;
import org.apache.calcite.avatica.remote.Service.ErrorResponse;

/** Translates exceptions, once. The client never sees a stack trace. */
final class Failures {
  private static final Logger LOG = System.getLogger(Failures.class.getName());

  ErrorResponse describe(Throwable failure) {
    return switch (failure) {
      case QuiverException e when e.code() == ErrorCode.CONNECTION_DOES_NOT_EXIST ->
          error(
              String.valueOf(e.getMessage()),
              e.code(),
              ErrorResponse.MISSING_CONNECTION_ERROR_CODE);
      case QuiverException e -> error(String.valueOf(e.getMessage()), e.code(), 0);
      case OutOfMemoryError e ->
          error("the process has no memory left for this", ErrorCode.OUT_OF_MEMORY, 0);
      case StackOverflowError e ->
          error("the statement is nested too deeply", ErrorCode.STATEMENT_TOO_COMPLEX, 0);
      default -> {
        String id = UUID.randomUUID().toString().substring(0, 8);
        LOG.log(Logger.Level.ERROR, "internal error " + id, failure);
        yield error(
            "internal error "
                + id
                + " ("
                + failure.getClass().getSimpleName()
                + "); the log has its details under that id",
            ErrorCode.INTERNAL_ERROR,
            0);
      }
    };
  }

  private static ErrorResponse error(String message, ErrorCode code, int errorCode) {
    return new ErrorResponse(
        List.of(), message, errorCode, code.sqlState(), AvaticaSeverity.ERROR, null);
  }
}
