package io.quiver.vector.index;

/**
 * An index that takes rows in and out while it is searched; readers never wait. What it has written
 * {@link io.quiver.vector.Indexes#openGrowing} opens again.
 */
public interface GrowingIndex extends VectorIndex {
  /** Rows that it has room for: their numbers are 0 to capacity - 1. */
  int capacity();

  /**
   * Takes in a row that the owner has put into its block. Several threads may add different rows.
   *
   * @param row one that is not there, never before or no more
   */
  void add(int row);

  /**
   * Takes a row out: no search that begins later returns it, and its neighbours are linked with
   * each other in its place.
   */
  void remove(int row);
}
