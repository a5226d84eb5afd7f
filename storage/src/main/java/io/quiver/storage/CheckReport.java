package io.quiver.storage;

import java.util.List;

/**
 * What {@link Check} found.
 *
 * @param damages in the order in which they were found; none of a database that is well
 * @param leftovers what a crash has left, each as a sentence: no damage, and removed when the
 *     database is opened for writing
 * @param tables of the catalog
 * @param segments that were read
 * @param segmentBytes of their files
 * @param rows that are live
 * @param logRecords that were read
 */
public record CheckReport(
    List<Damage> damages,
    List<String> leftovers,
    int tables,
    int segments,
    long segmentBytes,
    long rows,
    long logRecords) {
  public CheckReport {
    damages = List.copyOf(damages);
    leftovers = List.copyOf(leftovers);
  }

  public boolean isClean() {
    return damages.isEmpty();
  }

  /**
   * Something that is not as it was written.
   *
   * @param file where the user finds it; of rows, the segment's directory or the log's
   * @param offset in the file, in bytes; 0 where the damage is in what the whole of it says
   * @param what was found
   */
  public record Damage(String file, long offset, String what) {
    @Override
    public String toString() {
      return file + " at offset " + offset + ": " + what;
    }
  }
}
