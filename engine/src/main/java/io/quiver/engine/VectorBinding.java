package io.quiver.engine;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.SqlType.Element;
import io.quiver.types.VectorElements;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vectors as parameters. Numbers come as {@code float[]}, {@code double[]} or a list; bytes are
 * packed elements of the parameter's own type where they have the length of that, and else packed
 * little-endian floats, which is how the JDBC driver sends numbers.
 */
final class VectorBinding {
  private VectorBinding() {}

  /**
   * The value as numbers, rounded to what the element can hold.
   *
   * @throws QuiverException 22000 for another dimension, NaN and infinity; 22003 for a number that
   *     the element cannot hold; 42804 for a value that is no vector
   */
  static float[] bind(Object value, SqlType.Vector type, int position) {
    float[] floats =
        switch (value) {
          case float[] f -> f.clone();
          case double[] d -> fromDoubles(d);
          case byte[] packed -> fromPacked(packed, type, position);
          case List<?> list -> fromList(list, type, position);
          default -> throw ParameterBinding.misfit(value, type, position);
        };
    if (floats.length == 0 || floats.length > SqlType.Vector.MAX_DIMENSION) {
      throw mismatch(position, floats.length + " dimensions", type);
    }
    if (type.dimension() != SqlType.Vector.ANY_DIMENSION && type.dimension() != floats.length) {
      throw mismatch(position, floats.length + " dimensions", type);
    }
    try {
      return VectorElements.rounded(floats, type.element());
    } catch (QuiverException e) {
      throw new QuiverException(e.code(), "parameter " + position + ": " + e.getMessage(), e);
    }
  }

  private static float[] fromDoubles(double[] doubles) {
    float[] floats = new float[doubles.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) doubles[i];
    }
    return floats;
  }

  private static float[] fromPacked(byte[] packed, SqlType.Vector type, int position) {
    int dimension = type.dimension();
    if (dimension != SqlType.Vector.ANY_DIMENSION
        && packed.length == type.element().bytes(dimension)) {
      checkUnusedBits(packed, type, position);
      return VectorElements.decode(MemorySegment.ofArray(packed), type.element(), dimension);
    }
    if ((packed.length & 3) != 0) {
      throw mismatch(position, packed.length + " bytes", type);
    }
    float[] floats = new float[packed.length / 4];
    ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  private static void checkUnusedBits(byte[] packed, SqlType.Vector type, int position) {
    int used = type.dimension() & 7;
    if (type.element() == Element.BINARY
        && used != 0
        && (packed[packed.length - 1] & (0xFF >> used)) != 0) {
      throw mismatch(position, "bits beyond the last dimension", type);
    }
  }

  private static float[] fromList(List<?> list, SqlType.Vector type, int position) {
    float[] floats = new float[list.size()];
    for (int i = 0; i < floats.length; i++) {
      @Nullable Object element = list.get(i);
      floats[i] =
          switch (element) {
            case Number number -> number.floatValue();
            case Boolean bit when type.element() == Element.BINARY -> bit ? 1 : 0;
            case null, default -> throw ParameterBinding.misfit(list, type, position);
          };
    }
    return floats;
  }

  private static QuiverException mismatch(int position, String found, SqlType.Vector type) {
    return new QuiverException(
        ErrorCode.DIMENSION_MISMATCH,
        "parameter " + position + " has " + found + ", wanted " + type.sqlName());
  }
}
