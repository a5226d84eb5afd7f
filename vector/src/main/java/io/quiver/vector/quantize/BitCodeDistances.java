package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.distance.RowDecoder;
import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PointDistances} estimated from codes of {@link BitQuantizer}. The query becomes odd whole
 * numbers from -15 to 15, times a unit: in binary, with digits 1 and -1, four planes of bits. A
 * plane's product with a row's signs is then the bits less twice those that differ: an exclusive
 * or, and a count.
 */
public final class BitCodeDistances implements PointDistances {
  /** Bytes beyond the last row that may be read: a register of the widest kind. */
  static final int SLACK = 64;

  private static final int PLANES = 4;
  private static final int VALUE_MAX = (1 << PLANES) - 1;

  private static final VectorSpecies<Long> SPECIES = VectorWidth.LONGS;
  private static final int STEP = SPECIES.vectorByteSize();

  /** Planes, and a mask of the bits that there are. */
  private static final int PREPARED_STEP = (PLANES + 1) * STEP;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  private final BitQuantizer quantizer;
  private final Encoding encoding;
  private final MemorySegment codes;
  private final int codeBits;
  private final MemorySegment floats;
  private final MemorySegment rotated;
  private final MemorySegment prepared;
  private float base;
  private float unit;
  private float raised;

  /**
   * @param encoding of queries
   * @param codes {@link BitQuantizer#bytes}
   */
  public BitCodeDistances(BitQuantizer quantizer, Encoding encoding, MemorySegment codes) {
    this.quantizer = quantizer;
    this.encoding = encoding;
    this.codes = codes;
    codeBits = quantizer.rotation().codeBits();
    Arena arena = Arena.ofAuto();
    floats = arena.allocate(4L * quantizer.rotation().dimension(), NativeMemory.ALIGNMENT);
    rotated = arena.allocate(4L * codeBits, NativeMemory.ALIGNMENT);
    int steps = Math.ceilDiv(codeBits / 8, STEP);
    prepared = arena.allocate((long) PREPARED_STEP * steps, NativeMemory.ALIGNMENT);
    for (int word = 0; word < codeBits / 64; word++) {
      prepared.set(LONG, place(word, PLANES), -1L);
    }
  }

  /** Where a word of a plane stands. */
  private static long place(int word, int plane) {
    int at = 8 * word;
    return (long) PREPARED_STEP * (at / STEP) + (long) plane * STEP + at % STEP;
  }

  @Override
  public void from(MemorySegment query) {
    int dimension = quantizer.rotation().dimension();
    RowDecoder.decode(encoding, query, 0, dimension, floats, 0);
    if (quantizer.metric() == Metric.COSINE) {
      normalise(dimension);
    }
    quantizer.rotation().rotate(floats, 0, rotated, 0);
    base = quantizer.base(rotated);
    raised = 0;
    float greatest = Float.MIN_NORMAL;
    for (int i = 0; i < codeBits; i++) {
      greatest = Math.max(greatest, Math.abs(rotated.get(FLOAT, 4L * i)));
    }
    unit = greatest / VALUE_MAX;
    for (int word = 0; word < codeBits / 64; word++) {
      preparePlanes(word);
    }
  }

  /** What all estimates have in common: the squared distance to the centre where that is L2's. */
  public float base() {
    return base;
  }

  /**
   * Adds to the query's product with any signs, until the next query: so that estimates become
   * bounds, from below as slopes are negative.
   */
  public void raise(float product) {
    raised = product;
  }

