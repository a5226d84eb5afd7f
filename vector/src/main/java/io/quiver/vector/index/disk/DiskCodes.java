package io.quiver.vector.index.disk;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.PackedCodes;
import io.quiver.vector.quantize.PackedQuery;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What stands for the rows in memory.
 *
 * <pre>
 *   section   bytes
 *   space     8  squared length of the longest row, a double (0 unless the metric needs it)
 *             4  bits a dimension, 2 or 4
 *             4  spread of the estimates' errors, a float: see {@link #spread}
 *   absent    a bitmap of the rows without a distance, in words of 64 bits
 *   signs     8 bytes a word of the rotation's signs
 *   centre    4 bytes a dimension of the rotated mean of the rows, a float
 *   codes     the rows of {@link PackedCodes}
 * </pre>
 */
final class DiskCodes {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** From here on, 2 bits a dimension tell neighbours apart, below 4 are needed. */
  private static final int MANY_DIMENSIONS = 480;

  private static final int CHUNK = 256;
  private static final int SAMPLE = 400;

  private final EuclideanRows space;
  private final Rotation rotation;
  private final PackedCodes codes;
  private final MemorySegment centre;
  private final MemorySegment memory;
  private final long base;
  private float spread;

  private DiskCodes(
      EuclideanRows space,
      Rotation rotation,
      int bits,
      MemorySegment centre,
      MemorySegment memory) {
    this.space = space;
    this.rotation = rotation;
    this.codes = new PackedCodes(rotation.codeBits(), bits);
    this.centre = centre;
    this.memory = memory;
    this.base = AbsoluteMemory.start(memory, 0, memory.byteSize());
  }

  private static int bits(int dimension) {
    return dimension >= MANY_DIMENSIONS ? 2 : 4;
  }

  /** Bytes of codes for these rows. */
  static long bytes(VectorRows rows) {
    int dimension = rows.dimension() + 1;
    PackedCodes codes = new PackedCodes(Rotation.codeBits(dimension), bits(dimension));
    return (long) rows.count() * codes.rowBytes();
  }

  static DiskCodes encode(EuclideanRows space, Workers workers, long seed) {
    int rows = space.rows().count();
    Rotation rotation = Rotation.random(space.dimension(), seed);
    int bits = bits(space.dimension());
    PackedCodes codes = new PackedCodes(rotation.codeBits(), bits);
    MemorySegment memory = NativeMemory.allocate((long) rows * codes.rowBytes());
    DiskCodes result = new DiskCodes(space, rotation, bits, mean(space, rotation), memory);
    workers.forEach(
        0,
        rows,
        CHUNK,
        0.1,
        result::scratch,
        (point, row) -> {
          result.residual(row, point);
          codes.encode(
              point.memory(), point.residual(), memory, result.base + row * result.stride());
        });
    result.spread = result.measuredSpread(seed);
    return result;
  }

  private static MemorySegment mean(EuclideanRows space, Rotation rotation) {
    int dimension = space.dimension();
    double[] sum = new double[dimension];
    MemorySegment point = NativeMemory.allocate(4L * rotation.codeBits());
    int rows = space.rows().count();
    int step = Math.max(1, rows / 100_000);
    int taken = 0;
    for (int row = 0; row < rows; row += step) {
      if (!space.absent().get(row)) {
        space.point(row, point, 0);
        for (int i = 0; i < dimension; i++) {
          sum[i] += point.get(FLOAT, 4L * i);
        }
        taken++;
      }
    }
    for (int i = 0; i < dimension; i++) {
      point.set(FLOAT, 4L * i, (float) (sum[i] / Math.max(1, taken)));
    }
    MemorySegment centre = NativeMemory.allocate(4L * rotation.codeBits());
    rotation.rotate(point, 0, centre, 0);
    return centre;
  }

