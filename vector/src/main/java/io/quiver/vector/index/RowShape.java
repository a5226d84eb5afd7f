package io.quiver.vector.index;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * How many rows of what kind there are, and what the parts of an index over them take: a little
 * more than each kind says itself, so that a choice by it fits.
 *
 * @param lengthsDiffer whether some rows are much longer than others
 * @param threads that build
 */
record RowShape(
    int count,
    int dimension,
    Encoding encoding,
    Metric metric,
    boolean lengthsDiffer,
    int threads) {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int SAMPLE = 1000;

  /** Of the longest row to the mean one, squared: below, lengths are about the same. */
  private static final double LENGTHS_DIFFER = 1.1;

  /** On the lowest level 32 links and their number, and a sixteenth of that for those above. */
  private static final int LINK_BYTES = 4 * 33 + 12;

  /** Of a fused node's 32 neighbours two factors and the number each, 4 bytes apiece. */
  private static final int FUSED_NEIGHBOR_BYTES = 32 * 12;

  /** Links twice, and pruned candidates, while fused nodes are linked. */
  private static final int FUSED_BUILD_BYTES = 8 * (2 * 32 + 48) + 16;

  /** Beside the code of a row: what its estimate is corrected by. */
  private static final int CODE_FACTOR_BYTES = 8;

  private static final double BUILD_THREAD_BYTES = 1 << 20;

  /** Of rows that are there. */
  static RowShape of(VectorRows rows, int threads) {
    return new RowShape(
        rows.count(),
        rows.dimension(),
        rows.encoding(),
        rows.metric(),
        rows.encoding() != Encoding.BINARY && lengthsDiffer(rows),
        threads);
  }

  private static boolean lengthsDiffer(VectorRows rows) {
    MemorySegment row = NativeMemory.allocate(4L * rows.dimension());
    // Drawn, since every n-th row may be of one sort.
    SplittableRandom random = new SplittableRandom(rows.count());
    int sampled = Math.min(SAMPLE, rows.count());
    double longest = 0;
    double sum = 0;
    for (int i = 0; i < sampled; i++) {
      rows.decode(random.nextInt(rows.count()), row, 0);
      double squared = 0;
      for (int j = 0; j < rows.dimension(); j++) {
        double element = row.getAtIndex(FLOAT, j);
        squared += element * element;
      }
      longest = Math.max(longest, squared);
      sum += squared;
    }
    return longest * sampled > LENGTHS_DIFFER * sum;
  }

  /** Whether elements are numbers, and not bits. */
  boolean hasNumbers() {
    return encoding != Encoding.BINARY;
  }

  double rowBytes() {
    return (double) count * encoding.bytes(dimension);
  }

  /** Of a graph's links. */
  double linkBytes() {
    return (double) count * LINK_BYTES;
  }

  /** What linking takes beside the graph: which nodes a thread has visited. */
  double linkingBytes() {
    return threads * (count + BUILD_THREAD_BYTES);
  }

  double byteCodeBytes() {
    return (double) count * (NativeMemory.align(points()) + CODE_FACTOR_BYTES);
  }

  double bitCodeBytes() {
    return (double) count * (codeBits() / 8 + CODE_FACTOR_BYTES);
  }

  /** Links of diskann, and its codes of at most 4 bits an element. */
  double diskBytes() {
    int bits = dimension < 480 ? 4 : 2;
    return (double) count * (bits * codeBits() / 8 + CODE_FACTOR_BYTES + 4 * 32 + 4);
  }

  double fusedFloatBytes() {
    return (double) count * (NativeMemory.align(4L * points()) + fusedCodeBytes());
  }

  double fusedByteBytes() {
    return (double) count * (NativeMemory.align(points()) + fusedCodeBytes());
  }

  double fusedBuildBytes() {
    return fusedFloatBytes()
        + (double) count * (4 * codeBits() + FUSED_BUILD_BYTES)
        + linkingBytes();
  }

  private int fusedCodeBytes() {
    return 32 * codeBits() / 8 + FUSED_NEIGHBOR_BYTES;
  }

  /** Of the space that is searched, which inner products give one more. */
  private int points() {
    return metric == Metric.NEGATIVE_INNER_PRODUCT ? dimension + 1 : dimension;
  }

  private int codeBits() {
    return Math.ceilDiv(points(), 64) * 64;
  }

  /** For a sentence, such as {@code 20,000 rows of 784 FLOAT32}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%,d rows of %,d %s", count, dimension, encoding);
  }
}
