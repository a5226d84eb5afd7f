package io.quiver.vector.index.fused;

import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.Rotation;

/**
 * Where things are in a node's block. Numbers are little-endian; a block begins at a multiple of 64
 * bytes and takes {@link #stride}.
 *
 * <pre>
 *   0                the node's point: a float for each dimension, then 0 up to a multiple of 16;
 *                    with exact = sq8 a byte for each, in the range of the whole index, then 0 up
 *                    to a multiple of 64
 *   {@link #codes}          codes and factors of the 32 neighbours, centred on the node, as {@link
 *                    Rabitq} describes
 *   {@link #links}          their numbers, 32 ints; an empty slot has the node's own
 *   ...              0 up to a multiple of 64
 * </pre>
 *
 * At 784 dimensions a block has 6,848 bytes: 3,136 of the point, 3,328 of codes, 256 of factors,
 * 128 of links.
 *
 * @param dimension of the points
 * @param exact what the point is kept as
 */
record FusedLayout(int dimension, Exact exact) {
  /** Neighbours of a node: what one pass over codes estimates. */
  static final int DEGREE = Rabitq.SLOTS;

  private static final int FLOATS_MULTIPLE = 16;

  /** Floats of a point with its padding. */
  int floats() {
    return Math.ceilDiv(dimension, FLOATS_MULTIPLE) * FLOATS_MULTIPLE;
  }

  /** Dimensions of the codes. */
  int codeBits() {
    return Rotation.codeBits(dimension);
  }

  /** Bytes of a point with its padding. */
  int pointBytes() {
    return switch (exact) {
      case FLOAT32 -> 4 * floats();
      case SQ8 -> (int) NativeMemory.align(dimension);
    };
  }

  /** Where the codes begin. */
  int codes() {
    return (int) NativeMemory.align(pointBytes());
  }

  /** Where the neighbours' numbers begin. */
  int links() {
    return codes() + new Rabitq(codeBits()).blockBytes();
  }

  /** Bytes from one block to the next. */
  long stride() {
    return NativeMemory.align(links() + 4L * DEGREE);
  }
}
