package io.quiver.engine.copy;

import io.quiver.formats.RowErrors;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;

/** Counts the rows that a COPY leaves out, and keeps the first reasons. Owned by its thread. */
public final class CopyErrors implements RowErrors {
  /** So many reasons are kept. */
  public static final int KEPT_MAX = 100;

  private final boolean skip;
  private final List<QuiverException> kept = new ArrayList<>();
  private long count;

  /**
   * Starts at none.
   *
   * @param skip false throws the first one
   */
  public CopyErrors(boolean skip) {
    this.skip = skip;
  }

  @Override
  public void bad(QuiverException problem) {
    if (!skip) {
      throw problem;
    }
    count++;
    if (kept.size() < KEPT_MAX) {
      kept.add(problem);
    }
  }

  /** Rows left out. */
  public long count() {
    return count;
  }

  /** Why the first of them were. */
  public List<QuiverException> kept() {
    return List.copyOf(kept);
  }
}
