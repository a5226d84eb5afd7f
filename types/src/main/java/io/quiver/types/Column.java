package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An immutable run of values of one type in Arrow's memory layout, little-endian.
 *
 * <p>Buffers: {@code validity} is a bitmap, bit {@code i & 7} of byte {@code i >> 3} set where row
 * i is not null, and absent when no row is null. {@code data} holds, for BOOLEAN, a bitmap of the
 * same shape; TINYINT 1, SMALLINT 2, INTEGER and DATE (days since 1970-01-01) 4 bytes; BIGINT, TIME
 * (microseconds since midnight) and the TIMESTAMPs (microseconds since 1970-01-01T00:00, in UTC for
 * the one with a time zone) 8 bytes; REAL 4 and DOUBLE 8 bytes; DECIMAL its digits as a 128-bit
 * two's complement integer; UUID 16 bytes in the order in which it is written; VECTOR the packed
 * elements of a row without padding ({@link VectorElements}); VARCHAR and JSON UTF-8 bytes and
 * VARBINARY bytes, where row i lies between {@code offsets[i]} and {@code offsets[i + 1]} (32-bit).
 * ARRAY has offsets too, which count rows of its {@code elements}, and an empty data buffer.
 * Whatever lies under a null row is unspecified.
 *
 * <p>All buffers are native memory, never heap arrays: one kind of memory keeps the kernels' loops
 * monomorphic. Whoever allocated them keeps them alive; by default that is the garbage collector.
 */
