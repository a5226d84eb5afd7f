package io.quiver.storage.memtable;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Large buffers for the rows of one transaction in one table, which are used again once their rows
 * are in a segment: fresh memory costs more, zeroed and mapped page by page, than the rows that are
 * copied to it. A buffer that somebody else may read is left to the garbage collector.
 *
 * <p>Owned by the transaction's thread.
 */
public final class RowMemory {
  /** Smaller buffers are not worth it. */
  private static final long BYTES_MIN = 256L << 10;

  private final List<MemorySegment> spare = new ArrayList<>();

  /** Of rows that are being written to a segment. */
  private List<MemorySegment> leaving = new ArrayList<>();

  /** Of all other rows that nobody else has seen. */
  private List<MemorySegment> lent = new ArrayList<>();

  /** A buffer with anything in it. */
  MemorySegment take(long bytes) {
    if (bytes < BYTES_MIN) {
      return GrowingColumn.allocate(bytes);
    }
    MemorySegment found = takeSpare(bytes);
    MemorySegment taken = found == null ? GrowingColumn.allocate(bytes) : found;
    lent.add(taken);
    return taken;
  }

  private @Nullable MemorySegment takeSpare(long bytes) {
    for (int i = spare.size() - 1; i >= 0; i--) {
      if (spare.get(i).byteSize() == bytes) {
        return spare.remove(i);
      }
    }
    return null;
  }

  /** All rows so far are about to be written to a segment. */
  public void leaving() {
    leaving = lent;
    lent = new ArrayList<>();
  }

  /** Those rows are read from their segment from now on. */
  public void left() {
    spare.addAll(leaving);
    leaving = new ArrayList<>();
  }

  /** Somebody may read the rows so far where they are, for as long as it takes. */
  public void shown() {
    leaving.clear();
    lent.clear();
  }
}
