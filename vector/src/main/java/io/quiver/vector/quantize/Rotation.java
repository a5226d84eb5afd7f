package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * A random rotation, after which no dimension means more than another: what a code of one bit a
 * dimension needs. Vectors get as many dimensions as the code has bits, the next multiple of 64;
 * lengths and distances stay.
 *
 * <p>It flips signs at random and then applies Hadamard's transform, in O(n log n) (Ailon and
 * Chazelle, STOC 2006). The transform has a power of two of dimensions. Where the code has more,
 * four rounds turn its first and its last part in turn, which overlap; rounding up to a power of
 * two instead would nearly double some codes.
 *
 * <p>It is immutable. The same signs give the same floats on every machine.
 */
public final class Rotation {
  private static final VectorSpecies<Float> SPECIES = VectorWidth.FLOATS;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private static final int MULTIPLE = 64;
  private static final int ROUNDS_OVERLAPPING = 4;

  /** Lane i meets lane i ^ distance, in whose upper half the difference stays. */
  private static final VectorShuffle<Float> SWAP_1 = swap(1);

  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final FloatVector SIGN_1 = sign(1);
  private static final FloatVector SIGN_2 = sign(2);
  private static final FloatVector SIGN_4 = sign(4);
  private static final FloatVector SIGN_8 = sign(8);

  private final int dimension;
  private final int codeBits;
  private final int rounds;

  /** Of each round: codeBits floats, negative or not, with the transform's scale. */
  private final MemorySegment signs;

  private Rotation(int dimension, MemorySegment signs) {
    this.dimension = dimension;
    this.codeBits = codeBits(dimension);
    this.rounds = rounds(codeBits);
    this.signs = signs;
  }

  /** Dimensions after the rotation: a multiple of 64. */
  public static int codeBits(int dimension) {
    return Math.ceilDiv(dimension, MULTIPLE) * MULTIPLE;
  }

