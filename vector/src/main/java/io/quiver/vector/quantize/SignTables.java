package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * A query's {@link FastScan} tables for codes of one bit a dimension, whose value is the product of
 * the query with a vector of signs: a part is four dimensions, the first in its lowest bit, which
 * is set where the sign is positive.
 */
public final class SignTables {
  /** Dimensions of a part. */
  public static final int DIMENSIONS = 4;

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 1);
  private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(FLOATS, lane -> lane ^ 2);

  /** Four vectors of 16 signs: those that entry i has in each dimension. */
  private static final MemorySegment SIGNS = signs();

  private static final long SIGNS_START = AbsoluteMemory.start(SIGNS, 0, 256);

  private SignTables() {}

  private static MemorySegment signs() {
    MemorySegment signs = Arena.ofAuto().allocate(256, 64);
    for (int i = 0; i < 64; i++) {
      signs.set(FLOAT, 4L * i, (i % 16 >> i / 16 & 1) != 0 ? 1f : -1f);
    }
    return signs;
  }

  /**
   * Fills a query's memory.
   *
   * @param point a rotated vector
   * @param dimension a multiple of 64
   * @param query memory of {@link FastScan#queryBytes} for dimension / 4 parts
   */
  public static void fill(MemorySegment point, long at, int dimension, MemorySegment query) {
    int parts = dimension / DIMENSIONS;
    long from = AbsoluteMemory.start(point, at, 4L * dimension);
    long into = FastScan.start(query, parts);
    long packed = greatestAndTotal(point, from, dimension);
    float greatest = Float.intBitsToFloat((int) packed);
    float total = Float.intBitsToFloat((int) (packed >>> 32));
    float scale =
        Math.max(
            2 * greatest / FastScan.ENTRY_MAX,
            // The roundings may add up to half a unit a part.
            2 * total / (FastScan.SUM_MAX - parts));
    if (!(scale > 0)) {
      scale = Float.MIN_NORMAL;
    }
    query.set(FLOAT, FastScan.SCALE, scale);
    query.set(FLOAT, FastScan.BIAS, -total);
    if (LANES == FastScan.VALUES) {
      entries(point, from, dimension, query, into + FastScan.TABLES, 1 / scale);
    } else {
      entriesOneByOne(point, at, dimension, query, 1 / scale);
    }
    AbsoluteMemory.keepAlive(point, query);
  }

  /** The greatest sum of a part's absolute values, lowest, and that of all: two floats. */
  private static long greatestAndTotal(MemorySegment pointMemory, long point, int dimension) {
    MemorySegment memory = all(pointMemory);
    FloatVector greatest = FloatVector.zero(FLOATS);
    FloatVector total = greatest;
    for (int i = 0; i < dimension; i += LANES) {
      FloatVector x = FloatVector.fromMemorySegment(FLOATS, memory, point + 4L * i, ORDER).abs();
      total = total.add(x);
      x = x.add(x.rearrange(SWAP_1));
      greatest = greatest.max(x.add(x.rearrange(SWAP_2)));
    }
    float most = greatest.reduceLanes(VectorOperators.MAX);
    float sum = total.reduceLanes(VectorOperators.ADD);
    return (long) Float.floatToRawIntBits(sum) << 32 | Float.floatToRawIntBits(most) & 0xFFFF_FFFFL;
  }

  private static void entries(
      MemorySegment pointMemory,
      long point,
      int dimension,
      MemorySegment queryMemory,
      long tables,
      float inverse) {
    MemorySegment from = all(pointMemory);
    MemorySegment into = all(queryMemory);
    MemorySegment constants = all(SIGNS);
    FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, constants, SIGNS_START, ORDER);
    FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, constants, SIGNS_START + 64, ORDER);
    FloatVector s2 = FloatVector.fromMemorySegment(FLOATS, constants, SIGNS_START + 128, ORDER);
    FloatVector s3 = FloatVector.fromMemorySegment(FLOATS, constants, SIGNS_START + 192, ORDER);
    long at = point;
    long table = tables;
    for (int i = 0; i < dimension; i += DIMENSIONS, at += 16, table += FastScan.SLOTS) {
      float a = from.get(FLOAT, at) * inverse;
      float b = from.get(FLOAT, at + 4) * inverse;
      float c = from.get(FLOAT, at + 8) * inverse;
      float d = from.get(FLOAT, at + 12) * inverse;
      float sum = Math.abs(a) + Math.abs(b) + (Math.abs(c) + Math.abs(d)) + 0.5f;
      FloatVector entry =
          s0.fma(FloatVector.broadcast(FLOATS, a), FloatVector.broadcast(FLOATS, sum));
      entry = s1.fma(FloatVector.broadcast(FLOATS, b), entry);
      entry = s2.fma(FloatVector.broadcast(FLOATS, c), entry);
      entry = s3.fma(FloatVector.broadcast(FLOATS, d), entry);
      ByteVector bytes =
          (ByteVector)
              entry
                  .convertShape(VectorOperators.F2I, jdk.incubator.vector.IntVector.SPECIES_512, 0)
                  .convertShape(VectorOperators.I2B, ByteVector.SPECIES_128, 0);
      bytes.intoMemorySegment(into, table, ORDER);
      bytes.intoMemorySegment(into, table + 16, ORDER);
      bytes.intoMemorySegment(into, table + 32, ORDER);
      bytes.intoMemorySegment(into, table + 48, ORDER);
    }
  }

  /** The same, entry by entry, for registers that hold fewer than 16 floats. */
  private static void entriesOneByOne(
      MemorySegment point, long at, int dimension, MemorySegment query, float inverse) {
    for (int i = 0; i < dimension; i += DIMENSIONS) {
      float a = point.get(FLOAT, at + 4L * i) * inverse;
      float b = point.get(FLOAT, at + 4L * i + 4) * inverse;
      float c = point.get(FLOAT, at + 4L * i + 8) * inverse;
      float d = point.get(FLOAT, at + 4L * i + 12) * inverse;
      float sum = Math.abs(a) + Math.abs(b) + (Math.abs(c) + Math.abs(d)) + 0.5f;
      long table = FastScan.TABLES + (long) FastScan.SLOTS * (i / DIMENSIONS);
      for (int value = 0; value < FastScan.VALUES; value++) {
        float entry = (value & 1) != 0 ? sum + a : sum - a;
        entry = (value & 2) != 0 ? entry + b : entry - b;
        entry = (value & 4) != 0 ? entry + c : entry - c;
        entry = (value & 8) != 0 ? entry + d : entry - d;
        for (int copy = 0; copy < FastScan.SLOTS; copy += FastScan.VALUES) {
          query.set(ValueLayout.JAVA_BYTE, table + copy + value, (byte) (int) entry);
        }
      }
    }
  }
}
