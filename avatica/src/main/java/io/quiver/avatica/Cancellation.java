package io.quiver.avatica;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.function.BooleanSupplier;

/**
 * The wish to end one run of a statement. Each run has its own, from before it waits for its
 * connection until its last row is gone: so a cancel that comes while it is being planned holds,
 * and one that comes late does not meet the next run.
 */
final class Cancellation implements BooleanSupplier {
  private volatile boolean requested;

  void request() {
    requested = true;
  }

  void check() {
    if (requested) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
    }
  }

  @Override
  public boolean getAsBoolean() {
    return requested;
  }
}
