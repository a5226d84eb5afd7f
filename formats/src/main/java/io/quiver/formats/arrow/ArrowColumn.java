package io.quiver.formats.arrow;

import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field of an Arrow schema, as far as reading it goes.
 *
 * @param type what it becomes
 * @param shape how it lies in a record batch
 * @param dictionary the dictionary that its numbers point into, or null
 */
record ArrowColumn(
    String name, SqlType type, Shape shape, List<ArrowColumn> children, @Nullable Long dictionary) {

  /** How the values of a field lie in buffers. */
  sealed interface Shape {
    /** As in our columns. */
    record Same() implements Shape {}

    /**
     * Whole numbers that are widened or scaled: each times {@code factor} or by {@code divisor}.
     */
    record Scaled(int bytes, boolean signed, long factor, long divisor) implements Shape {}

    /** 16-bit floats. */
    record Half() implements Shape {}

    /** Bytes between 32-bit or 64-bit offsets. */
    record Variable(boolean large) implements Shape {}

    /** Bytes of which the short ones lie in the view of 16 bytes. */
    record Views() implements Shape {}

    /** The same number of bytes for each row, where we have variable ones. */
    record FixedBytes(int bytes) implements Shape {}

    /** Rows of the child between 32-bit or 64-bit offsets. */
    record Lists(boolean large) implements Shape {}

    /** The same number of rows of the child for each row. */
    record FixedLists(int length) implements Shape {}
  }
}
