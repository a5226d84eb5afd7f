package io.quiver.storage.index;

/**
 * Why a segment has no index, although it should have one.
 *
 * @param reason a sentence for users, without its end
 */
public record MissingIndex(Cause cause, String reason) {
  /** What kept it from being made. */
  public enum Cause {
    /** Someone ended its build. */
    KILLED,
    /** Its build takes more memory than builds may. */
    TOO_LARGE,
    /** The segment is damaged, or nothing may be written. */
    FAILED,
    /** The disk refused it, which it may not do another time. */
    REFUSED
  }

  /** Whether it is tried again by itself. */
  public boolean isTriedAgain() {
    return cause == Cause.REFUSED;
  }
}
