package io.quiver.storage.statistics;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A set of values that may also say yes for a value that is not in it, in about one of a hundred
 * cases: a Bloom filter in blocks of a cache line, so that a look costs one (Putze, Sanders,
 * Singler 2007, "Cache-, hash- and space-efficient Bloom filters").
 *
 * <p>As bytes: the number of blocks (int), then these, 64 bytes each. Of a {@link ValueHash} h, the
 * upper 32 bits times the number of blocks, shifted right by 32, choose a block. Of {@code g =
 * mix(h)} bits 0 to 8, 9 to 17 and so on up to 45 to 53 are the numbers of the six bits that are
 * set there: bit {@code i} is bit {@code i & 63} of the block's little-endian long {@code i >> 6}.
 */
public final class BloomFilter {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int BITS_PER_VALUE = 10;
  private static final int BLOCK_BYTES = 64;
  private static final int BLOCK_BITS = 8 * BLOCK_BYTES;
  private static final int BITS_SET = 6;
  private static final int BIT_NUMBER_BITS = 9;

  private final int blocks;
  private final MemorySegment bits;

  private BloomFilter(int blocks, MemorySegment bits) {
    this.blocks = blocks;
    this.bits = bits;
  }

  /** An empty set with room for so many different values. */
  static BloomFilter of(long values) {
    long wanted = (values * BITS_PER_VALUE + BLOCK_BITS - 1) / BLOCK_BITS;
    int blocks = (int) Math.max(1, Math.min(wanted, Integer.MAX_VALUE / BLOCK_BYTES));
    return new BloomFilter(
        blocks, Arena.ofAuto().allocate((long) blocks * BLOCK_BYTES, BLOCK_BYTES));
  }

  void add(long hash) {
    long block = block(hash);
    long chosen = ValueHash.mix(hash);
    for (int i = 0; i < BITS_SET; i++) {
      int bit = (int) (chosen >>> (i * BIT_NUMBER_BITS)) & (BLOCK_BITS - 1);
      long at = block + (bit >> 6) * 8L;
      bits.set(LONG, at, bits.get(LONG, at) | 1L << bit);
    }
  }

  /** False only where no value with this {@link ValueHash} was added. */
  public boolean mayHold(long hash) {
    long block = block(hash);
    long chosen = ValueHash.mix(hash);
    for (int i = 0; i < BITS_SET; i++) {
      int bit = (int) (chosen >>> (i * BIT_NUMBER_BITS)) & (BLOCK_BITS - 1);
      if ((bits.get(LONG, block + (bit >> 6) * 8L) & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private long block(long hash) {
    return (((hash >>> 32) * blocks) >>> 32) * BLOCK_BYTES;
  }

  public void write(ByteWriter out) {
    out.putInt(blocks).putBytes(bits, 0, bits.byteSize());
  }

  public static BloomFilter read(ByteReader in) {
    int blocks = in.getCount(BLOCK_BYTES);
    if (blocks == 0) {
      throw in.damaged("a Bloom filter without blocks");
    }
    return new BloomFilter(blocks, in.getBytes((long) blocks * BLOCK_BYTES));
  }
}
