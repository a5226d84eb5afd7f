package io.quiver.storage;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Ends a build that nobody wants, or with the work that it is a part of. Many threads ask. */
final class BuildWatch {
  private final Runnable check;
  private final BooleanSupplier unwanted;
  private volatile @Nullable RuntimeException end;

  /**
   * @param check throws when the work that the build is a part of is to end
   * @param unwanted whether nobody wants the build itself
   */
  BuildWatch(Runnable check, BooleanSupplier unwanted) {
    this.check = check;
    this.unwanted = unwanted;
  }

  boolean isUnwanted() {
    try {
      check.run();
    } catch (RuntimeException e) {
      end = e;
    }
    return end != null || unwanted.getAsBoolean();
  }

  /** Throws what the check has thrown, if it has. */
  void rethrow() {
    RuntimeException known = end;
    if (known != null) {
      throw known;
    }
  }
}
