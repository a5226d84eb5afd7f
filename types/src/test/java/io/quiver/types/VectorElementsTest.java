package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorElementsTest {
  @Test
  void halvesAreTheNearestToTheNumber() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      float value = (float) random.nextGaussian() * 100;
      float half = roundTrip(SqlType.Element.FLOAT16, value);
      assertThat(Math.abs(half - value)).as("%s", value).isLessThanOrEqualTo(Math.ulp(half) * 4096);
      float brain = roundTrip(SqlType.Element.BFLOAT16, value);
      assertThat(Math.abs(brain - value))
          .as("%s", value)
          .isLessThanOrEqualTo(Math.abs(value) / 256);
    }
  }

  @Test
  void bfloat16RoundsHalfToEven() {
    assertThat(roundTrip(SqlType.Element.BFLOAT16, 1 + 1f / 256)).isEqualTo(1);
    assertThat(roundTrip(SqlType.Element.BFLOAT16, 1 + 3f / 256)).isEqualTo(1 + 4f / 256);
  }

  @Test
  void theFirstDimensionIsTheHighestBit() {
    MemorySegment packed = MemorySegment.ofArray(new byte[] {-1, -1});
    VectorElements.encode(
        new float[] {1, 0, 0, 0, 0, 0, 0, 1, 1, 0}, SqlType.Element.BINARY, packed, 0);
    assertThat(packed.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsExactly(0x81, 0x80);
  }

  @ParameterizedTest
  @EnumSource
  void whatAnElementCannotHoldIsRefused(SqlType.Element element) {
    assertRefused(element, Float.NaN, "22023");
    assertRefused(element, Float.NEGATIVE_INFINITY, "22023");
    switch (element) {
      case FLOAT32 -> assertThat(roundTrip(element, Float.MAX_VALUE)).isEqualTo(Float.MAX_VALUE);
      case FLOAT16 -> assertRefused(element, 65_520, "22003");
      case BFLOAT16 -> assertRefused(element, Float.MAX_VALUE, "22003");
      case INT8 -> {
        assertRefused(element, 128, "22003");
        assertRefused(element, 0.5f, "22003");
      }
      case BINARY -> assertRefused(element, 2, "22003");
    }
  }

  private static float roundTrip(SqlType.Element element, float value) {
    MemorySegment packed = MemorySegment.ofArray(new byte[4]);
    VectorElements.encode(new float[] {value}, element, packed, 0);
    return VectorElements.decode(packed, element, 1)[0];
  }

  private static void assertRefused(SqlType.Element element, float value, String sqlState) {
    assertThatThrownBy(() -> roundTrip(element, value))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo(sqlState));
  }
}
