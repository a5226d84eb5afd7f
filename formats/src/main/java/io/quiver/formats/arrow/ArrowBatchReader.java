package io.quiver.formats.arrow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.formats.InputFile;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Int128;
import io.quiver.types.Layout;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.BodyCompression;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Makes columns of one record batch. Every length that the batch declares is checked against what
 * its body holds before it is used.
 */
final class ArrowBatchReader {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final InputFile file;
  private final RecordBatch batch;
  private final MemorySegment body;
  private final Map<Long, Column> dictionaries;
  private final @Nullable BodyCompression compression;
  private int node;
  private int buffer;
  private int variadic;

  ArrowBatchReader(
      InputFile file, RecordBatch batch, MemorySegment body, Map<Long, Column> dictionaries) {
    this.file = file;
    this.batch = batch;
    this.body = body;
    this.dictionaries = dictionaries;
    this.compression = batch.compression();
  }

  List<Column> columns(List<ArrowColumn> schema) {
    List<Column> columns = new ArrayList<>();
    for (ArrowColumn column : schema) {
      Column read = column(column);
      if (read.length() != batch.length()) {
        throw file.damaged(
            "column \"" + column.name() + "\" has " + read.length() + " rows of " + batch.length());
      }
      columns.add(read);
    }
    return columns;
  }

  /** The values of a dictionary are those of a plain column. */
  Column column(ArrowColumn column) {
    Long dictionary = column.dictionary();
    if (dictionary == null) {
      return plain(column);
    }
    throw new QuiverException(
        ErrorCode.FEATURE_NOT_SUPPORTED,
        file.name()
            + ": column \""
            + column.name()
            + "\" has a dictionary within a list, which is not read");
  }

