package io.quiver.storage;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.Layout;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Whether a column's bytes can be what a column of its type holds. */
final class ColumnCheck {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long DAY_MICROS = 86_400_000_000L;

  private ColumnCheck() {}

  /** What is wrong first, or null. */
  static @Nullable String problem(Column column) {
    int rows = column.length();
    MemorySegment validity = column.validity();
    if (validity != null && validity.byteSize() < (rows + 7L) >> 3) {
      return validity.byteSize() + " bytes of validity for " + rows + " rows";
    }
    String shape = column.offsets() == null ? fixed(column, rows) : variable(column, rows);
    return shape != null ? shape : values(column, rows);
  }

  private static @Nullable String fixed(Column column, int rows) {
    long wanted = column.type().layout().fixedBytes(rows);
    return column.data().byteSize() < wanted
        ? column.data().byteSize() + " bytes for " + rows + " rows, wanted " + wanted
        : null;
  }

  private static @Nullable String variable(Column column, int rows) {
    MemorySegment offsets = column.offsets();
    if (offsets == null || offsets.byteSize() < 4L * (rows + 1L)) {
      return "too few offsets for " + rows + " rows";
    }
    long end =
        column.type().layout() instanceof Layout.Lists
            ? column.elements().length()
            : column.data().byteSize();
    int last = 0;
    for (int row = 0; row <= rows; row++) {
      int at = offsets.getAtIndex(INT, row);
      if (at < last || at > end) {
        return "offset " + at + " of row " + row + " is not between " + last + " and " + end;
      }
      last = at;
    }
    return null;
  }

  private static @Nullable String values(Column column, int rows) {
    return switch (column.type()) {
      case SqlType.Varchar varchar -> text(column, rows);
      case SqlType.Array array -> {
        String problem = problem(column.elements());
        yield problem == null ? null : "elements: " + problem;
      }
      case SqlType.Vector vector -> finite(column, vector.element(), rows);
      case SqlType.Simple simple ->
          switch (simple) {
            case JSON -> text(column, rows);
            case TIME -> times(column, rows);
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DATE -> null;
            case TIMESTAMP, TIMESTAMP_TZ, UUID -> null;
          };
      case SqlType.Decimal decimal -> null;
      case SqlType.Varbinary varbinary -> null;
    };
  }

  private static @Nullable String text(Column column, int rows) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    for (int row = 0; row < rows; row++) {
      if (column.isNull(row)) {
        continue;
      }
      MemorySegment bytes = column.getUtf8(row);
      if (!isAscii(bytes)) {
        try {
          decoder.decode(bytes.asByteBuffer());
        } catch (CharacterCodingException e) {
          return "row " + row + " is no UTF-8";
        }
      }
    }
    return null;
  }

  private static boolean isAscii(MemorySegment bytes) {
    int all = 0;
    for (long i = 0; i < bytes.byteSize(); i++) {
      all |= bytes.get(JAVA_BYTE, i);
    }
    return all >= 0;
  }

  private static @Nullable String times(Column column, int rows) {
    for (int row = 0; row < rows; row++) {
      long micros = column.isNull(row) ? 0 : column.getLong(row);
      if (micros < 0 || micros >= DAY_MICROS) {
        return "row " + row + " is no time of a day: " + micros + " microseconds";
      }
    }
    return null;
  }

  private static @Nullable String finite(Column column, SqlType.Element element, int rows) {
    boolean floats =
        switch (element) {
          case FLOAT32, FLOAT16, BFLOAT16 -> true;
          case INT8, BINARY -> false;
        };
    for (int row = 0; floats && row < rows; row++) {
      if (!column.isNull(row) && !isFinite(column.getFloats(row))) {
        return "row " + row + " is a vector with an element that is no finite number";
      }
    }
    return null;
  }

  private static boolean isFinite(float[] vector) {
    float sum = 0;
    for (float element : vector) {
      // NaN for NaN and for infinity, else a zero.
      sum += element * 0;
    }
    return !Float.isNaN(sum);
  }
}
