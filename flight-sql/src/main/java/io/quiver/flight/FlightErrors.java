package io.quiver.flight;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.apache.arrow.flight.CallStatus;
import org.apache.arrow.flight.ErrorFlightMetadata;
import org.apache.arrow.flight.FlightRuntimeException;

/**
 * Translates errors once, where they leave. The SQLSTATE stands in the metadata {@code
 * x-quiver-sqlstate} and, for clients that show nothing else, at the end of the message.
 */
final class FlightErrors {
  private static final System.Logger LOG = System.getLogger(FlightErrors.class.getName());

  private FlightErrors() {}

  static FlightRuntimeException translate(Throwable failure) {
    return switch (failure) {
      case FlightRuntimeException already -> already;
      case QuiverException known -> status(known.code(), known.getMessage());
      case OutOfMemoryError memory ->
          status(ErrorCode.OUT_OF_MEMORY, "the process has no memory left for this");
      case StackOverflowError nested ->
          status(ErrorCode.STATEMENT_TOO_COMPLEX, "the statement is nested too deeply");
      default -> {
        LOG.log(System.Logger.Level.ERROR, "a request failed", failure);
        yield status(ErrorCode.INTERNAL_ERROR, "internal error: " + failure);
      }
    };
  }

  private static FlightRuntimeException status(ErrorCode code, String message) {
    ErrorFlightMetadata metadata = new ErrorFlightMetadata();
    metadata.insert("x-quiver-sqlstate", code.sqlState());
    return status(code)
        .withDescription(message + " (SQLSTATE " + code.sqlState() + ")")
        .withMetadata(metadata)
        .toRuntimeException();
  }

  private static CallStatus status(ErrorCode code) {
    return switch (code) {
      case QUERY_CANCELED -> CallStatus.CANCELLED;
      case FEATURE_NOT_SUPPORTED -> CallStatus.UNIMPLEMENTED;
      case UNDEFINED_TABLE, UNDEFINED_COLUMN, UNDEFINED_FUNCTION, UNDEFINED_OBJECT ->
          CallStatus.NOT_FOUND;
      case UNIQUE_VIOLATION, DUPLICATE_TABLE, DUPLICATE_COLUMN, DUPLICATE_OBJECT ->
          CallStatus.ALREADY_EXISTS;
      case INSUFFICIENT_PRIVILEGE -> CallStatus.UNAUTHORIZED;
      case OUT_OF_MEMORY, DISK_FULL, STATEMENT_TOO_COMPLEX, PROGRAM_LIMIT_EXCEEDED ->
          CallStatus.RESOURCE_EXHAUSTED;
      case ADMIN_SHUTDOWN -> CallStatus.UNAVAILABLE;
      case INTERNAL_ERROR, DATA_CORRUPTED, IO_ERROR -> CallStatus.INTERNAL;
      default -> CallStatus.INVALID_ARGUMENT;
    };
  }
}
