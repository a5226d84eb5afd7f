package io.quiver.formats.dense;

import io.quiver.formats.InputFile;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;

/**
 * TEXMEX's files: for each vector its dimension (int, little-endian), then its elements: 32-bit
 * floats (fvecs), 32-bit integers (ivecs) or unsigned bytes (bvecs), little-endian.
 */
public final class VecsSource extends DenseSource {
  private final DenseType element;
  private final int dimension;
  private final boolean arrays;
  private final MemorySegment numbers;

  private VecsSource(InputFile file, DenseType element, int dimension, long rows, boolean arrays) {
    super(
        file,
        arrays ? new SqlType.Array(element.scalar()) : element.vector(dimension),
        0,
        rows,
        4L + (long) dimension * element.bytes());
    this.element = element;
    this.dimension = dimension;
    this.arrays = arrays;
    this.numbers = DenseType.memory((long) rowsAtOnce() * dimension * element.bytes());
  }

  /** A file of floats. */
  public static VecsSource fvecs(InputFile file) {
    return open(file, DenseType.F4, false);
  }

  /**
   * A file of integers.
   *
   * @param arrays gives INTEGER ARRAYs and not vectors
   */
  public static VecsSource ivecs(InputFile file, boolean arrays) {
    return open(file, DenseType.I4, arrays);
  }

  /**
   * A file of unsigned bytes.
   *
   * @param arrays gives SMALLINT ARRAYs and not vectors
   */
  public static VecsSource bvecs(InputFile file, boolean arrays) {
    return open(file, DenseType.U1, arrays);
  }

  /** The first dimension decides; all is checked against the file's size before it is read. */
  private static VecsSource open(InputFile file, DenseType element, boolean arrays) {
    if (file.size() == 0) {
      return new VecsSource(file, element, 1, 0, arrays);
    }
    int dimension = file.read(0, 4).get(DenseType.INT, 0);
    if (dimension < 1 || dimension > SqlType.Vector.MAX_DIMENSION) {
      throw file.damaged(
          "the first vector says that it has "
              + dimension
              + " dimensions, expected 1 to "
              + SqlType.Vector.MAX_DIMENSION);
    }
    long rowBytes = 4L + (long) dimension * element.bytes();
    if (file.size() % rowBytes != 0) {
      throw file.damaged(
          "vectors of "
              + dimension
              + " dimensions take "
              + rowBytes
              + " bytes each, the file's "
              + file.size()
              + " are no multiple of that");
    }
    return new VecsSource(file, element, dimension, file.size() / rowBytes, arrays);
  }

  @Override
  Column column(MemorySegment raw, int count) {
    long vectorBytes = (long) dimension * element.bytes();
    for (int row = 0; row < count; row++) {
      long at = row * (vectorBytes + 4);
      int found = raw.get(DenseType.INT, at);
      if (found != dimension) {
        throw otherDimension(row, found);
      }
      MemorySegment.copy(raw, at + 4, numbers, row * vectorBytes, vectorBytes);
    }
    return arrays
        ? element.arrays(numbers, count, dimension)
        : element.vectors(numbers, count, dimension, this::whereOf);
  }

  private QuiverException otherDimension(int row, int found) {
    return file.damaged(
        "row "
            + whereOf(row).replaceFirst(".* row ", "")
            + " says that it has "
            + found
            + " dimensions, those before have "
            + dimension);
  }
}
