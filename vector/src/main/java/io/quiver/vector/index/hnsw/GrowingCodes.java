package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.BitQuantizer;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The codes of an index that grows. The first rows have none: searches walk by the rows themselves.
 * When {@link #TRAINED_ROWS} have come, the quantizer is trained by them, all get their codes, and
 * each later row gets its own before it is linked. Searches that begin then walk by codes.
 *
 * <p>Nothing is trained again while the index grows. Should the rows drift away from the first
 * ones, their codes say less: a byte's range ends where nearly all elements of the first rows
 * ended, and what is beyond gets the last code; bits are signs around the middle of the first rows,
 * and an estimate is the rougher, the farther a row lies from there. Then more effort is needed for
 * the same recall. Nothing else is lost, since rows are linked, and the last candidates ranked, by
 * the rows themselves; and a merge trains anew.
 */
final class GrowingCodes {
  /** Enough for the quantiles of bytes and for the mean of bits. */
  static final int TRAINED_ROWS = 4096;

  private final GraphRows whole;
  private final HnswGraph graph;
  private final IndexSpec.Quantizer quantizer;
  private final long seed;

  /** Held shared while a row gets its code, alone while the first ones get theirs. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Rows that came before there were codes. */
  private final AtomicInteger came = new AtomicInteger();

  private volatile GraphRows current;

  private final ConcurrentLinkedQueue<Scratch> idle = new ConcurrentLinkedQueue<>();

  /** What one thread encodes with. */
  private record Scratch(RowCodes codes, RowCodes.Encoder encoder, MemorySegment point) {}

  private GrowingCodes(GraphRows whole, HnswGraph graph, IndexSpec.Quantizer quantizer, long seed) {
    if (whole.rows().encoding() == Encoding.BINARY) {
      throw new IllegalArgumentException("bits have no shorter codes");
    }
    this.whole = whole;
    this.graph = graph;
    this.quantizer = quantizer;
    this.seed = seed;
    current = whole;
  }

  /**
   * Of an index with these rows, which have no codes; null where there shall be none.
   *
   * @param seed of what the training draws
   */
  static @Nullable GrowingCodes of(
      GraphRows whole, HnswGraph graph, IndexSpec.Quantizer quantizer, long seed) {
    return quantizer == IndexSpec.Quantizer.NONE
        ? null
        : new GrowingCodes(whole, graph, quantizer, seed);
  }

  /** Takes over codes that were written, unless they are of too few rows. */
  void open(RowCodes written) {
    int count = whole.present().count();
    came.set(count);
    if (count >= TRAINED_ROWS) {
      current = whole.withCodes(written.copy(whole.rows()));
    }
  }

  /** The rows as searches that begin now see them. */
  GraphRows rows() {
    return current;
  }

  /** Brings a row in, with its code if there are codes; returns false when it has no distances. */
  boolean add(int row) {
    lock.readLock().lock();
    try {
      RowCodes codes = current.codes();
      if (codes != null && !whole.present().contains(row) && whole.measure(row)) {
        encode(codes, row);
      }
      return whole.add(row);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Makes codes, when enough rows have come; called after each of them. */
  void added() {
    if (current.codes() == null && came.incrementAndGet() >= TRAINED_ROWS) {
      lock.writeLock().lock();
      try {
        int count = whole.present().count();
        if (current.codes() == null && count >= TRAINED_ROWS) {
          current = whole.withCodes(trained());
        }
        came.set(count);
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** The rows as they are written: of an index that has no codes yet, with codes of its own. */
  GraphRows written() {
    GraphRows now = current;
    return now.codes() != null ? now : whole.withCodes(trained());
  }

  /** Trains by the rows that are there, and encodes all that a walk may meet. */
  private RowCodes trained() {
    int nodes = graph.nodes();
    int[] there = new int[whole.present().count()];
    int count = 0;
    for (int row = 0; row < nodes && count < there.length; row++) {
      if (whole.present().contains(row)) {
        there[count++] = row;
      }
    }
    int dimension = whole.rows().dimension();
    ScalarQuantizer.Points points = (number, into, at) -> whole.point(there[number], into, at);
    RowCodes codes =
        quantizer == IndexSpec.Quantizer.SQ8
            ? ScalarRowCodes.empty(
                whole.rows(), ScalarQuantizer.train(count, dimension, seed, points))
            : BitRowCodes.empty(
                whole.rows(),
                BitQuantizer.train(count, dimension, whole.rows().metric(), seed, points));
    for (int row = 0; row < nodes; row++) {
      // Removed rows are walked over as long as links lead there.
      if (whole.present().contains(row) || graph.link(row, 0, 0) >= 0) {
        encode(codes, row);
      }
    }
    return codes;
  }

  private void encode(RowCodes codes, int row) {
    Scratch scratch = idle.poll();
    if (scratch == null || scratch.codes != codes) {
      MemorySegment point = NativeMemory.allocate(4L * whole.rows().dimension());
      scratch = new Scratch(codes, codes.encoder(), point);
    }
    whole.point(row, scratch.point, 0);
    scratch.encoder.put(row, scratch.point);
    idle.add(scratch);
  }

  /** Beside the rows. */
  long memoryBytes() {
    RowCodes codes = current.codes();
    return codes == null ? 0 : codes.memoryBytes();
  }
}