  /** Indices into a dictionary, and the values that they name. */
  Column decoded(ArrowColumn indices, long dictionary) {
    Column numbers = plain(indices);
    Column values = dictionaries.get(dictionary);
    if (values == null) {
      throw file.damaged("dictionary " + dictionary + " is missing");
    }
    int[] rows = new int[numbers.length()];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = numbers.isNull(i) ? -1 : (int) index(numbers, i);
      if (rows[i] >= values.length() || (rows[i] < 0 && !numbers.isNull(i))) {
        throw file.damaged(
            "index " + rows[i] + " into a dictionary of " + values.length() + " values");
      }
    }
    return values.gather(rows, rows.length, Arena.ofAuto());
  }

  private static long index(Column numbers, int row) {
    return ((Number) java.util.Objects.requireNonNull(numbers.get(row))).longValue();
  }

  private Column plain(ArrowColumn column) {
    if (node >= batch.nodesLength()) {
      throw file.damaged("a record batch without the column \"" + column.name() + "\"");
    }
    FieldNode here = batch.nodes(node++);
    long length = here.length();
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw file.damaged("column \"" + column.name() + "\" says that it has " + length + " rows");
    }
    int rows = (int) length;
    MemorySegment bits = next();
    MemorySegment validity =
        here.nullCount() == 0 || bits.byteSize() == 0
            ? null
            : checked(bits, (rows + 7L) >> 3, column);
    return switch (column.shape()) {
      case ArrowColumn.Shape.Same same ->
          Column.of(
              column.type(),
              rows,
              validity,
              checked(next(), column.type().layout().fixedBytes(rows), column),
              null);
      case ArrowColumn.Shape.Scaled scaled -> scaled(column, scaled, rows, validity);
      case ArrowColumn.Shape.Half half -> half(column, rows, validity);
      case ArrowColumn.Shape.Variable(boolean large) -> {
        MemorySegment offsets = offsets(next(), rows, large, column);
        MemorySegment data = next();
        checkEnd(offsets, rows, data.byteSize(), column);
        yield Column.of(column.type(), rows, validity, data, offsets);
      }
      case ArrowColumn.Shape.Views views -> views(column, rows, validity);
      case ArrowColumn.Shape.FixedBytes(int bytes) -> {
        MemorySegment data = checked(next(), (long) rows * bytes, column);
        yield Column.of(column.type(), rows, validity, data, evenOffsets(rows, bytes, column));
      }
      case ArrowColumn.Shape.Lists(boolean large) -> {
        MemorySegment offsets = offsets(next(), rows, large, column);
        Column values = column(column.children().getFirst());
        checkEnd(offsets, rows, values.length(), column);
        yield Column.ofLists((SqlType.Array) column.type(), rows, validity, offsets, values);
      }
      case ArrowColumn.Shape.FixedLists lists -> vectors(column, rows, validity);
    };
  }

  private Column vectors(ArrowColumn column, int rows, @Nullable MemorySegment validity) {
    SqlType.Vector type = (SqlType.Vector) column.type();
    ArrowColumn child = column.children().getFirst();
    FieldNode values = node < batch.nodesLength() ? batch.nodes(node) : null;
    if (values == null || values.length() < (long) rows * type.dimension()) {
      throw file.damaged("column \"" + column.name() + "\" has too few values");
    }
    boolean asStored =
        switch (type.element()) {
          case FLOAT32 -> child.type().equals(SqlType.REAL);
          case FLOAT16, BFLOAT16, INT8 -> true;
          case BINARY -> false;
        };
    if (asStored) {
      node++;
      MemorySegment bits = next();
      if (values.nullCount() > 0 && bits.byteSize() > 0) {
        checkWhole(column, rows, type.dimension(), validity, bits);
      }
      return Column.of(
          type, rows, validity, checked(next(), type.layout().fixedBytes(rows), column), null);
    }
    Column numbers = plain(child);
    long count = (long) rows * type.dimension();
    MemorySegment out = memory(4 * count);
    for (int i = 0; i < count; i++) {
      int row = i / type.dimension();
      boolean absent = validity != null && !isSet(validity, row);
      if (numbers.isNull(i) && !absent) {
        throw nullElement(column, row);
      }
      out.setAtIndex(FLOAT, i, absent ? 0 : ((Number) value(numbers, i)).floatValue());
    }
    return Column.of(type, rows, validity, out, null);
  }

  private static Object value(Column numbers, int row) {
    return java.util.Objects.requireNonNull(numbers.get(row));
  }

  /** A vector that is there has all its elements. */
  private void checkWhole(
      ArrowColumn column,
      int rows,
      int dimension,
      @Nullable MemorySegment validity,
      MemorySegment bits) {
    checked(bits, ((long) rows * dimension + 7) >> 3, column);
    for (int row = 0; row < rows; row++) {
      if (validity != null && !isSet(validity, row)) {
        continue;
      }
      for (long i = (long) row * dimension; i < (row + 1L) * dimension; i++) {
        if (!isSet(bits, i)) {
          throw nullElement(column, row);
        }
      }
    }
  }

  private QuiverException nullElement(ArrowColumn column, int row) {
    return new QuiverException(
        ErrorCode.NULL_VALUE_NOT_ALLOWED,
        file.name()
            + ": row "
            + (row + 1)
            + " of a record batch has a vector with a null element in column \""
            + column.name()
            + "\"");
  }

  private static boolean isSet(MemorySegment bits, long at) {
    return (bits.get(JAVA_BYTE, at >> 3) & (1 << (at & 7))) != 0;
  }

  private Column scaled(
      ArrowColumn column,
      ArrowColumn.Shape.Scaled scaled,
      int rows,
      @Nullable MemorySegment validity) {
    MemorySegment data = checked(next(), (long) rows * scaled.bytes(), column);
    ColumnBuilder out = new ColumnBuilder(column.type(), rows);
    for (int i = 0; i < rows; i++) {
      if (validity != null && !isSet(validity, i)) {
        out.appendNull();
        continue;
      }
      long raw =
          switch (scaled.bytes()) {
            case 1 -> data.get(JAVA_BYTE, i) & 0xFF;
            case 2 -> data.getAtIndex(SHORT, i) & 0xFFFF;
            case 4 ->
                scaled.signed()
                    ? data.getAtIndex(INT, i)
                    : Integer.toUnsignedLong(data.getAtIndex(INT, i));
            default -> data.getAtIndex(LONG, i);
          };
      append(column, scaled, raw, out);
    }
    return out.build();
  }

  private void append(
      ArrowColumn column, ArrowColumn.Shape.Scaled scaled, long raw, ColumnBuilder out) {
    long value;
    try {
      value = Math.floorDiv(Math.multiplyExact(raw, scaled.factor()), scaled.divisor());
    } catch (ArithmeticException e) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          file.name()
              + ": "
              + raw
              + " in column \""
              + column.name()
              + "\" is beyond "
              + column.type().sqlName());
    }
    switch (column.type().layout()) {
      case Layout.Fixed(int bytes) when bytes == 2 -> out.appendShort((short) value);
      case Layout.Fixed(int bytes) when bytes == 4 -> out.appendInt((int) value);
      case Layout.Fixed(int bytes) when bytes == 16 -> {
        BigInteger digits = new BigInteger(Long.toUnsignedString(value));
        out.appendDecimal(Int128.high(digits), Int128.low(digits));
      }
      default -> out.appendLong(value);
    }
  }

  private Column half(ArrowColumn column, int rows, @Nullable MemorySegment validity) {
    MemorySegment data = checked(next(), 2L * rows, column);
    MemorySegment out = memory(4L * rows);
    for (int i = 0; i < rows; i++) {
      out.setAtIndex(FLOAT, i, Float.float16ToFloat(data.getAtIndex(SHORT, i)));
    }
    return Column.of(column.type(), rows, validity, out, null);
  }

  /** Views: length, then the bytes themselves if 12 at most, else four of them, buffer, offset. */
  private Column views(ArrowColumn column, int rows, @Nullable MemorySegment validity) {
    MemorySegment views = checked(next(), 16L * rows, column);
    if (variadic >= batch.variadicBufferCountsLength()) {
      throw file.damaged("column \"" + column.name() + "\" does not say how many buffers it has");
    }
    long count = batch.variadicBufferCounts(variadic++);
    List<MemorySegment> buffers = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      buffers.add(next());
    }
    ColumnBuilder out = new ColumnBuilder(column.type(), rows);
    for (int row = 0; row < rows; row++) {
      long at = 16L * row;
      int length = views.get(INT, at);
      if (validity != null && !isSet(validity, row)) {
        out.appendNull();
      } else if (length >= 0 && length <= 12) {
        out.appendBytes(views.asSlice(at + 4, length));
      } else {
        int index = views.get(INT, at + 8);
        int from = views.get(INT, at + 12);
        if (length < 0
            || index < 0
            || index >= buffers.size()
            || from < 0
            || (long) from + length > buffers.get(index).byteSize()) {
          throw file.damaged("a view of column \"" + column.name() + "\" leads nowhere");
        }
        out.appendBytes(buffers.get(index).asSlice(from, length));
      }
    }
    return out.build();
  }

  private MemorySegment evenOffsets(int rows, int bytes, ArrowColumn column) {
    if ((long) rows * bytes > Integer.MAX_VALUE) {
      throw tooLarge(column);
    }
    MemorySegment offsets = memory(4L * (rows + 1L));
    for (int i = 0; i <= rows; i++) {
      offsets.setAtIndex(INT, i, i * bytes);
    }
    return offsets;
  }

  /** Offsets that only go up, as 32-bit ones. An empty column may have none. */
  private MemorySegment offsets(MemorySegment found, int rows, boolean large, ArrowColumn column) {
    if (rows == 0 && found.byteSize() == 0) {
      return memory(4);
    }
    MemorySegment wide = checked(found, (rows + 1L) * (large ? 8 : 4), column);
    MemorySegment offsets = large ? memory(4L * (rows + 1L)) : wide;
    long last = 0;
    for (int i = 0; i <= rows; i++) {
      long offset = large ? wide.getAtIndex(LONG, i) : wide.getAtIndex(INT, i);
      if (offset < last) {
        throw file.damaged("an offset of column \"" + column.name() + "\" goes back");
      }
      if (offset > Integer.MAX_VALUE) {
        throw tooLarge(column);
      }
      if (large) {
        offsets.setAtIndex(INT, i, (int) offset);
      }
      last = offset;
    }
    return offsets;
  }

  private void checkEnd(MemorySegment offsets, int rows, long available, ArrowColumn column) {
    if (offsets.getAtIndex(INT, rows) > available) {
      throw file.damaged("column \"" + column.name() + "\" has less data than its offsets say");
    }
  }

  private QuiverException tooLarge(ArrowColumn column) {
    return new QuiverException(
        ErrorCode.PROGRAM_LIMIT_EXCEEDED,
        file.name() + ": a record batch has more than 2 GiB in column \"" + column.name() + "\"");
  }

  private MemorySegment checked(MemorySegment found, long bytes, ArrowColumn column) {
    if (found.byteSize() < bytes) {
      throw file.damaged(
          "column \""
              + column.name()
              + "\" needs "
              + bytes
              + " bytes, its buffer has "
              + found.byteSize());
    }
    return found;
  }

  private MemorySegment next() {
    if (buffer >= batch.buffersLength()) {
      throw file.damaged("a record batch with too few buffers");
    }
    Buffer here = batch.buffers(buffer++);
    long from = here.offset();
    long length = here.length();
    if (from < 0 || length < 0 || length > body.byteSize() - from) {
      throw file.damaged(
          "a buffer of "
              + length
              + " bytes at "
              + from
              + " in a body of "
              + body.byteSize()
              + " bytes");
    }
    MemorySegment bytes = body.asSlice(from, length);
    BodyCompression codec = compression;
    return codec == null || length == 0 ? bytes : ArrowCodecs.expand(file, bytes, codec.codec());
  }

  private static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(Math.max(bytes, 8), 64);
  }
}
