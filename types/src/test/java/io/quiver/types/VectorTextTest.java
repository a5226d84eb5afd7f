package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorTextTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyFiniteVectorReadsBackToTheSameBits(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      float[] vector = new float[1 + random.nextInt(50)];
      for (int i = 0; i < vector.length; i++) {
        float any = Float.intBitsToFloat(random.nextInt());
        vector[i] = Float.isFinite(any) ? any : random.nextInt(100);
      }
      vector[0] = round % 2 == 0 ? -0.0f : vector[0];
      assertThat(VectorText.parse(VectorText.format(vector)))
          .as("seed %d, round %d", seed, round)
          .containsExactly(vector);
    }
  }

  @Test
  void itReadsWhatPeopleWrite() {
    assertThat(VectorText.parse(" [1, 2.5,-3e-2 ] ")).containsExactly(1, 2.5f, -0.03f);
    assertThat(VectorText.format(new float[] {1, 2.5f, -3})).isEqualTo("[1,2.5,-3]");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[",
        "[]",
        "[ ]",
        "1,2",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[a]",
        "[NaN]",
        "[Infinity]",
        "[1e39]",
        "[0x1p3]",
        "[1f]",
        "[1d]"
      })
  void itRefusesWhatIsNoVector(String text) {
    assertThatThrownBy(() -> VectorText.parse(text))
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TEXT_REPRESENTATION));
  }
}
