package io.quiver.storage.log;

/**
 * A position in a log: for replay and truncation, never for visibility. It can be compared and
 * stored; what its two numbers mean is the business of the {@link Log} that gave it.
 */
public record Lsn(long major, long minor) implements Comparable<Lsn> {
  /** Before every record. */
  public static final Lsn START = new Lsn(0, 0);

  @Override
  public int compareTo(Lsn other) {
    int byMajor = Long.compare(major, other.major);
    return byMajor != 0 ? byMajor : Long.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "/" + minor;
  }
}
