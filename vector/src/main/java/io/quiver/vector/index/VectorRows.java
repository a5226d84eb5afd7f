package io.quiver.vector.index;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.distance.RowDecoder;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The rows that an index serves, and the distance between them. The owner keeps their memory,
 * mapped or resident; an index reads it while it builds, and while it searches to rank the last
 * candidates exactly.
 *
 * <p>Elements are finite: an owner lets neither infinity nor NaN in.
 *
 * @param metric one that the rows' encoding has
 * @param count rows of the block that are there
 */
public record VectorRows(Metric metric, RowBlock block, int count) {
  /** The sums of kernels over bytes hold no more. */
  public static final int DIMENSION_MAX = 65_535;

  public VectorRows {
    if (!block.encoding().has(metric)) {
      throw new IllegalArgumentException(metric + " is not defined over " + block.encoding());
    }
    if (block.dimension() > DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "rows of " + block.dimension() + " dimensions, there may be " + DIMENSION_MAX);
    }
    // Kernels do not check what graphs and lists ask them for.
    Objects.checkFromIndexSize(0, count, block.rowCount());
  }

  public Encoding encoding() {
    return block.encoding();
  }

  public int dimension() {
    return block.dimension();
  }

  /** One row, packed in the encoding. */
  public MemorySegment row(int row) {
    Objects.checkIndex(row, count);
    return block.memory().asSlice(block.position(row), encoding().bytes(dimension()));
  }

  /** Writes a row's elements, {@link #dimension} floats. */
  public void decode(int row, MemorySegment into, long at) {
    RowDecoder.decode(encoding(), block.memory(), block.position(row), dimension(), into, at);
  }
}
