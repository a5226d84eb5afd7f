package io.quiver.vector.index;

/** Rows in batches, each batch at least about as far away as the one before. */
public interface NeighborIterator {
  /** Of a search that nothing qualifies for. */
  static NeighborIterator none() {
    return into -> {
      into.clear();
      return false;
    };
  }

  /**
   * The next rows, which no batch before had.
   *
   * @return false when none that qualifies is left
   */
  boolean next(Neighbors into);
}
