package io.quiver.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class QuiverVectorTest {
  @Test
  void theTextIsTheLiteral() {
    assertThat(QuiverVector.of(1, 2.5f, -3, 1e-7f)).hasToString("[1,2.5,-3,1.0E-7]");
  }

  @Test
  void packingAndUnpackingGiveTheSameVector() {
    QuiverVector vector = QuiverVector.of(0.1f, -0f, Float.MAX_VALUE, Float.MIN_VALUE);
    byte[] packed = QuiverVector.pack(vector.toArray());
    QuiverVector copy = QuiverVector.unpack(packed, QuiverVector.Element.FLOAT32, 4);
    assertThat(copy).isEqualTo(vector).hasSameHashCodeAs(vector);
    assertThat(copy.toArray()).isEqualTo(vector.toArray());
    assertThat(packed).startsWith(0xcd, 0xcc, 0xcc, 0x3d);
  }

  @Test
  void anArrayThatWasGivenOutChangesNothing() {
    QuiverVector vector = QuiverVector.of(1, 2);
    vector.toArray()[0] = 9;
    assertThat(vector).isEqualTo(QuiverVector.of(1, 2)).isNotEqualTo(QuiverVector.of(1, 3));
  }
}
