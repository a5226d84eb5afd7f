package io.quiver.vector.index;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Continues any search by searching again among the rows that have not come yet, with twice as many
 * wanted each time, up to a limit.
 */
final class ResumedSearch implements NeighborIterator {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BATCH_MAX = 1 << 16;

  private final VectorSearcher searcher;
  private final SearchRequest request;
  private final MemorySegment left;
  private final Neighbors found = new Neighbors();
  private int at;
  private int batch;

  ResumedSearch(VectorSearcher searcher, SearchRequest request) {
    this.searcher = searcher;
    this.request = request;
    this.batch = request.k();
    RowFilter filter = request.filter();
    int words = (filter.rows() + 63) >>> 6;
    left = Arena.ofAuto().allocate(Math.max(8, 8L * words), 64);
    for (int i = 0; i < words; i++) {
      left.set(WORD, 8L * i, filter.word(i));
    }
  }

  @Override
  public boolean next(Neighbors into) {
    into.clear();
    while (into.size() < request.k() && (at < found.size() || refill())) {
      into.add(found.row(at), found.distance(at));
      at++;
    }
    return into.size() > 0;
  }

  private boolean refill() {
    RowFilter filter = RowFilter.of(left, request.filter().rows());
    if (filter.count() == 0) {
      return false;
    }
    searcher.search(request.withFilter(filter).withK(batch), found);
    for (int i = 0; i < found.size(); i++) {
      int row = found.row(i);
      long word = 8L * (row >>> 6);
      left.set(WORD, word, left.get(WORD, word) & ~(1L << row));
    }
    at = 0;
    batch = Math.max(batch, (int) Math.min(BATCH_MAX, 2L * batch));
    return found.size() > 0;
  }
}