public final class Column {
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** UUIDs are written from the highest byte to the lowest. */
  static final ValueLayout.OfLong BIG_ENDIAN_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);

  private final SqlType type;
  private final int length;
  private final @Nullable MemorySegment validity;
  private final MemorySegment data;
  private final @Nullable MemorySegment offsets;
  private final @Nullable Column elements;
  private final long stride;

  private Column(
      SqlType type,
      int length,
      @Nullable MemorySegment validity,
      MemorySegment data,
      @Nullable MemorySegment offsets,
      @Nullable Column elements) {
    this.type = type;
    this.length = length;
    this.validity = validity;
    this.data = data;
    this.offsets = offsets;
    this.elements = elements;
    this.stride = type.layout() instanceof Layout.Fixed(int bytes) ? bytes : 0;
  }

  /**
   * Wraps buffers laid out as the class says; nothing is copied.
   *
   * @param offsets present for types of {@link Layout.Variable variable} length, of {@code length +
   *     1} entries
   */
  public static Column of(
      SqlType type,
      int length,
      @Nullable MemorySegment validity,
      MemorySegment data,
      @Nullable MemorySegment offsets) {
    if (type.layout() instanceof Layout.Lists
        || type.layout() instanceof Layout.Variable != (offsets != null)) {
      throw new IllegalArgumentException("offsets do not fit to " + type);
    }
    return new Column(type, length, validity, data, offsets, null);
  }

  /**
   * Wraps the buffers of an ARRAY; nothing is copied.
   *
   * @param offsets rows of {@code elements}, {@code length + 1} entries
   */
  public static Column ofLists(
      SqlType.Array type,
      int length,
      @Nullable MemorySegment validity,
      MemorySegment offsets,
      Column elements) {
    if (!elements.type().equals(type.element())) {
      throw new IllegalArgumentException(elements.type() + " as elements of " + type);
    }
    return new Column(type, length, validity, MemorySegment.NULL, offsets, elements);
  }

  public SqlType type() {
    return type;
  }

  public int length() {
    return length;
  }

  public @Nullable MemorySegment validity() {
    return validity;
  }

  public MemorySegment data() {
    return data;
  }

  public @Nullable MemorySegment offsets() {
    return offsets;
  }

  /**
   * The values of all rows of an ARRAY, one after the other.
   *
   * @throws IllegalStateException for any other type
   */
  public Column elements() {
    if (elements == null) {
      throw new IllegalStateException(type + " has no elements");
    }
    return elements;
  }

  /** The row of {@link #elements} at which an ARRAY row begins. */
  public int elementsFrom(int row) {
    return requireOffsets().getAtIndex(INT, row);
  }

  /** The row of {@link #elements} before which an ARRAY row ends. */
  public int elementsTo(int row) {
    return requireOffsets().getAtIndex(INT, row + 1L);
  }

  /** Rows {@code from} to {@code to} of {@link #elements}, copied unless they are all of them. */
  public Column elementsBetween(int from, int to) {
    Column all = elements();
    if (from == 0) {
      return all.length == to ? all : all.slice(0, to);
    }
    int[] rows = new int[to - from];
    Arrays.setAll(rows, i -> from + i);
    return all.gather(rows, rows.length, Arena.ofAuto());
  }

  /** True when a row may be null; false promises that none is. */
  public boolean mayHaveNulls() {
    return validity != null;
  }

  public boolean isNull(int row) {
    return validity != null && !bit(validity, row);
  }

  public boolean getBoolean(int row) {
    return bit(data, row);
  }

  public byte getByte(int row) {
    return data.get(JAVA_BYTE, row);
  }

  public short getShort(int row) {
    return data.getAtIndex(SHORT, row);
  }

  /** An INTEGER, or a DATE in days since 1970-01-01. */
  public int getInt(int row) {
    return data.getAtIndex(INT, row);
  }

  /** A BIGINT, a TIME in microseconds, or a TIMESTAMP in microseconds since 1970-01-01T00:00. */
  public long getLong(int row) {
    return data.getAtIndex(LONG, row);
  }

  public float getFloat(int row) {
    return data.getAtIndex(FLOAT, row);
  }

  public double getDouble(int row) {
    return data.getAtIndex(DOUBLE, row);
  }

  /** The lower 64 bits of a DECIMAL's digits. */
  public long getDecimalLow(int row) {
    return data.getAtIndex(LONG, 2L * row);
  }

  /** The upper 64 bits of a DECIMAL's digits. */
  public long getDecimalHigh(int row) {
    return data.getAtIndex(LONG, 2L * row + 1);
  }

  public BigDecimal getDecimal(int row) {
    long low = getDecimalLow(row);
    long high = getDecimalHigh(row);
    int scale = type instanceof SqlType.Decimal decimal ? decimal.scale() : 0;
    return high == low >> 63
        ? BigDecimal.valueOf(low, scale)
        : new BigDecimal(Int128.toBigInteger(high, low), scale);
  }

  public UUID getUuid(int row) {
    return new UUID(data.get(BIG_ENDIAN_LONG, 16L * row), data.get(BIG_ENDIAN_LONG, 16L * row + 8));
  }

  /** The bytes of a row of fixed or variable length, as a view. */
  public MemorySegment getBytes(int row) {
    if (stride > 0) {
      return data.asSlice(row * stride, stride);
    }
    MemorySegment starts = requireOffsets();
    long from = starts.getAtIndex(INT, row);
    return data.asSlice(from, starts.getAtIndex(INT, row + 1L) - from);
  }

  /** The UTF-8 bytes of a VARCHAR or JSON row, as a view. */
  public MemorySegment getUtf8(int row) {
    return getBytes(row);
  }

  public String getString(int row) {
    return new String(getUtf8(row).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** The packed elements of a VECTOR row, as a view. */
  public MemorySegment getVector(int row) {
    return data.asSlice(row * stride, stride);
  }

  /** The numbers of a VECTOR row, whatever its element. */
  public float[] getFloats(int row) {
    SqlType.Vector vector = (SqlType.Vector) type;
    return vector.element() == SqlType.Element.FLOAT32
        ? getVector(row).toArray(FLOAT)
        : VectorElements.decode(getVector(row), vector.element(), vector.dimension());
  }

  /** The elements of an ARRAY row as Java values, nulls among them. */
  public List<@Nullable Object> getList(int row) {
    MemorySegment starts = requireOffsets();
    Column values = elements();
    int to = starts.getAtIndex(INT, row + 1L);
    List<@Nullable Object> list = new ArrayList<>();
    for (int i = starts.getAtIndex(INT, row); i < to; i++) {
      list.add(values.get(i));
    }
    return Collections.unmodifiableList(list);
  }

  /** The row as the Java value that {@link SqlType} names, or null. */
  public @Nullable Object get(int row) {
    if (isNull(row)) {
      return null;
    }
    return switch (type) {
      case SqlType.Simple simple -> getSimple(simple, row);
      case SqlType.Decimal decimal -> getDecimal(row);
      case SqlType.Varchar varchar -> getString(row);
      case SqlType.Varbinary varbinary -> getBytes(row).toArray(JAVA_BYTE);
      case SqlType.Array array -> getList(row);
      case SqlType.Vector vector ->
          switch (vector.element()) {
            case FLOAT32, FLOAT16, BFLOAT16 -> getFloats(row);
            case INT8, BINARY -> getVector(row).toArray(JAVA_BYTE);
          };
    };
  }

  private Object getSimple(SqlType.Simple simple, int row) {
    return switch (simple) {
      case BOOLEAN -> getBoolean(row);
      case TINYINT -> getByte(row);
      case SMALLINT -> getShort(row);
      case INTEGER -> getInt(row);
      case BIGINT -> getLong(row);
      case REAL -> getFloat(row);
      case DOUBLE -> getDouble(row);
      case DATE -> LocalDate.ofEpochDay(getInt(row));
      case TIME -> LocalTime.ofNanoOfDay(getLong(row) * 1_000);
      case TIMESTAMP -> timestamp(getLong(row));
      case TIMESTAMP_TZ -> timestamp(getLong(row)).toInstant(ZoneOffset.UTC);
      case UUID -> getUuid(row);
      case JSON -> getString(row);
    };
  }

  /**
   * Rows {@code from} to {@code from + count}, sharing this column's buffers.
   *
   * @param from a multiple of 8, so that bitmaps need no shifting
   */
  public Column slice(int from, int count) {
    if ((from & 7) != 0 || from < 0 || count < 0 || from + count > length) {
      throw new IllegalArgumentException("slice " + from + " + " + count + " of " + length);
    }
    MemorySegment bits = validity == null ? null : validity.asSlice(from >> 3);
    if (offsets != null) {
      return new Column(type, count, bits, data, offsets.asSlice(from * 4L), elements);
    }
    return new Column(type, count, bits, data.asSlice(type.layout().fixedBytes(from)), null, null);
  }

  /** A copy of the given rows, in the given order; -1 gives a null. */
  public Column gather(int[] rows, int count, SegmentAllocator allocator) {
    MemorySegment bits = gatherValidity(rows, count, allocator);
    return switch (type.layout()) {
      case Layout.Variable variable -> gatherText(rows, count, bits, allocator);
      case Layout.Lists lists -> gatherLists(rows, count, bits, allocator);
      case Layout.Bits booleans -> {
        MemorySegment out = allocate(allocator, (count + 7L) >> 3);
        gatherBits(rows, count, out);
        yield new Column(type, count, bits, out, null, null);
      }
      case Layout.Fixed fixed -> {
        MemorySegment out = allocate(allocator, fixed.fixedBytes(count));
        gatherFixed(rows, count, out);
        yield new Column(type, count, bits, out, null, null);
      }
    };
  }

  private void gatherFixed(int[] rows, int count, MemorySegment out) {
    if (stride == 4) {
      for (int i = 0; i < count; i++) {
        out.setAtIndex(INT, i, rows[i] < 0 ? 0 : data.getAtIndex(INT, rows[i]));
      }
    } else if (stride == 8) {
      for (int i = 0; i < count; i++) {
        out.setAtIndex(LONG, i, rows[i] < 0 ? 0 : data.getAtIndex(LONG, rows[i]));
      }
    } else {
      for (int i = 0; i < count; i++) {
        if (rows[i] >= 0) {
          MemorySegment.copy(data, rows[i] * stride, out, i * stride, stride);
        }
      }
    }
  }

  private @Nullable MemorySegment gatherValidity(
      int[] rows, int count, SegmentAllocator allocator) {
    MemorySegment bits = null;
    for (int i = 0; i < count; i++) {
      if (rows[i] < 0 || isNull(rows[i])) {
        if (bits == null) {
          bits = allocate(allocator, (count + 7L) >> 3).fill((byte) 0xFF);
        }
        int at = i >> 3;
        bits.set(JAVA_BYTE, at, (byte) (bits.get(JAVA_BYTE, at) & ~(1 << (i & 7))));
      }
    }
    return bits;
  }

  private void gatherBits(int[] rows, int count, MemorySegment out) {
    out.fill((byte) 0);
    for (int i = 0; i < count; i++) {
      if (rows[i] >= 0 && bit(data, rows[i])) {
        int at = i >> 3;
        out.set(JAVA_BYTE, at, (byte) (out.get(JAVA_BYTE, at) | (1 << (i & 7))));
      }
    }
  }

  private Column gatherText(
      int[] rows, int count, @Nullable MemorySegment bits, SegmentAllocator allocator) {
    MemorySegment starts = requireOffsets();
    MemorySegment outStarts = gatherOffsets(rows, count, allocator);
    long length = outStarts.getAtIndex(INT, count);
    MemorySegment out = allocate(allocator, length);
    for (int i = 0; i < count; i++) {
      long to = outStarts.getAtIndex(INT, i);
      long bytes = outStarts.getAtIndex(INT, i + 1L) - to;
      if (bytes > 0) {
        MemorySegment.copy(data, starts.getAtIndex(INT, rows[i]), out, to, bytes);
      }
    }
    return new Column(type, count, bits, out, outStarts, null);
  }

  private Column gatherLists(
      int[] rows, int count, @Nullable MemorySegment bits, SegmentAllocator allocator) {
    MemorySegment starts = requireOffsets();
    MemorySegment outStarts = gatherOffsets(rows, count, allocator);
    int[] elementRows = new int[outStarts.getAtIndex(INT, count)];
    for (int i = 0; i < count; i++) {
      int to = outStarts.getAtIndex(INT, i);
      int end = outStarts.getAtIndex(INT, i + 1L);
      for (int from = to < end ? starts.getAtIndex(INT, rows[i]) : 0; to < end; from++) {
        elementRows[to++] = from;
      }
    }
    Column gathered = elements().gather(elementRows, elementRows.length, allocator);
    return new Column(type, count, bits, data, outStarts, gathered);
  }

  /** Where the gathered rows begin and end, null ones empty. */
  private MemorySegment gatherOffsets(int[] rows, int count, SegmentAllocator allocator) {
    MemorySegment starts = requireOffsets();
    MemorySegment outStarts = allocate(allocator, 4L * (count + 1L));
    outStarts.setAtIndex(INT, 0, 0);
    long length = 0;
    for (int i = 0; i < count; i++) {
      if (rows[i] >= 0 && !isNull(rows[i])) {
        length += starts.getAtIndex(INT, rows[i] + 1L) - (long) starts.getAtIndex(INT, rows[i]);
        if (length > Integer.MAX_VALUE) {
          throw new QuiverException(
              ErrorCode.PROGRAM_LIMIT_EXCEEDED,
              "a column of a batch holds at most 2 GiB of text or bytes, and 2^31 - 1 elements");
        }
      }
      outStarts.setAtIndex(INT, i + 1L, (int) length);
    }
    return outStarts;
  }

  private static MemorySegment allocate(SegmentAllocator allocator, long bytes) {
    return allocator.allocate(Math.max(bytes, 8), ColumnBuilder.ALIGNMENT);
  }

  /** Bytes that the rows take in their buffers, for memory accounting. */
  public long sizeInBytes() {
    long bits = validity == null ? 0 : (length + 7L) >> 3;
    if (offsets == null) {
      return bits + type.layout().fixedBytes(length);
    }
    long entries = offsets.getAtIndex(INT, length) - (long) offsets.getAtIndex(INT, 0);
    if (elements == null) {
      return bits + 4L * (length + 1) + entries;
    }
    long all = Math.max(elements.length(), 1);
    return bits + 4L * (length + 1) + elements.sizeInBytes() * entries / all;
  }

  /** A TIMESTAMP from its microseconds since 1970-01-01T00:00. */
  public static LocalDateTime timestamp(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L),
        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
        ZoneOffset.UTC);
  }

  /** Microseconds since 1970-01-01T00:00; nanoseconds are cut off. */
  public static long micros(LocalDateTime time) {
    return ChronoUnit.MICROS.between(EPOCH, time);
  }

  private MemorySegment requireOffsets() {
    if (offsets == null) {
      throw new IllegalStateException(type + " has no offsets");
    }
    return offsets;
  }

  private static boolean bit(MemorySegment bits, int row) {
    return (bits.get(JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }
}
