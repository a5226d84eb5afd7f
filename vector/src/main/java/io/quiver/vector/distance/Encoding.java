package io.quiver.vector.distance;

/** How the elements of a row lie in memory, little-endian and without padding. */
public enum Encoding {
  FLOAT32(32),
  /** IEEE 754 binary16, finite. */
  FLOAT16(16),
  /** The upper half of a FLOAT32, finite. */
  BFLOAT16(16),
  /** Signed bytes. */
  INT8(8),
  /** Eight dimensions a byte, the first in the highest bit; bits beyond the last are zero. */
  BINARY(1);

  private final int bits;

  Encoding(int bits) {
    this.bits = bits;
  }

  /** Bytes that a row of so many dimensions takes. */
  public int bytes(int dimension) {
    return (int) (((long) dimension * bits + 7) >> 3);
  }

  /** Whether the metric is defined: bits have those over sets, numbers all others. */
  public boolean has(Metric metric) {
    boolean overBits = metric == Metric.HAMMING || metric == Metric.JACCARD;
    return overBits == (this == BINARY);
  }
}
