package io.quiver.engine.copy;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.ObjIntConsumer;

/** Finds NaN and infinity in vectors whose bytes come from a file as they are. */
final class FiniteVectors {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int FLOAT_EXPONENT = 0x7F80_0000;
  private static final int HALF_EXPONENT = 0x7C00;
  private static final int BFLOAT_EXPONENT = 0x7F80;

  private FiniteVectors() {}

  /** Tells of each row with such an element. */
  static void check(Column column, SqlType.Vector type, ObjIntConsumer<QuiverException> bad) {
    int dimension = type.dimension();
    long count = (long) column.length() * dimension;
    MemorySegment data = column.data();
    boolean clean =
        switch (type.element()) {
          case FLOAT32 -> floats(data, 0, count);
          case FLOAT16 -> shorts(data, 0, count, HALF_EXPONENT);
          case BFLOAT16 -> shorts(data, 0, count, BFLOAT_EXPONENT);
          case INT8, BINARY -> true;
        };
    if (clean) {
      return;
    }
    for (int row = 0; row < column.length(); row++) {
      long from = (long) row * dimension;
      long to = from + dimension;
      boolean finite =
          column.isNull(row)
              || switch (type.element()) {
                case FLOAT32 -> floats(data, from, to);
                case FLOAT16 -> shorts(data, from, to, HALF_EXPONENT);
                case BFLOAT16 -> shorts(data, from, to, BFLOAT_EXPONENT);
                case INT8, BINARY -> true;
              };
      if (!finite) {
        bad.accept(
            new QuiverException(
                ErrorCode.DIMENSION_MISMATCH,
                "the elements of a vector are finite numbers, found NaN or infinity"),
            row);
      }
    }
  }

  private static boolean floats(MemorySegment data, long from, long to) {
    int found = 0;
    for (long i = from; i < to; i++) {
      // The largest exponent is the only one that carries into the sign.
      found |= (data.getAtIndex(INT, i) & FLOAT_EXPONENT) + 0x0080_0000;
    }
    return found >= 0;
  }

  private static boolean shorts(MemorySegment data, long from, long to, int exponent) {
    for (long i = from; i < to; i++) {
      if ((data.getAtIndex(SHORT, i) & exponent) == exponent) {
        return false;
      }
    }
    return true;
  }
}
