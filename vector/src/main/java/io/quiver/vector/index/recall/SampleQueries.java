package io.quiver.vector.index.recall;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Queries that lie among the rows without being any of them: a row, moved as far and in the
 * direction in which one of its neighbours differs from another. A row itself would be too easy for
 * an index, which has linked it with what is near it; so would be the middle between rows, which is
 * nearer to all of them than a new row is; and random noise leaves the directions in which rows
 * spread. On vectors of images, texts, words and SIFT these found the recall of real queries best,
 * and still somewhat too high.
 */
public final class SampleQueries {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int NEIGHBORS = 32;

  private final VectorRows rows;

  /** Rows that are drawn from; null for all. */
  private final int @Nullable [] present;

  private final VectorSearcher searcher;
  private final SplittableRandom random;
  private final MemorySegment floats;

  /**
   * @param present rows of the index
   * @param searcher finds the neighbours; it may miss some
   */
  public SampleQueries(VectorRows rows, RowFilter present, VectorSearcher searcher, long seed) {
    this.rows = rows;
    this.present = present.isAll() ? null : present.toArray();
    this.searcher = searcher;
    this.random = new SplittableRandom(seed);
    this.floats = NativeMemory.allocate(3L * 4 * rows.dimension());
  }

  /** So many queries at most, packed as the rows are; fewer where rows have no neighbours. */
  public List<MemorySegment> make(int count) {
    List<MemorySegment> queries = new ArrayList<>();
    Neighbors near = new Neighbors();
    int rowsMax = present == null ? rows.count() : present.length;
    if (rowsMax == 0) {
      return queries;
    }
    for (int attempt = 0; attempt < 2 * count && queries.size() < count; attempt++) {
      int drawn = random.nextInt(rowsMax);
      int row = present == null ? drawn : present[drawn];
      searcher.search(SearchRequest.of(rows.row(row), NEIGHBORS, rows.count()), near);
      if (near.size() >= 2) {
        int a = random.nextInt(near.size());
        int b = (a + 1 + random.nextInt(near.size() - 1)) % near.size();
        queries.add(moved(row, near.row(a), near.row(b)));
      }
    }
    return queries;
  }

  private MemorySegment moved(int row, int a, int b) {
    int bytes = rows.encoding().bytes(rows.dimension());
    MemorySegment query = NativeMemory.allocate(bytes).asSlice(0, bytes);
    if (rows.encoding() == Encoding.BINARY) {
      moveBits(rows.row(row), rows.row(a), rows.row(b), query);
      return query;
    }
    long length = 4L * rows.dimension();
    rows.decode(row, floats, 0);
    rows.decode(a, floats, length);
    rows.decode(b, floats, 2 * length);
    for (int i = 0; i < rows.dimension(); i++) {
      long at = 4L * i;
      float difference = floats.get(FLOAT, length + at) - floats.get(FLOAT, 2 * length + at);
      set(query, i, floats.get(FLOAT, at) + difference);
    }
    return query;
  }

  /** Rounds to what the encoding holds. */
  private void set(MemorySegment query, int element, float value) {
    switch (rows.encoding()) {
      case FLOAT32 -> query.set(FLOAT, 4L * element, value);
      case FLOAT16 -> query.set(SHORT, 2L * element, Float.floatToFloat16(bounded(value, 65_504)));
      case BFLOAT16 -> {
        int bits = Float.floatToIntBits(bounded(value, 3e38f));
        query.set(SHORT, 2L * element, (short) (bits >> 16));
      }
      case INT8 ->
          query.set(
              ValueLayout.JAVA_BYTE, element, (byte) Math.clamp(Math.round(value), -128, 127));
      case BINARY -> throw new IllegalStateException("bits are turned");
    }
  }

  private static float bounded(float value, float greatest) {
    return Math.clamp(value, -greatest, greatest);
  }

  /** Turns the bits in which the neighbours differ. */
  private static void moveBits(
      MemorySegment row, MemorySegment a, MemorySegment b, MemorySegment query) {
    for (long i = 0; i < query.byteSize(); i++) {
      int differing = a.get(ValueLayout.JAVA_BYTE, i) ^ b.get(ValueLayout.JAVA_BYTE, i);
      query.set(ValueLayout.JAVA_BYTE, i, (byte) (row.get(ValueLayout.JAVA_BYTE, i) ^ differing));
    }
  }
}
