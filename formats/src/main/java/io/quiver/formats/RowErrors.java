package io.quiver.formats;

import io.quiver.types.QuiverException;

/**
 * Is told of each row that cannot be read: it throws, or lets the reading go on without the row.
 */
public interface RowErrors {
  RowErrors STOP =
      problem -> {
        throw problem;
      };

  /** Takes a problem whose message says where the row stands. */
  void bad(QuiverException problem);
}
