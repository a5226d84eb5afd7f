package io.quiver.storage.index;

import io.quiver.types.CorruptionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Numbers below n in ceil(log2 n) bits each, at least one. Number i is in bits {@code i * bits} up
 * to {@code (i + 1) * bits}, where bit b is bit {@code b & 7} of byte {@code b >> 3}; at least
 * eight bytes of zeros follow, up to a multiple of eight.
 */
record PackedPositions(MemorySegment bytes, int count, int bits) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** How many bits each of the numbers below n takes. */
  static int bits(int n) {
    return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, n) - 1));
  }

  static long byteSize(int count, int bits) {
    return ((((long) count * bits + 7) >> 3) + 15) & ~7L;
  }

  /** All numbers below their count, in some order. */
  static PackedPositions of(int[] positions) {
    return of(positions, positions.length);
  }

  /** Some numbers below n. */
  static PackedPositions of(int[] positions, int n) {
    int bits = bits(n);
    MemorySegment bytes = Arena.ofAuto().allocate(byteSize(positions.length, bits), 8);
    for (int i = 0; i < positions.length; i++) {
      long bit = (long) i * bits;
      long old = bytes.get(LONG, bit >> 3);
      bytes.set(LONG, bit >> 3, old | (long) positions[i] << (bit & 7));
    }
    return new PackedPositions(bytes, positions.length, bits);
  }

  int get(int i) {
    long bit = (long) i * bits;
    return (int) (bytes.get(LONG, bit >> 3) >>> (bit & 7)) & (int) ((1L << bits) - 1);
  }

  /**
   * Checks that each number is below their count and none is there twice.
   *
   * @throws CorruptionException where that is not so, naming a file
   */
  void check(String file, long offset) {
    long[] seen = new long[(count >> 6) + 1];
    for (int i = 0; i < count; i++) {
      int position = get(i);
      if (position >= count || (seen[position >> 6] & 1L << position) != 0) {
        throw new CorruptionException(
            file, offset, "position " + position + " of " + count + " rows is there twice or not");
      }
      seen[position >> 6] |= 1L << position;
    }
  }
}
