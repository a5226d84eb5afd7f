package io.quiver.vector.index.fused;

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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FusedKernelsTest {
  @ParameterizedTest
  @ValueSource(ints = {16, 32, 48, 64, 80, 112, 128, 784, 4096})
  void squaredDistancesOfFloats(int floats) {
    Random random = new Random(floats);
    MemorySegment points = Arena.ofAuto().allocate(8L * floats, 64);
    double sum = 0;
    for (int i = 0; i < floats; i++) {
      float a = (float) random.nextGaussian();
      float b = (float) random.nextGaussian();
      points.setAtIndex(ValueLayout.JAVA_FLOAT, i, a);
      points.setAtIndex(ValueLayout.JAVA_FLOAT, floats + i, b);
      sum += ((double) a - b) * ((double) a - b);
    }
    long start = AbsoluteMemory.start(points, 0, points.byteSize());
    double found = FusedKernels.l2Squared(points, start, points, start + 4L * floats, floats);
    assertThat(found).isCloseTo(sum, within(1e-5 * sum));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 832})
  void squaredDistancesOfBytes(int bytes) {
    Random random = new Random(bytes);
    MemorySegment query = Arena.ofAuto().allocate(4L * bytes, 64);
    MemorySegment codes = Arena.ofAuto().allocate(bytes, 64);
    double sum = 0;
    for (int i = 0; i < bytes; i++) {
      float a = 255 * random.nextFloat();
      int b = random.nextInt(256);
      int place = (i & -64) + 16 * (i & 3) + (i >> 2 & 15);
      query.setAtIndex(ValueLayout.JAVA_FLOAT, place, a);
      codes.set(ValueLayout.JAVA_BYTE, i, (byte) b);
      sum += ((double) a - b) * ((double) a - b);
    }
    double found =
        FusedKernels.l2SquaredBytes(
            query,
            AbsoluteMemory.start(query, 0, 4L * bytes),
            codes,
            AbsoluteMemory.start(codes, 0, bytes),
            bytes);
    assertThat(found).isCloseTo(sum, within(1e-5 * sum));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void poolKeepsTheSmallestInOrder(long seed) {
    Random random = new Random(seed);
    EstimatePool pool = new EstimatePool();
    for (int effort : new int[] {1, 5, 8, 20, 64, 33}) {
      pool.reset(effort);
      List<Long> model = new ArrayList<>();
      for (int round = 0; round < 30; round++) {
        int offered = random.nextInt(33);
        for (int i = 0; i < offered; i++) {
          long key = NodeKey.of(random.nextInt(1000) / 8f, random.nextInt(1 << 20));
          pool.offer(i, key);
          model.add(key);
        }
        Collections.sort(model);
        while (model.size() > effort) {
          model.removeLast();
        }
        int open = offered == 0 ? effort : pool.merge(offered);
        int wanted = 0;
        while (wanted < model.size() && (model.get(wanted) & NodeKey.EXPANDED) != 0) {
          wanted++;
        }
        if (offered > 0 && wanted < model.size()) {
          assertThat(open).isEqualTo(wanted);
          assertThat(pool.open(0)).isEqualTo(wanted);
          assertThat(pool.expand(open)).isEqualTo(NodeKey.node(model.get(wanted)));
          model.set(wanted, model.get(wanted) | NodeKey.EXPANDED);
        }
        float farthest =
            model.size() < effort ? Float.MAX_VALUE : NodeKey.distance(model.getLast());
        assertThat(pool.farthest()).isEqualTo(farthest);
      }
    }
  }

  /** Below HotSpot's FreqInlineSize they would be inlined into loops that then allocate. */
  @Test
  void kernelsAreTooLargeToBeInlined() throws IOException {
    Set<String> kernels = Set.of("l2Squared", "l2SquaredBytes", "merge");
    int found = 0;
    try (InputStream bytes = FusedKernels.class.getResourceAsStream("FusedKernels.class")) {
      for (MethodModel method : ClassFile.of().parse(bytes.readAllBytes()).methods()) {
        if (kernels.contains(method.methodName().stringValue())) {
          int length = ((CodeAttribute) method.code().orElseThrow()).codeLength();
          assertThat(length).as(method.methodName().stringValue()).isGreaterThan(325);
          found++;
        }
      }
    }
    assertThat(found).isEqualTo(kernels.size());
  }
}
