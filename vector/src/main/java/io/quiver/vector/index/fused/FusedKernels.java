package io.quiver.vector.index.fused;

import static io.quiver.vector.memory.AbsoluteMemory.all;
import static io.quiver.vector.memory.AbsoluteMemory.known;

import io.quiver.vector.distance.VectorWidth;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a search computes over and over, beside {@link io.quiver.vector.quantize.Rabitq}'s
 * estimates. All positions are as {@link io.quiver.vector.memory.AbsoluteMemory#start} returned.
 *
 * <p>Each kernel has more than 325 bytecodes, HotSpot's FreqInlineSize, and is therefore never
 * inlined: in the search's loop C2 would allocate the vectors as objects, which made it 2.6 to 2.9
 * times slower at 784 dimensions. A test holds them to it.
 */
final class FusedKernels {
  private static final VectorSpecies<Float> FLOATS = VectorWidth.FLOATS;
  private static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());
  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, FLOATS.vectorShape());

  /** Keys in a register: a pool has a multiple of them. */
  static final int KEYS = LONGS.length();

  private static final int FLOAT_LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  /** Each lane to the next, the last to the first. */
  private static final VectorShuffle<Long> ROTATE =
      VectorShuffle.fromOp(LONGS, lane -> (lane + KEYS - 1) % KEYS);

  private static final VectorMask<Long> FIRST = VectorMask.fromLong(LONGS, 1);
  private static final VectorMask<Long> FIRST_TWO = VectorMask.fromLong(LONGS, 3);

  private FusedKernels() {}

  /**
   * The squared distance of two points.
   *
   * @param floats a multiple of 16
   */
  static float l2Squared(MemorySegment a, long aAt, MemorySegment b, long bAt, int floats) {
    MemorySegment x = all(a);
    MemorySegment y = all(b);
    long aFrom = known(aAt);
    long bFrom = known(bAt);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    // Counted by ints: loops over longs take the compiler twice as many instructions.
    int step = 4 * FLOAT_LANES;
    int end = 4 * floats;
    int at = 0;
    for (; at + 4 * step <= end; at += 4 * step) {
      FloatVector d0 = floats(x, aFrom + at).sub(floats(y, bFrom + at));
      FloatVector d1 = floats(x, aFrom + at + step).sub(floats(y, bFrom + at + step));
      FloatVector d2 = floats(x, aFrom + at + 2L * step).sub(floats(y, bFrom + at + 2L * step));
      FloatVector d3 = floats(x, aFrom + at + 3L * step).sub(floats(y, bFrom + at + 3L * step));
      sum0 = d0.fma(d0, sum0);
      sum1 = d1.fma(d1, sum1);
      sum2 = d2.fma(d2, sum2);
      sum3 = d3.fma(d3, sum3);
    }
    if (at < end) {
      FloatVector d = floats(x, aFrom + at).sub(floats(y, bFrom + at));
      sum0 = d.fma(d, sum0);
    }
    if (at + step < end) {
      FloatVector d = floats(x, aFrom + at + step).sub(floats(y, bFrom + at + step));
      sum1 = d.fma(d, sum1);
    }
    if (at + 2 * step < end) {
      FloatVector d = floats(x, aFrom + at + 2L * step).sub(floats(y, bFrom + at + 2L * step));
      sum2 = d.fma(d, sum2);
    }
    return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
  }

  /**
   * The squared distance, in units of codes, of a query to codes of a byte. An int of four codes is
   * taken apart into four floats, so the query stands in planes: of each 64 dimensions first those
   * whose number is 0 modulo 4, then 1, 2 and 3.
   *
   * @param bytes a multiple of 64
   */
  static float l2SquaredBytes(
      MemorySegment query, long queryFrom, MemorySegment codes, long codesFrom, int bytes) {
    MemorySegment x = all(query);
    MemorySegment y = all(codes);
    long queryAt = known(queryFrom);
    long codesAt = known(codesFrom);
    FloatVector sum0 = FloatVector.zero(FLOATS);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int i = 0; i < bytes; i += 64) {
      // A register of 512 bits has all four planes of 64 codes; narrower ones take parts of them.
      for (int part = 0; part < 64; part += 4 * FLOAT_LANES) {
        IntVector four = IntVector.fromMemorySegment(INTS, y, codesAt + i + part, ORDER);
        long plane = queryAt + 4L * i + part;
        FloatVector d0 =
            FloatVector.fromMemorySegment(FLOATS, x, plane, ORDER)
                .sub(four.and(255).castShape(FLOATS, 0));
        FloatVector d1 =
            FloatVector.fromMemorySegment(FLOATS, x, plane + 64, ORDER)
                .sub(four.lanewise(VectorOperators.LSHR, 8).and(255).castShape(FLOATS, 0));
        FloatVector d2 =
            FloatVector.fromMemorySegment(FLOATS, x, plane + 128, ORDER)
                .sub(four.lanewise(VectorOperators.LSHR, 16).and(255).castShape(FLOATS, 0));
        FloatVector d3 =
            FloatVector.fromMemorySegment(FLOATS, x, plane + 192, ORDER)
                .sub(four.lanewise(VectorOperators.LSHR, 24).castShape(FLOATS, 0));
        sum0 = d0.fma(d0, sum0);
        sum1 = d1.fma(d1, sum1);
        sum2 = d2.fma(d2, sum2);
        sum3 = d3.fma(d3, sum3);
      }
    }
    return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
  }

  /**
   * Merges keys into a sorted pool, from whose end as many fall off. Inserting one key k means
   * {@code new[i] = max(old[i - 1], min(old[i], k))} everywhere, without a branch, and two in one
   * pass {@code new[i] = min(old[i], max(old[i - 1], smaller), max(old[i - 2], larger))}.
   *
   * @param keysAt position of {@code count} keys in any order
   * @param poolAt position of {@code size} sorted keys, a multiple of {@link #KEYS}
   * @return the first place whose key is not expanded, or {@code size}
   */
  static int merge(MemorySegment memory, long keysAt, int count, long poolAt, int size) {
    MemorySegment all = all(memory);
    long keys = known(keysAt);
    long pool = known(poolAt);
    int i = 0;
    for (; i + 1 < count; i += 2) {
      long x = all.get(LONG, keys + 8L * i);
      long y = all.get(LONG, keys + 8L * i + 8);
      LongVector smaller = LongVector.broadcast(LONGS, Math.min(x, y));
      LongVector larger = LongVector.broadcast(LONGS, Math.max(x, y));
      LongVector carry1 = LongVector.broadcast(LONGS, Long.MIN_VALUE);
      LongVector carry2 = carry1;
      for (int place = 0; place < size; place += KEYS) {
        long at = pool + 8L * place;
        LongVector old = LongVector.fromMemorySegment(LONGS, all, at, ORDER);
        LongVector once = old.rearrange(ROTATE);
        LongVector twice = once.rearrange(ROTATE);
        once.blend(carry1, FIRST)
            .max(smaller)
            .min(old)
            .min(twice.blend(carry2, FIRST_TWO).max(larger))
            .intoMemorySegment(all, at, ORDER);
        carry1 = once;
        carry2 = twice;
      }
    }
    if (i < count) {
      LongVector key = LongVector.broadcast(LONGS, all.get(LONG, keys + 8L * i));
      LongVector carry = LongVector.broadcast(LONGS, Long.MIN_VALUE);
      for (int place = 0; place < size; place += KEYS) {
        long at = pool + 8L * place;
        LongVector old = LongVector.fromMemorySegment(LONGS, all, at, ORDER);
        LongVector once = old.rearrange(ROTATE);
        once.blend(carry, FIRST).max(old.min(key)).intoMemorySegment(all, at, ORDER);
        carry = once;
      }
    }
    for (int from = 0; from < size; from += KEYS) {
      long open =
          LongVector.fromMemorySegment(LONGS, all, pool + 8L * from, ORDER)
              .and(NodeKey.EXPANDED)
              .compare(VectorOperators.EQ, 0L)
              .toLong();
      if (open != 0) {
        return from + Long.numberOfTrailingZeros(open);
      }
    }
    return size;
  }

  private static FloatVector floats(MemorySegment memory, long position) {
    return FloatVector.fromMemorySegment(FLOATS, memory, position, ORDER);
  }
}
