package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.types.Column;
import java.util.List;

/** Makes an index of rows. */
public final class IndexBuild {
  /** A column with more values than this gets bitmaps only where they are asked for. */
  private static final int BITMAP_VALUES_MAX = 128;

  /** Bitmaps of so few rows each are larger than positions. */
  private static final int BITMAP_ROWS_MIN = 64;

  /** Where bitmaps are asked for, a segment with more values gets sorted positions all the same. */
  private static final int FORCED_VALUES_MAX = 4_096;

  private IndexBuild() {}

  /**
   * An index of all rows of some columns.
   *
   * @param columns those of the key, in its order
   * @param progress called now and then; what it throws ends the work
   */
  public static ScalarIndex of(
      IndexDefinition index, List<Column> columns, int rows, Runnable progress) {
    int[] sorted = PositionSort.sort(columns, index.keys(), rows, progress);
    int valuesMax = index.keys().size() > 1 ? 0 : valuesMax(index, rows);
    if (valuesMax > 0) {
      BitmapIndex bitmaps = BitmapIndex.of(columns.getFirst(), sorted, valuesMax);
      if (bitmaps != null) {
        return bitmaps;
      }
    }
    return new SortedIndex(index.keys(), PackedPositions.of(sorted));
  }

  private static int valuesMax(IndexDefinition index, int rows) {
    return switch (index.kind()) {
      case BITMAP -> FORCED_VALUES_MAX;
      case SCALAR -> Math.min(BITMAP_VALUES_MAX, rows / BITMAP_ROWS_MIN);
      default -> 0;
    };
  }
}
