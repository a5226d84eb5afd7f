package io.quiver.executor.plan;

/**
 * Two columns of one type that must be equal in a hash join.
 *
 * @param left its position in the left input
 * @param right its position in the right input
 */
public record JoinKey(int left, int right, Nulls nulls) {
  /** What comparing with a null comes to. */
  public enum Nulls {
    /** A null matches nothing, as in WHERE. */
    NEVER,
    /** Two nulls match, as of IS NOT DISTINCT FROM. */
    EQUAL,
    /** A null leaves it unknown whether there is a match, as of IN. */
    UNKNOWN
  }

  /** A key whose nulls match nothing. */
  public static JoinKey of(int left, int right) {
    return new JoinKey(left, right, Nulls.NEVER);
  }
}
