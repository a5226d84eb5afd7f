package io.quiver.vector.index.sparse;

import io.quiver.vector.index.BuildOptions;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/** Inverts rows: counts first, so that the lists are written where they stay. */
final class SparseBuilder {
  private static final int ROWS_BETWEEN_ASKING = 1024;

  /** An array of all dimensions has no more; a form's counts neither. */
  private static final int ELEMENTS_MAX = Integer.MAX_VALUE - 64;

  private final SparseRows rows;
  private final BuildOptions options;
  private final int[] dimensions;
  private final float[] heaviest;
  private final int[] postingCounts;
  private final int[] entryCounts;

  private SparseBuilder(SparseRows rows, BuildOptions options) {
    this.rows = rows;
    this.options = options;
    this.dimensions = distinctDimensions(rows);
    this.heaviest = new float[dimensions.length];
    this.postingCounts = new int[dimensions.length];
    this.entryCounts = new int[dimensions.length];
  }

  static SparseLists build(SparseRows rows, BuildOptions options) {
    if (rows.elements() > ELEMENTS_MAX) {
      throw new IllegalArgumentException(
          rows.elements() + " elements are too many for one index, which has " + ELEMENTS_MAX);
    }
    if (hasNegative(rows)) {
      SparseLists none =
          SparseLists.allocate(new SparseLists.Sizes(rows.elements(), rows.count(), 0, 0, 0, true));
      none.finish();
      return none;
    }
    SparseBuilder builder = new SparseBuilder(rows, options);
    builder.count();
    return builder.fill();
  }

  private static boolean hasNegative(SparseRows rows) {
    for (long i = 0; i < rows.elements(); i++) {
      if (rows.weight(i) < 0) {
        return true;
      }
    }
    return false;
  }

  private static int[] distinctDimensions(SparseRows rows) {
    int[] all = new int[(int) rows.elements()];
    int present = 0;
    for (int i = 0; i < all.length; i++) {
      if (rows.weight(i) > 0) {
        all[present++] = rows.dimension(i);
      }
    }
    Arrays.sort(all, 0, present);
    int distinct = 0;
    for (int i = 0; i < present; i++) {
      if (i == 0 || all[i] != all[i - 1]) {
        all[distinct++] = all[i];
      }
    }
    return Arrays.copyOf(all, distinct);
  }

  private void count() {
    int[] lastBlocks = new int[dimensions.length];
    Arrays.fill(lastBlocks, -1);
    for (int row = 0; row < rows.count(); row++) {
      ask(row, 0);
      int block = row / SparseLists.BLOCK_ROWS;
      for (long i = rows.start(row); i < rows.start(row + 1); i++) {
        if (rows.weight(i) > 0) {
          int term = Arrays.binarySearch(dimensions, rows.dimension(i));
          heaviest[term] = Math.max(heaviest[term], rows.weight(i));
          postingCounts[term]++;
          if (lastBlocks[term] != block) {
            entryCounts[term]++;
            lastBlocks[term] = block;
          }
        }
      }
    }
  }

  private SparseLists fill() {
    int entries = Arrays.stream(entryCounts).sum();
    int postings = Arrays.stream(postingCounts).sum();
    SparseLists lists =
        SparseLists.allocate(
            new SparseLists.Sizes(
                rows.elements(), rows.count(), dimensions.length, entries, postings, false));
    int[] nextEntries = new int[dimensions.length];
    int[] nextPostings = new int[dimensions.length];
    int[] greatest = new int[dimensions.length];
    int[] lastBlocks = new int[dimensions.length];
    Arrays.fill(lastBlocks, -1);
    float[] scales = new float[dimensions.length];
    int entry = 0;
    int posting = 0;
    for (int term = 0; term < dimensions.length; term++) {
      scales[term] = scale(heaviest[term]);
      lists.setTerm(term, dimensions[term], scales[term], entry);
      nextEntries[term] = entry;
      nextPostings[term] = posting;
      entry += entryCounts[term];
      posting += postingCounts[term];
    }
    for (int row = 0; row < rows.count(); row++) {
      ask(row, 0.5);
      int block = row / SparseLists.BLOCK_ROWS;
      for (long i = rows.start(row); i < rows.start(row + 1); i++) {
        if (!(rows.weight(i) > 0)) {
          continue;
        }
        int term = Arrays.binarySearch(dimensions, rows.dimension(i));
        int impact = impact(rows.weight(i), scales[term]);
        if (lastBlocks[term] != block) {
          lists.setEntry(nextEntries[term]++, block, nextPostings[term]);
          lastBlocks[term] = block;
          greatest[term] = 0;
        }
        greatest[term] = Math.max(greatest[term], impact);
        lists.setGreatest(nextEntries[term] - 1, greatest[term]);
        lists.setPosting(nextPostings[term]++, row, impact);
      }
    }
    lists.finish();
    options.progress().accept(1);
    return lists;
  }

  /** The least float of which 255 are not below the weight. */
  private static float scale(float heaviest) {
    float scale = Math.max(Float.MIN_VALUE, heaviest / SparseLists.IMPACT_MAX);
    while (SparseLists.IMPACT_MAX * (double) scale < heaviest) {
      scale = Math.nextUp(scale);
    }
    return scale;
  }

  private static int impact(float weight, float scale) {
    return Math.clamp((long) Math.ceil((double) weight / scale), 1, SparseLists.IMPACT_MAX);
  }

  private void ask(int row, double before) {
    if (row % ROWS_BETWEEN_ASKING == 0) {
      if (options.cancelled().getAsBoolean()) {
        throw new CancellationException("the build of an index was cancelled");
      }
      options.progress().accept(before + 0.5 * row / rows.count());
    }
  }
}
