package io.quiver.executor.plan;

/** Which rows of a join come out. */
public enum JoinType {
  INNER,
  LEFT,
  RIGHT,
  FULL,
  /** Left rows that have a match, once each. */
  SEMI,
  /** Left rows that have none; nor, with keys of {@link JoinKey.Nulls#UNKNOWN}, an unknown one. */
  ANTI,
  /**
   * All left rows, and as a last column whether they have a match: true, null where the condition
   * is null for some pair and true for none, else false.
   */
  MARK;

  /** Whether the right columns come out. */
  public boolean givesRight() {
    return this != SEMI && this != ANTI && this != MARK;
  }
}
