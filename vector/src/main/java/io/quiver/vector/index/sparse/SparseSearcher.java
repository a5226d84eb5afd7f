package io.quiver.vector.index.sparse;

import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchStatistics;
import java.util.Arrays;
import java.util.concurrent.CancellationException;

/**
 * Searches in blocks of 64 rows, those first that may have the nearest: a block's bound is the sum
 * of what each term of the query has at most in it, and the search ends at the first block whose
 * bound is farther away than the k rows that were found. Within a block impacts bound each row, and
 * only rows that pass this too are measured.
 *
 * <p>Mallia, Suel and Tonellotto, "Faster Learned Sparse Retrieval with Block-Max Pruning", SIGIR
 * 2024; here the impacts are rounded up and rows are measured by their own weights, so that nothing
 * is missed. Bounds of blocks go back to Ding and Suel, "Faster Top-k Document Retrieval Using
 * Block-Max Indexes", SIGIR 2011.
 *
 * <p>It belongs to one thread at a time.
 */
public final class SparseSearcher {
  private static final int STEPS_BETWEEN_ASKING = 64;

  /** Of the table of entries, 4 bytes each; a query that would take more searches for them. */
  static final int PLACES_MAX = 1 << 20;

  private final SparseRows rows;
  private final SparseLists lists;
  private final int placesMax;
  private final NearestRows nearest = new NearestRows();
  private final float[] bounds;
  private final BlockQueue queue;
  private final float[] scores = new float[SparseLists.BLOCK_ROWS];

  /** The query's terms that rows have: entries, and what one step of impact weighs. */
  private int[] firstEntries = new int[64];

  private int[] endEntries = new int[64];
  private float[] factors = new float[64];
  private int terms;

  /**
   * Entry of term i and block b at {@code i * blocks + b}. It is not cleared: what stands there
   * from an earlier search is an entry of another block, or outside the term's.
   */
  private int[] entries = new int[0];

  private boolean hasEntries;

  /** A sum of so many floats may fall short of what it bounds by this factor, its rounding. */
  private double rounding;

  private SearchStatistics statistics = SearchStatistics.NONE;
  private long visited;
  private long measured;
  private long estimated;

  /**
   * A new searcher.
   *
   * @param placesMax of the table of entries, which is {@link #PLACES_MAX}
   */
  SparseSearcher(SparseRows rows, SparseLists lists, int placesMax) {
    this.placesMax = placesMax;
    this.rows = rows;
    this.lists = lists;
    int blocks = Math.ceilDiv(rows.count(), SparseLists.BLOCK_ROWS);
    this.bounds = new float[blocks];
    this.queue = new BlockQueue(blocks);
  }

  /**
   * Finds the nearest rows, equal distances by row. A row that shares no dimension with the query
   * has the distance 0.
   *
   * @param into is cleared first
   * @throws CancellationException when the request is cancelled
   */
  public void search(SparseRequest request, Neighbors into) {
    if (request.filter().rows() != rows.count()) {
      throw new IllegalArgumentException(
          "a filter of " + request.filter().rows() + " rows, the index has " + rows.count());
    }
    nearest.reset(request.k(), request.radius());
    visited = 0;
    measured = 0;
    estimated = 0;
    boolean negative = lists.sizes().negative();
    for (float weight : request.weights()) {
      negative |= weight < 0;
    }
    if (negative) {
      measureAll(request);
      nearest.drainTo(into);
    } else {
      searchBlocks(request);
      nearest.drainTo(into);
      addZeros(request, into);
    }
    statistics =
        new SearchStatistics(negative ? "exact" : "blocks", visited, measured, estimated, 0);
  }

  /** What the last search did. */
  public SearchStatistics statistics() {
    return statistics;
  }

  private void measureAll(SparseRequest request) {
    RowFilter filter = request.filter();
    for (int block = 0; block < bounds.length; block++) {
      ask(request, block);
      visited++;
      for (long word = filter.word(block); word != 0; word &= word - 1) {
        int row = block * SparseLists.BLOCK_ROWS + Long.numberOfTrailingZeros(word);
        nearest.offer(row, distance(request, row));
      }
    }
  }

  private double distance(SparseRequest request, int row) {
    measured++;
    return 0 - rows.innerProduct(row, request.dimensions(), request.weights());
  }

  private static void ask(SparseRequest request, int step) {
    if (step % STEPS_BETWEEN_ASKING == 0 && request.cancelled().getAsBoolean()) {
      throw new CancellationException("the search was cancelled");
    }
  }

