package io.quiver.types;

/**
 * How the rows of a column lie in its buffers: what has to move rows without understanding them
 * switches over this and not over {@link SqlType}.
 */
public sealed interface Layout {
  /** A bit a row, in a bitmap. */
  record Bits() implements Layout {}

  /** The same number of bytes for each row. */
  record Fixed(int bytes) implements Layout {}

  /** Any number of bytes; offsets say where a row begins and ends. */
  record Variable() implements Layout {}

  /** Any number of elements, in a column of their own; offsets say where a row begins and ends. */
  record Lists(SqlType element) implements Layout {}

  /** Bytes of the data buffer for {@code rows} rows; offsets and elements apart. */
  default long fixedBytes(long rows) {
    return switch (this) {
      case Bits bits -> (rows + 7) >> 3;
      case Fixed fixed -> rows * fixed.bytes();
      case Variable variable -> throw new IllegalStateException("rows of variable length");
      case Lists lists -> 0;
    };
  }

  /** Whether columns of this layout have offsets. */
  default boolean hasOffsets() {
    return switch (this) {
      case Bits bits -> false;
      case Fixed fixed -> false;
      case Variable variable -> true;
      case Lists lists -> true;
    };
  }
}
