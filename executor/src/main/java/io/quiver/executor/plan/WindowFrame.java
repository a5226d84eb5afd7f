package io.quiver.executor.plan;

import io.quiver.executor.expression.Expression;
import org.jspecify.annotations.Nullable;

/**
 * The rows around a row that a window function looks at.
 *
 * @param rows whether the ends are counted in rows; otherwise by the value of the one order key, in
 *     which equal rows come and go together
 */
public record WindowFrame(boolean rows, Bound start, Bound end) {
  /**
   * One end of a frame.
   *
   * @param offset row-independent, for PRECEDING and FOLLOWING alone: BIGINT where rows are
   *     counted, else of the order key's type
   */
  public record Bound(Kind kind, @Nullable Expression offset) {}

  /** Where an end is. */
  public enum Kind {
    UNBOUNDED_PRECEDING,
    PRECEDING,
    CURRENT_ROW,
    FOLLOWING,
    UNBOUNDED_FOLLOWING
  }
}