  private void searchBlocks(SparseRequest request) {
    RowFilter filter = request.filter();
    findTerms(request);
    boundBlocks(request);
    queue.clear();
    for (int block = 0; block < bounds.length; block++) {
      if (bounds[block] > 0 && filter.word(block) != 0) {
        queue.add(block, bounds[block]);
      }
    }
    queue.order();
    for (int step = 0; queue.hasNext() && !isTooFar(queue.bound()); step++) {
      ask(request, step);
      int block = queue.next();
      searchBlock(request, block, filter.word(block));
    }
  }

  private boolean isTooFar(float bound) {
    return -(bound * rounding) > nearest.bound();
  }

  private void findTerms(SparseRequest request) {
    terms = 0;
    if (request.dimensions().length > factors.length) {
      firstEntries = new int[request.dimensions().length];
      endEntries = new int[firstEntries.length];
      factors = new float[firstEntries.length];
    }
    for (int i = 0; i < request.dimensions().length; i++) {
      int term = request.weights()[i] > 0 ? lists.term(request.dimensions()[i]) : -1;
      if (term >= 0) {
        firstEntries[terms] = lists.firstEntry(term);
        endEntries[terms] = lists.firstEntry(term + 1);
        // Rounded up, so that the product bounds what the weights give.
        factors[terms++] = Math.nextUp(request.weights()[i] * lists.scale(term));
      }
    }
    rounding = 1 + (terms + 2) * 0x1p-23;
  }

  private void boundBlocks(SparseRequest request) {
    Arrays.fill(bounds, 0);
    long places = (long) terms * bounds.length;
    hasEntries = places <= placesMax;
    if (hasEntries && entries.length < places) {
      entries = new int[(int) Math.min(placesMax, 2 * places)];
    }
    for (int term = 0; term < terms; term++) {
      ask(request, 0);
      float factor = factors[term];
      int base = term * bounds.length;
      for (int entry = firstEntries[term]; entry < endEntries[term]; entry++) {
        int block = lists.block(entry);
        bounds[block] += factor * lists.greatest(entry);
        if (hasEntries) {
          entries[base + block] = entry;
        }
      }
    }
  }

  private void searchBlock(SparseRequest request, int block, long passing) {
    visited++;
    Arrays.fill(scores, 0);
    long touched = 0;
    for (int term = 0; term < terms; term++) {
      int entry = entry(term, block);
      if (entry < 0) {
        continue;
      }
      float factor = factors[term];
      int end = lists.firstPosting(entry + 1);
      for (int i = lists.firstPosting(entry); i < end; i++) {
        int posting = lists.posting(i);
        scores[posting & (SparseLists.BLOCK_ROWS - 1)] += factor * (posting >>> 8);
        touched |= 1L << posting;
      }
    }
    touched &= passing;
    estimated += Long.bitCount(touched);
    for (; touched != 0; touched &= touched - 1) {
      int place = Long.numberOfTrailingZeros(touched);
      if (!isTooFar(scores[place])) {
        int row = block * SparseLists.BLOCK_ROWS + place;
        double distance = distance(request, row);
        // Rows at distance 0 are added at the end, by their number.
        if (distance < 0) {
          nearest.offer(row, distance);
        }
      }
    }
  }

  /** The term's entry of the block, negative when it has none. */
  private int entry(int term, int block) {
    if (hasEntries) {
      int entry = entries[term * bounds.length + block];
      boolean found =
          entry >= firstEntries[term] && entry < endEntries[term] && lists.block(entry) == block;
      return found ? entry : -1;
    }
    int low = firstEntries[term];
    int high = endEntries[term] - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = lists.block(middle);
      if (found < block) {
        low = middle + 1;
      } else if (found > block) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  /** Fewer than k rows have a product above 0: those with none are next, by their number. */
  private void addZeros(SparseRequest request, Neighbors into) {
    if (into.size() >= request.k() || request.radius() < 0) {
      return;
    }
    int[] foundRows = into.rows();
    Arrays.sort(foundRows);
    int at = 0;
    RowFilter filter = request.filter();
    for (int block = 0; block < bounds.length; block++) {
      ask(request, block);
      for (long word = filter.word(block); word != 0; word &= word - 1) {
        int row = block * SparseLists.BLOCK_ROWS + Long.numberOfTrailingZeros(word);
        if (at < foundRows.length && foundRows[at] == row) {
          at++;
        } else {
          into.add(row, 0);
          if (into.size() == request.k()) {
            return;
          }
        }
      }
    }
  }
}
