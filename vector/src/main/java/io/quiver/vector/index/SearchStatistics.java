package io.quiver.vector.index;

/**
 * What a search did.
 *
 * @param plan how it went about it, such as {@code graph} or {@code exact}
 * @param visited nodes expanded, lists probed or blocks scanned
 * @param distances exact distances that were computed
 * @param estimates distances that were computed from codes
 * @param blockReads blocks of 4 KiB that were read from disk
 */
public record SearchStatistics(
    String plan, long visited, long distances, long estimates, long blockReads) {
  public static final SearchStatistics NONE = new SearchStatistics("none", 0, 0, 0, 0);
}
