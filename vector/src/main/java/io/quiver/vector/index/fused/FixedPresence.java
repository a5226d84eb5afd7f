package io.quiver.vector.index.fused;

import io.quiver.vector.index.EuclideanRows;
import java.util.BitSet;

/**
 * All rows but those without a point.
 *
 * @param rows with those that are absent
 * @param count without them
 */
record FixedPresence(BitSet absent, int rows, int count) implements RowPresence {
  static FixedPresence of(EuclideanRows space) {
    int rows = space.rows().count();
    return new FixedPresence(space.absent(), rows, rows - space.absent().cardinality());
  }

  @Override
  public boolean has(int row) {
    return !absent.get(row);
  }

  @Override
  public boolean isComplete() {
    return count == rows;
  }
}