  /** A rotation for vectors of so many dimensions; the seed decides which. */
  public static Rotation random(int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] words = new long[signWords(dimension)];
    for (int i = 0; i < words.length; i++) {
      words[i] = random.nextLong();
    }
    return of(dimension, words);
  }

  /**
   * The rotation with these signs.
   *
   * @param words {@link #signWords} of them, where a bit set stands for a flip: of the first round
   *     first, of the first dimension lowest
   */
  public static Rotation of(int dimension, long[] words) {
    if (words.length != signWords(dimension)) {
      throw new IllegalArgumentException(
          "%d words of signs for %d dimensions, which take %d"
              .formatted(words.length, dimension, signWords(dimension)));
    }
    int size = codeBits(dimension);
    int window = Integer.highestOneBit(size);
    float scale = (float) (1 / Math.sqrt(window));
    MemorySegment signs = NativeMemory.allocate(4L * MULTIPLE * words.length);
    for (int i = 0; i < MULTIPLE * words.length; i++) {
      int place = i % size - firstTurned(size, i / size);
      float value = place >= 0 && place < window ? scale : 1;
      signs.set(FLOAT, 4L * i, (words[i >>> 6] >>> i & 1) != 0 ? -value : value);
    }
    return new Rotation(dimension, signs);
  }

  /** Words of 64 signs that a rotation has. */
  public static int signWords(int dimension) {
    int size = codeBits(dimension);
    return rounds(size) * size / MULTIPLE;
  }

  /** The signs, as {@link #of} takes them. */
  public long[] signs() {
    long[] words = new long[signWords(dimension)];
    for (int i = 0; i < MULTIPLE * words.length; i++) {
      if (signs.get(FLOAT, 4L * i) < 0) {
        words[i >>> 6] |= 1L << i;
      }
    }
    return words;
  }

  /** Dimensions before the rotation. */
  public int dimension() {
    return dimension;
  }

  /** Dimensions after it. */
  public int codeBits() {
    return codeBits;
  }

  /** Turns a vector of {@link #dimension} floats into one of {@link #codeBits} floats. */
  public void rotate(MemorySegment from, long fromAt, MemorySegment to, long toAt) {
    MemorySegment.copy(from, fromAt, to, toAt, 4L * dimension);
    for (int i = dimension; i < codeBits; i++) {
      to.set(FLOAT, toAt + 4L * i, 0f);
    }
    long at = AbsoluteMemory.start(to, toAt, 4L * codeBits);
    long signsAt = AbsoluteMemory.start(signs, 0, signs.byteSize());
    for (int round = 0; round < rounds; round++) {
      turn(to, at, signs, signsAt + 4L * round * codeBits, codeBits, round);
    }
    AbsoluteMemory.keepAlive(to, signs);
  }

  private static int rounds(int size) {
    return Integer.bitCount(size) == 1 ? 1 : ROUNDS_OVERLAPPING;
  }

  /** The first dimension that a round transforms; the others only have their signs flipped. */
  private static int firstTurned(int size, int round) {
    return (round & 1) == 0 ? 0 : size - Integer.highestOneBit(size);
  }

  /** One round, in place. */
  private static void turn(
      MemorySegment data, long at, MemorySegment signs, long signsAt, int size, int round) {
    MemorySegment memory = all(data);
    MemorySegment flips = all(signs);
    int window = Integer.highestOneBit(size);
    int first = firstTurned(size, round);
    for (int i = 0; i < size; i += LANES) {
      FloatVector x = load(memory, at + 4L * i).mul(load(flips, signsAt + 4L * i));
      if (i >= first && i < first + window) {
        x = x.fma(SIGN_1, x.rearrange(SWAP_1));
        x = x.fma(SIGN_2, x.rearrange(SWAP_2));
        if (LANES >= 8) {
          x = x.fma(SIGN_4, x.rearrange(SWAP_4));
        }
        if (LANES >= 16) {
          x = x.fma(SIGN_8, x.rearrange(SWAP_8));
        }
      }
      x.intoMemorySegment(memory, at + 4L * i, ORDER);
    }
    long from = at + 4L * first;
    int half = LANES;
    // Two levels in one pass over memory.
    for (; 4 * half <= window; half *= 4) {
      long step = 4L * half;
      for (int i = 0; i < window; i += 4 * half) {
        for (int j = i; j < i + half; j += LANES) {
          long p = from + 4L * j;
          FloatVector a = load(memory, p);
          FloatVector b = load(memory, p + step);
          FloatVector c = load(memory, p + 2 * step);
          FloatVector d = load(memory, p + 3 * step);
          FloatVector ab = a.add(b);
          FloatVector cd = c.add(d);
          FloatVector x = a.sub(b);
          FloatVector y = c.sub(d);
          ab.add(cd).intoMemorySegment(memory, p, ORDER);
          x.add(y).intoMemorySegment(memory, p + step, ORDER);
          ab.sub(cd).intoMemorySegment(memory, p + 2 * step, ORDER);
          x.sub(y).intoMemorySegment(memory, p + 3 * step, ORDER);
        }
      }
    }
    if (half < window) {
      for (int j = 0; j < half; j += LANES) {
        long p = from + 4L * j;
        FloatVector a = load(memory, p);
        FloatVector b = load(memory, p + 4L * half);
        a.add(b).intoMemorySegment(memory, p, ORDER);
        a.sub(b).intoMemorySegment(memory, p + 4L * half, ORDER);
      }
    }
  }

  private static FloatVector load(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(SPECIES, memory, position, ORDER);
  }

  private static VectorShuffle<Float> swap(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) & (LANES - 1));
  }

  /** Minus one in the lanes that a difference stays in. */
  private static FloatVector sign(int distance) {
    float[] values = new float[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      values[lane] = (lane & distance) != 0 ? -1 : 1;
    }
    return FloatVector.fromArray(SPECIES, values, 0);
  }
}
