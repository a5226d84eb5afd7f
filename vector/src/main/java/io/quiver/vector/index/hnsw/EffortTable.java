package io.quiver.vector.index.hnsw;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/**
 * Which effort finds which part of the ten nearest, as measured when the index was built, with some
 * of its rows as queries. Its section:
 *
 * <pre>
 *  "efforts"   for each effort in rising order: 4 effort, 4 recall, a float from 0 to 1
 * </pre>
 */
final class EffortTable {
  /** Of an index that was not measured. */
  static final EffortTable NONE = new EffortTable(new int[0], new float[0]);

  private static final int[] EFFORTS = {
    10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896
  };

  private static final int QUERIES = 96;
  private static final int K = 10;

  /** Fewer rows are scanned rather than walked over. */
  private static final int ROWS_MIN = 5000;

  // Rows are easier to find than queries that are not among them, since links lead to them: they
  // are missed three to four times less.
  private static final double MISSES = 0.25;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int ENTRY_BYTES = 8;

  private final int[] efforts;
  private final float[] recalls;

  private EffortTable(int[] efforts, float[] recalls) {
    this.efforts = efforts;
    this.recalls = recalls;
  }

  /** Measures an index. */
  static EffortTable measure(HnswIndex index, RowSet present, long seed) {
    VectorRows rows = index.rows();
    if (present.count() < ROWS_MIN) {
      return NONE;
    }
    VectorSearcher searcher = index.searcher();
    SplittableRandom random = new SplittableRandom(seed);
    int[] hits = new int[EFFORTS.length];
    int wanted = 0;
    Neighbors found = new Neighbors();
    for (int i = 0; i < QUERIES; i++) {
      int row = random.nextInt(rows.count());
      if (!present.contains(row)) {
        continue;
      }
      // The row itself is found by any effort, so it is not counted.
      SearchRequest request = SearchRequest.of(rows.row(row), K + 1, rows.count());
      // A pool of all rows is a scan.
      searcher.search(request.withEffort(Effort.of(rows.count())), found);
      BitSet truth = new BitSet();
      Arrays.stream(found.rows()).forEach(truth::set);
      truth.clear(row);
      wanted += truth.cardinality();
      for (int e = 0; e < EFFORTS.length; e++) {
        searcher.search(request.withEffort(Effort.of(EFFORTS[e])), found);
        hits[e] += (int) Arrays.stream(found.rows()).filter(truth::get).count();
      }
    }
    float[] recalls = new float[EFFORTS.length];
    for (int e = 0; e < EFFORTS.length; e++) {
      recalls[e] = wanted == 0 ? 1 : (float) hits[e] / wanted;
    }
    return new EffortTable(EFFORTS.clone(), recalls);
  }

  /** The least effort that finds so much; the greatest when none does. */
  int effortFor(double recall, int otherwise) {
    for (int i = 0; i < efforts.length; i++) {
      if (1 - recalls[i] <= MISSES * (1 - recall)) {
        return efforts[i];
      }
    }
    return efforts.length == 0 ? otherwise : efforts[efforts.length - 1];
  }

  /** Its section's bytes. */
  MemorySegment written() {
    MemorySegment bytes = Arena.ofAuto().allocate((long) ENTRY_BYTES * efforts.length, 4);
    for (int i = 0; i < efforts.length; i++) {
      bytes.set(INT, (long) ENTRY_BYTES * i, efforts[i]);
      bytes.set(FLOAT, (long) ENTRY_BYTES * i + 4, recalls[i]);
    }
    return bytes;
  }

  /** Reads its section. */
  static EffortTable read(MemorySegment bytes) {
    int count = (int) (bytes.byteSize() / ENTRY_BYTES);
    int[] efforts = new int[count];
    float[] recalls = new float[count];
    for (int i = 0; i < count; i++) {
      efforts[i] = bytes.get(INT, (long) ENTRY_BYTES * i);
      recalls[i] = bytes.get(FLOAT, (long) ENTRY_BYTES * i + 4);
      boolean rising = efforts[i] > (i == 0 ? 0 : efforts[i - 1]);
      if (!rising || !(recalls[i] >= 0 && recalls[i] <= 1)) {
        throw new DamagedIndexException(
            "effort " + efforts[i] + " is said to have recall " + recalls[i]);
      }
    }
    return new EffortTable(efforts, recalls);
  }
}
