package io.quiver.vector.index;

import java.io.Serial;

/** The written form of an index is not what was written; it has to be built again. */
public final class DamagedIndexException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  public DamagedIndexException(String found) {
    super("the index is damaged: " + found);
  }
}
