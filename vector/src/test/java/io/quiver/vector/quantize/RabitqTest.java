package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.memory.AbsoluteMemory;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RabitqTest {
  private static final int SLOTS = Rabitq.SLOTS;

  /** A query, a centre, and 32 vectors near it, all taken as rotated, with their block. */
  private record Sample(Rabitq codes, MemorySegment points, MemorySegment block, long start) {
    static Sample of(int bits, long seed) {
      Random random = new Random(seed);
      Rabitq codes = new Rabitq(bits);
      MemorySegment points = Arena.ofAuto().allocate(4L * bits * (SLOTS + 2), 64);
      for (int i = 0; i < bits * (SLOTS + 2); i++) {
        double centre =
            i < 2 * bits ? 0 : points.getAtIndex(ValueLayout.JAVA_FLOAT, bits + i % bits);
        points.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (centre + random.nextGaussian()));
      }
      MemorySegment block = Arena.ofAuto().allocate(codes.blockBytes(), 64);
      Sample sample =
          new Sample(codes, points, block, AbsoluteMemory.start(block, 0, block.byteSize()));
      for (int slot = 0; slot < SLOTS; slot++) {
        codes.encode(points, sample.point(slot + 2), sample.point(1), block, sample.start, slot);
      }
      return sample;
    }

    long point(int i) {
      return AbsoluteMemory.start(points, 4L * codes.codeBits() * i, 4L * codes.codeBits());
    }

    double at(int point, int i) {
      return points.getAtIndex(ValueLayout.JAVA_FLOAT, (long) point * codes.codeBits() + i);
    }

    double squared(int a, int b) {
      double sum = 0;
      for (int i = 0; i < codes.codeBits(); i++) {
        sum += (at(a, i) - at(b, i)) * (at(a, i) - at(b, i));
      }
      return sum;
    }

    /** The estimate less the distance to the centre, by its definition. */
    double defined(int slot) {
      double squares = 0;
      double absolute = 0;
      double centre = 0;
      double query = 0;
      for (int i = 0; i < codes.codeBits(); i++) {
        double r = (float) at(slot + 2, i) - (float) at(1, i);
        squares += r * r;
        absolute += Math.abs(r);
        centre += r > 0 ? at(1, i) : -at(1, i);
        query += r > 0 ? at(0, i) : -at(0, i);
      }
      return squares + 2 * squares / absolute * (centre - query);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 192, 832, 4096, 8192})
  void estimatesEqualTheirDefinition(int bits) {
    Sample sample = Sample.of(bits, bits);
    RabitqQuery query = new RabitqQuery(sample.codes);
    query.set(sample.points, sample.point(0));
    sample.codes.estimate(sample.block, sample.start, query, 0);
    for (int slot = 0; slot < SLOTS; slot++) {
      // What the rounding of the query's entries leaves: a few standard deviations.
      double room = 0.02 * bits * Math.sqrt(64.0 / Math.min(bits, 4096)) * Math.max(1, bits / 4096);
      assertThat((double) query.estimate(slot)).isCloseTo(sample.defined(slot), within(room));
    }
  }

  /** As of a vector with a single element, after a rotation: all entries are the greatest. */
  @ParameterizedTest
  @ValueSource(ints = {4096, 4160, 8192, 60_032, 65_536})
  void sumsOfTheGreatestEntriesDoNotOverflow(int bits) {
    Rabitq codes = new Rabitq(bits);
    MemorySegment points = Arena.ofAuto().allocate(8L * bits, 64);
    for (int i = 0; i < bits; i++) {
      points.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 7 % 11 & 1) == 0 ? 1 : -1);
    }
    MemorySegment block = Arena.ofAuto().allocate(codes.blockBytes(), 64);
    long start = AbsoluteMemory.start(block, 0, block.byteSize());
    long point = AbsoluteMemory.start(points, 0, 8L * bits);
    codes.encode(points, point, point + 4L * bits, block, start, 5);
    RabitqQuery query = new RabitqQuery(codes);
    query.set(points, point);
    codes.estimate(block, start, query, 0);
    // The distance is 0, of a vector that is sqrt(bits) from the centre.
    assertThat((double) query.estimate(5)).isCloseTo(-bits, within(1e-3 * bits));
  }

  @Test
  void estimatesHaveNoBias() {
    double error = 0;
    double deviation = 0;
    int runs = 200;
    for (int seed = 0; seed < runs; seed++) {
      Sample sample = Sample.of(128, seed);
      RabitqQuery query = new RabitqQuery(sample.codes);
      query.set(sample.points, sample.point(0));
      sample.codes.estimate(sample.block, sample.start, query, 0);
      for (int slot = 0; slot < SLOTS; slot++) {
        double squared = sample.squared(0, slot + 2);
        double off = (sample.squared(0, 1) + query.estimate(slot) - squared) / squared;
        error += off / (runs * SLOTS);
        deviation += off * off / (runs * SLOTS);
      }
    }
    assertThat(error).isCloseTo(0, within(0.01));
    assertThat(Math.sqrt(deviation)).isLessThan(0.1);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 320, 1024, 8192})
  void registersOfEveryWidthGiveTheSame(int bits) {
    Sample sample = Sample.of(bits, 3);
    RabitqQuery query = new RabitqQuery(sample.codes);
    query.set(sample.points, sample.point(0));
    MemorySegment table = query.memory();
    byte[] wide = table.asSlice(RabitqQuery.TABLE).toArray(ValueLayout.JAVA_BYTE);
    int mask = sample.codes.estimate(sample.block, sample.start, query, 0);
    float[] estimates = estimates(query);
    byte[] codes = sample.block.asSlice(0, 4L * bits).toArray(ValueLayout.JAVA_BYTE);
    for (int slot = 0; slot < SLOTS; slot++) {
      NarrowRabitqKernels.encode(
          sample.points,
          sample.point(slot + 2),
          sample.point(1),
          sample.block,
          sample.start + Rabitq.place(slot),
          bits);
    }
    assertThat(sample.block.asSlice(0, 4L * bits).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(codes);
    int narrow =
        NarrowRabitqKernels.estimate(
            sample.block, sample.start, bits, query.memory(), query.position(), 0);
    assertThat(narrow).isEqualTo(mask);
    assertThat(estimates(query)).isEqualTo(estimates);
    NarrowRabitqKernels.table(
        sample.points, sample.point(0), bits, query.memory(), query.position());
    assertThat(table.asSlice(RabitqQuery.TABLE).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(wide);
  }

  @Test
  void emptySlotsPassNoLimitAndCopiesEqual() {
    Sample sample = Sample.of(192, 5);
    RabitqQuery query = new RabitqQuery(sample.codes);
    query.set(sample.points, sample.point(0));
    sample.codes.clear(sample.block, sample.start, 7);
    sample.codes.copy(sample.block, sample.start, 3, sample.start, 30);
    int mask = sample.codes.estimate(sample.block, sample.start, query, Float.MAX_VALUE);
    assertThat(mask).isEqualTo(~(1 << 7));
    assertThat(query.estimate(30)).isEqualTo(query.estimate(3));
  }

  /** Below HotSpot's FreqInlineSize they would be inlined into loops that then allocate. */
  @Test
  void kernelsAreTooLargeToBeInlined() throws IOException {
    Set<String> kernels = Set.of("estimate", "table", "encodeWide", "turn");
    int found = 0;
    for (Class<?> holder : new Class<?>[] {RabitqKernels.class, Rotation.class}) {
      try (InputStream bytes = holder.getResourceAsStream(holder.getSimpleName() + ".class")) {
        for (MethodModel method : ClassFile.of().parse(bytes.readAllBytes()).methods()) {
          if (kernels.contains(method.methodName().stringValue())) {
            int length = ((CodeAttribute) method.code().orElseThrow()).codeLength();
            assertThat(length).as(method.methodName().stringValue()).isGreaterThan(325);
            found++;
          }
        }
      }
    }
    assertThat(found).isEqualTo(kernels.size());
  }

  private static float[] estimates(RabitqQuery query) {
    float[] estimates = new float[SLOTS];
    for (int slot = 0; slot < SLOTS; slot++) {
      estimates[slot] = query.estimate(slot);
    }
    return estimates;
  }
}
