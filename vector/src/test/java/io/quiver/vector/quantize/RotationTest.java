package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotationTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 100, 128, 129, 300, 784, 1500, 4097})
  void productsStay(int dimension) {
    Random random = new Random(dimension);
    Rotation rotation = Rotation.random(dimension, 7);
    MemorySegment a = vector(dimension, random);
    MemorySegment b = vector(dimension, random);
    double room = 1e-5 * Math.sqrt(product(a, a) * product(b, b));
    MemorySegment turnedA = rotate(rotation, a);
    MemorySegment turnedB = rotate(rotation, b);
    assertThat(product(turnedA, turnedB)).isCloseTo(product(a, b), within(room));
    assertThat(product(turnedA, turnedA)).isCloseTo(product(a, a), within(1e-5 * product(a, a)));
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 200, 784})
  void oneDimensionIsSpreadOverAll(int dimension) {
    Rotation rotation = Rotation.random(dimension, 7);
    for (int axis = 0; axis < dimension; axis += 13) {
      MemorySegment unit = Arena.ofAuto().allocate(4L * dimension, 64);
      unit.setAtIndex(ValueLayout.JAVA_FLOAT, axis, 1);
      MemorySegment turned = rotate(rotation, unit);
      for (int i = 0; i < rotation.codeBits(); i++) {
        assertThat(Math.abs(turned.getAtIndex(ValueLayout.JAVA_FLOAT, i))).isLessThan(0.35f);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 64, 300})
  void signsMakeTheSameRotation(int dimension) {
    Rotation rotation = Rotation.random(dimension, 9);
    Rotation again = Rotation.of(dimension, rotation.signs());
    MemorySegment a = vector(dimension, new Random(1));
    assertThat(rotate(again, a).mismatch(rotate(rotation, a))).isEqualTo(-1);
    Rotation other = Rotation.random(dimension, 10);
    assertThat(rotate(other, a).mismatch(rotate(rotation, a))).isNotEqualTo(-1);
    assertThatThrownBy(() -> Rotation.of(dimension, new long[100]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  static MemorySegment vector(int dimension, Random random) {
    MemorySegment vector = Arena.ofAuto().allocate(4L * dimension, 64);
    for (int i = 0; i < dimension; i++) {
      vector.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
    }
    return vector;
  }

  static MemorySegment rotate(Rotation rotation, MemorySegment vector) {
    MemorySegment turned = Arena.ofAuto().allocate(4L * rotation.codeBits(), 64);
    rotation.rotate(vector, 0, turned, 0);
    return turned;
  }

  static double product(MemorySegment a, MemorySegment b) {
    double sum = 0;
    for (int i = 0; i < a.byteSize() / 4; i++) {
      sum +=
          (double) a.getAtIndex(ValueLayout.JAVA_FLOAT, i)
              * b.getAtIndex(ValueLayout.JAVA_FLOAT, i);
    }
    return sum;
  }
}
