package io.quiver.vector.index.ivf;

import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * What a list keeps of a row, in blocks of some slots: 64, or fewer where rows are large. A block
 * begins at a multiple of 64 bytes with what the code itself specifies; after that come, at {@link
 * #tailAt},
 *
 * <pre>
 *    0  an int a slot: its row, -1 where it is empty; and 0 to a multiple of 64 bytes
 * </pre>
 */
sealed interface BlockCode permits FlatCode, Sq8Code, PqCode, RabitqCode {
  /** The most slots that a block may have. */
  int SLOTS_MAX = 64;

  /** For more rows there are not more candidates than for these, whose number is an int. */
  int K_MAX = 1 << 24;

  /** Slots of a block, a multiple of 16. */
  int slots();

  /** Where the rows stand in a block. */
  long tailAt();

  /** Bytes of a block. */
  default long blockBytes() {
    return NativeMemory.align(tailAt() + 4L * slots());
  }

  /**
   * Puts a row into a slot; its number the caller sets afterwards.
   *
   * @param point the row's
   */
  void encode(int row, RowPoint point, int list, MemorySegment blocks, Slot slot);

  /** Empties a slot, so that nothing is found in it. */
  void clear(MemorySegment blocks, Slot slot);

  /** Estimates that cost about as much as one exact distance of a row. */
  int estimatesPerDistance();

  /**
   * Candidates with the best first estimates that are kept for k rows to be found.
   *
   * @param k at most {@link #K_MAX}
   */
  int candidates(int k);

  /** Candidates with the best refined estimates that are ranked exactly, at most. */
  int refined(int k);

  /** Slots of a block up to the last that has a row. */
  static int used(BlockCode code, MemorySegment blocks, long block) {
    int used = code.slots();
    long rows = block + code.tailAt();
    while (used > 0 && blocks.get(InvertedLists.INT, rows + 4L * (used - 1)) < 0) {
      used--;
    }
    return used;
  }

  /**
   * What scans blocks for one searcher.
   *
   * @param point the searcher's, which holds the query
   */
  BlockScan scan(RowPoint point);

  /** Bytes that it keeps beside the blocks. */
  long memoryBytes();

  /** What it writes beside the blocks. */
  List<Section> sections();

  /**
   * A place in memory.
   *
   * @param block where the block begins
   * @param number from 0 on
   */
  record Slot(long block, int number) {}
}
