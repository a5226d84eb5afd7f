package io.quiver.storage.transaction;

/** The dense number of a commit: what a snapshot sees, and when a row was deleted. */
public record CommitVersion(long value) implements Comparable<CommitVersion> {
  public static final CommitVersion ZERO = new CommitVersion(0);

  @Override
  public int compareTo(CommitVersion other) {
    return Long.compare(value, other.value);
  }
}