  static DiskCodes read(IndexForm form, VectorRows rows) {
    MemorySegment head = form.section("space", 16);
    MemorySegment bitmap = form.section("absent", 8 * ((rows.count() + 63L) / 64));
    BitSet absent = BitSet.valueOf(bitmap.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    double longest = head.get(DOUBLE, 0);
    int bits = head.get(INT, 8);
    float spread = head.get(FLOAT, 12);
    if ((bits != 2 && bits != 4) || !(longest >= 0) || !(spread >= 0)) {
      throw new DamagedIndexException(
          bits + " bits a dimension, the longest row of " + longest + ", errors of " + spread);
    }
    EuclideanRows space = EuclideanRows.of(rows, longest, absent);
    MemorySegment words = form.section("signs", 8L * Rotation.signWords(space.dimension()));
    long[] signs = new long[(int) (words.byteSize() / 8)];
    for (int i = 0; i < signs.length; i++) {
      signs[i] = words.get(LONG, 8L * i);
    }
    Rotation rotation = Rotation.of(space.dimension(), signs);
    PackedCodes codes = new PackedCodes(rotation.codeBits(), bits);
    MemorySegment centre = NativeMemory.allocate(4L * rotation.codeBits());
    centre.copyFrom(form.section("centre", 4L * rotation.codeBits()));
    long size = (long) rows.count() * codes.rowBytes();
    MemorySegment memory = NativeMemory.allocate(size);
    memory.asSlice(0, size).copyFrom(form.section("codes", size));
    DiskCodes result = new DiskCodes(space, rotation, bits, centre, memory);
    result.spread = spread;
    return result;
  }

  List<IndexForm.Section> sections() {
    MemorySegment head = NativeMemory.allocate(16);
    head.set(DOUBLE, 0, space.longestSquared());
    head.set(INT, 8, codes.bits());
    head.set(FLOAT, 12, spread);
    int rows = space.rows().count();
    MemorySegment absent = NativeMemory.allocate(8 * ((rows + 63L) / 64));
    space.absent().stream().forEach(row -> setBit(absent, row));
    long[] signs = rotation.signs();
    return List.of(
        new IndexForm.Section("space", head.asSlice(0, 16)),
        new IndexForm.Section("absent", absent.asSlice(0, 8 * ((rows + 63L) / 64))),
        new IndexForm.Section("signs", MemorySegment.ofArray(signs)),
        new IndexForm.Section("centre", centre.asSlice(0, 4L * rotation.codeBits())),
        new IndexForm.Section("codes", memory.asSlice(0, (long) rows * stride())));
  }

  private static void setBit(MemorySegment bits, int row) {
    long at = row >> 3;
    byte before = bits.get(ValueLayout.JAVA_BYTE, at);
    bits.set(ValueLayout.JAVA_BYTE, at, (byte) (before | (1 << (row & 7))));
  }

  /**
   * Room for one vector: as it is, and behind it rotated and less the centre.
   *
   * @param residual where the second begins, as kernels address it
   */
  record Point(MemorySegment memory, long residual) {}

  Point scratch() {
    long bytes = 4L * rotation.codeBits();
    MemorySegment point = NativeMemory.allocate(2 * bytes);
    return new Point(point, AbsoluteMemory.start(point, bytes, bytes));
  }

  private void residual(int row, Point point) {
    space.point(row, point.memory(), 0);
    turn(point);
  }

  private void turn(Point point) {
    rotation.rotate(point.memory(), 0, point.memory(), 4L * rotation.codeBits());
    MemorySegment memory = all(point.memory());
    for (int i = 0; i < rotation.codeBits(); i++) {
      long at = point.residual() + 4L * i;
      memory.set(FLOAT, at, memory.get(FLOAT, at) - centre.get(FLOAT, 4L * i));
    }
  }

  PackedQuery newQuery() {
    return new PackedQuery(codes);
  }

  /** Takes a query in the rows' encoding; returns its squared length, before it is normalised. */
  double setQuery(MemorySegment query, Point scratch, PackedQuery packed) {
    double squared = space.query(query, scratch.memory(), 0);
    turn(scratch);
    packed.set(scratch.memory(), scratch.residual());
    return squared;
  }

  /** Estimates squared distances in the {@link EuclideanRows space}. */
  void estimate(int[] numbers, int count, PackedQuery query, float[] out) {
    codes.estimate(memory, base, stride(), numbers, count, query, out);
  }

  /** The squared length of a row less the centre. */
  float squared(int row) {
    return all(memory).get(FLOAT, base + row * stride() + stride() - 8);
  }

  /**
   * The standard deviation of an estimate's error, over twice the product of the lengths of query
   * and row, both less the centre.
   */
  float spread() {
    return spread;
  }

  private float measuredSpread(long seed) {
    int rows = space.rows().count();
    if (rows < 2) {
      return 0;
    }
    SplittableRandom random = new SplittableRandom(seed);
    Point one = scratch();
    Point other = scratch();
    PackedQuery query = newQuery();
    float[] estimate = new float[1];
    double sum = 0;
    for (int i = 0; i < SAMPLE; i++) {
      residual(random.nextInt(rows), one);
      int row = random.nextInt(rows);
      residual(row, other);
      query.set(one.memory(), one.residual());
      estimate(new int[] {row}, 1, query, estimate);
      double exact = 0;
      double length = 0;
      for (int d = 0; d < rotation.codeBits(); d++) {
        double x = all(one.memory()).get(FLOAT, one.residual() + 4L * d);
        double y = all(other.memory()).get(FLOAT, other.residual() + 4L * d);
        exact += (x - y) * (x - y);
        length += x * x;
      }
      double scale = 2 * Math.sqrt(length * squared(row));
      double error = scale == 0 ? 0 : (estimate[0] - exact) / scale;
      sum += error * error;
    }
    float found = (float) Math.sqrt(sum / SAMPLE);
    return Float.isFinite(found) ? found : 1;
  }

  EuclideanRows space() {
    return space;
  }

  private long stride() {
    return codes.rowBytes();
  }

  long memoryBytes() {
    return memory.byteSize() + centre.byteSize() + space.rows().count() / 8;
  }
}