  private void normalise(int dimension) {
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      double x = floats.get(FLOAT, 4L * i);
      sum += x * x;
    }
    float factor = sum == 0 ? 0 : (float) (1 / Math.sqrt(sum));
    for (int i = 0; i < dimension; i++) {
      floats.set(FLOAT, 4L * i, factor * floats.get(FLOAT, 4L * i));
    }
  }

  private void preparePlanes(int word) {
    long plane0 = 0;
    long plane1 = 0;
    long plane2 = 0;
    long plane3 = 0;
    float half = 0.5f / unit;
    for (int bit = 0; bit < 64; bit++) {
      float q = rotated.get(FLOAT, 4L * (64 * word + bit));
      // q = unit * (2 u - 15)
      long u = Math.clamp((int) (q * half + 0.5f * VALUE_MAX + 0.5f), 0, VALUE_MAX);
      plane0 |= (u & 1) << bit;
      plane1 |= (u >> 1 & 1) << bit;
      plane2 |= (u >> 2 & 1) << bit;
      plane3 |= (u >> 3) << bit;
    }
    prepared.set(LONG, place(word, 0), plane0);
    prepared.set(LONG, place(word, 1), plane1);
    prepared.set(LONG, place(word, 2), plane2);
    prepared.set(LONG, place(word, 3), plane3);
  }

  /** Refuses: a code says too little of a row to link it by. */
  @Override
  public void fromRow(int row) {
    throw new UnsupportedOperationException("distances between rows by codes of one bit");
  }

  @Override
  public void to(int[] numbers, int count, float[] out) {
    if (count == 0) {
      return;
    }
    MemorySegment memory = all(codes);
    long start = AbsoluteMemory.start(codes, 0, 0);
    long from = AbsoluteMemory.start(prepared, 0, prepared.byteSize());
    long stride = quantizer.rowBytes();
    int codeBytes = codeBits / 8;
    for (int i = 0; i < count; i += 2) {
      long a = start + numbers[i] * stride;
      long b = start + numbers[Math.min(i + 1, count - 1)] * stride;
      differences(prepared, from, codes, a, b, codeBytes, out, i);
    }
    float scale = -2 * unit;
    float offset = unit * VALUE_MAX * codeBits + raised;
    for (int i = 0; i < count; i++) {
      long factors = start + numbers[i] * stride + codeBytes;
      float product = out[i] * scale + offset;
      out[i] = base + memory.get(FLOAT, factors) + memory.get(FLOAT, factors + 4) * product;
    }
  }

  private static LongVector load(MemorySegment memory, long position) {
    return LongVector.fromMemorySegment(SPECIES, all(memory), position, ORDER);
  }

  /** How many bits differ, those of plane j counted 2^j times, for two rows. */
  // A point, two rows and where results go: a record of these would be allocated.
  @SuppressWarnings("ParameterNumber")
  private static void differences(
      MemorySegment point,
      long from,
      MemorySegment codes,
      long a,
      long b,
      int codeBytes,
      float[] out,
      int place) {
    LongVector sum0 = LongVector.zero(SPECIES);
    LongVector sum1 = sum0;
    long at = from;
    for (int i = 0; i < codeBytes; i += STEP, at += PREPARED_STEP) {
      LongVector mask = load(point, at + (long) PLANES * STEP);
      LongVector x = load(codes, a + i).and(mask);
      LongVector y = load(codes, b + i).and(mask);
      LongVector plane = load(point, at + 3L * STEP);
      LongVector s = x.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT);
      LongVector t = y.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT);
      plane = load(point, at + 2L * STEP);
      s = s.add(s).add(x.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      t = t.add(t).add(y.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      plane = load(point, at + STEP);
      s = s.add(s).add(x.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      t = t.add(t).add(y.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      plane = load(point, at);
      s = s.add(s).add(x.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      t = t.add(t).add(y.lanewise(VectorOperators.XOR, plane).lanewise(VectorOperators.BIT_COUNT));
      sum0 = sum0.add(s);
      sum1 = sum1.add(t);
    }
    // Both in one: each is far below 2^32.
    long both = sum0.add(sum1.lanewise(VectorOperators.LSHL, 32)).reduceLanes(VectorOperators.ADD);
    out[place] = (int) both;
    out[place + 1] = (int) (both >>> 32);
  }

  @Override
  public void keepAlive() {
    AbsoluteMemory.keepAlive(codes, prepared);
  }
}
