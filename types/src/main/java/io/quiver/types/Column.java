package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * An immutable run of values of one type in Arrow's memory layout, little-endian.
 *
 * <p>Buffers: {@code validity} is a bitmap, bit {@code i & 7} of byte {@code i >> 3} set where row
 * i is not null, and absent when no row is null. {@code data} holds, for BOOLEAN, a bitmap of the
 * same shape; INTEGER and DATE (days since 1970-01-01), 4 bytes; BIGINT and TIMESTAMP (microseconds
 * since 1970-01-01T00:00), 8 bytes; REAL 4 and DOUBLE 8 bytes; VECTOR, {@code dimension} floats a
 * row without padding; VARCHAR, UTF-8 bytes, where row i lies between {@code offsets[i]} and {@code
 * offsets[i + 1]} (32-bit). Whatever lies under a null row is unspecified.
 *
 * <p>All buffers are native memory, never heap arrays: one kind of memory keeps the kernels' loops
 * monomorphic. Whoever allocated them keeps them alive; by default that is the garbage collector.
 */
public final class Column {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);

  private final SqlType type;
  private final int length;
  private final @Nullable MemorySegment validity;
  private final MemorySegment data;
  private final @Nullable MemorySegment offsets;
  private final long stride;

  private Column(
      SqlType type,
      int length,
      @Nullable MemorySegment validity,
      MemorySegment data,
      @Nullable MemorySegment offsets) {
    this.type = type;
    this.length = length;
    this.validity = validity;
    this.data = data;
    this.offsets = offsets;
    this.stride = type instanceof SqlType.Vector v ? (long) v.dimension() * v.element().bytes() : 0;
  }

  /**
   * Wraps buffers laid out as the class says; nothing is copied.
   *
   * @param offsets present for VARCHAR alone, of {@code length + 1} entries
   */
  public static Column of(
      SqlType type,
      int length,
      @Nullable MemorySegment validity,
      MemorySegment data,
      @Nullable MemorySegment offsets) {
    if ((type instanceof SqlType.Varchar) != (offsets != null)) {
      throw new IllegalArgumentException("offsets belong to VARCHAR alone, found " + type);
    }
    return new Column(type, length, validity, data, offsets);
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

  /** An INTEGER, or a DATE in days since 1970-01-01. */
  public int getInt(int row) {
    return data.getAtIndex(INT, row);
  }

  /** A BIGINT, or a TIMESTAMP in microseconds since 1970-01-01T00:00. */
  public long getLong(int row) {
    return data.getAtIndex(LONG, row);
  }

  public float getFloat(int row) {
    return data.getAtIndex(FLOAT, row);
  }

  public double getDouble(int row) {
    return data.getAtIndex(DOUBLE, row);
  }

  /** The UTF-8 bytes of a VARCHAR row, as a view. */
  public MemorySegment getUtf8(int row) {
    MemorySegment starts = textOffsets();
    long from = starts.getAtIndex(INT, row);
    return data.asSlice(from, starts.getAtIndex(INT, row + 1L) - from);
  }

  public String getString(int row) {
    return new String(getUtf8(row).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /** The packed little-endian elements of a VECTOR row, as a view. */
  public MemorySegment getVector(int row) {
    return data.asSlice(row * stride, stride);
  }

  public float[] getFloats(int row) {
    return getVector(row).toArray(FLOAT);
  }

  /** The row as the Java value that {@link SqlType} names, or null. */
  public @Nullable Object get(int row) {
    if (isNull(row)) {
      return null;
    }
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> getBoolean(row);
            case INTEGER -> getInt(row);
            case BIGINT -> getLong(row);
            case REAL -> getFloat(row);
            case DOUBLE -> getDouble(row);
            case DATE -> LocalDate.ofEpochDay(getInt(row));
            case TIMESTAMP -> timestamp(getLong(row));
          };
      case SqlType.Varchar varchar -> getString(row);
      case SqlType.Vector vector -> getFloats(row);
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
    if (type instanceof SqlType.Varchar) {
      return new Column(type, count, bits, data, textOffsets().asSlice(from * 4L));
    }
    return new Column(type, count, bits, data.asSlice(dataBytes(type, from)), null);
  }

  /** A copy of the given rows, in the given order; -1 gives a null. */
  public Column gather(int[] rows, int count, SegmentAllocator allocator) {
    MemorySegment bits = gatherValidity(rows, count, allocator);
    return switch (type) {
      case SqlType.Varchar varchar -> gatherText(rows, count, bits, allocator);
      case SqlType.Vector vector -> {
        MemorySegment out = allocate(allocator, dataBytes(type, count));
        for (int i = 0; i < count; i++) {
          if (rows[i] >= 0) {
            MemorySegment.copy(data, rows[i] * stride, out, i * stride, stride);
          }
        }
        yield new Column(type, count, bits, out, null);
      }
      case SqlType.Simple simple -> {
        MemorySegment out = allocate(allocator, dataBytes(type, count));
        switch (simple) {
          case BOOLEAN -> gatherBits(rows, count, out);
          case INTEGER, REAL, DATE -> {
            for (int i = 0; i < count; i++) {
              out.setAtIndex(INT, i, rows[i] < 0 ? 0 : data.getAtIndex(INT, rows[i]));
            }
          }
          case BIGINT, DOUBLE, TIMESTAMP -> {
            for (int i = 0; i < count; i++) {
              out.setAtIndex(LONG, i, rows[i] < 0 ? 0 : data.getAtIndex(LONG, rows[i]));
            }
          }
        }
        yield new Column(type, count, bits, out, null);
      }
    };
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
    MemorySegment starts = textOffsets();
    MemorySegment outStarts = allocate(allocator, 4L * (count + 1L));
    outStarts.setAtIndex(INT, 0, 0);
    long length = 0;
    for (int i = 0; i < count; i++) {
      if (rows[i] >= 0 && !isNull(rows[i])) {
        length += starts.getAtIndex(INT, rows[i] + 1L) - (long) starts.getAtIndex(INT, rows[i]);
        if (length > Integer.MAX_VALUE) {
          throw new QuiverException(
              ErrorCode.PROGRAM_LIMIT_EXCEEDED, "a text column of a batch holds at most 2 GiB");
        }
      }
      outStarts.setAtIndex(INT, i + 1L, (int) length);
    }
    MemorySegment out = allocate(allocator, length);
    for (int i = 0; i < count; i++) {
      long to = outStarts.getAtIndex(INT, i);
      long bytes = outStarts.getAtIndex(INT, i + 1L) - to;
      if (bytes > 0) {
        MemorySegment.copy(data, starts.getAtIndex(INT, rows[i]), out, to, bytes);
      }
    }
    return new Column(type, count, bits, out, outStarts);
  }

  private static MemorySegment allocate(SegmentAllocator allocator, long bytes) {
    return allocator.allocate(Math.max(bytes, 8), ColumnBuilder.ALIGNMENT);
  }

  /** Bytes that the rows take in their buffers, for memory accounting. */
  public long sizeInBytes() {
    long bits = validity == null ? 0 : (length + 7L) >> 3;
    if (type instanceof SqlType.Varchar) {
      MemorySegment starts = textOffsets();
      long text = starts.getAtIndex(INT, length) - (long) starts.getAtIndex(INT, 0);
      return bits + 4L * (length + 1) + text;
    }
    return bits + dataBytes(type, length);
  }

  /** Bytes of the data buffer for {@code rows} rows of a type other than VARCHAR. */
  static long dataBytes(SqlType type, long rows) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> (rows + 7) >> 3;
            case INTEGER, REAL, DATE -> rows * 4;
            case BIGINT, DOUBLE, TIMESTAMP -> rows * 8;
          };
      case SqlType.Vector vector -> rows * vector.dimension() * vector.element().bytes();
      case SqlType.Varchar varchar ->
          throw new IllegalArgumentException("VARCHAR has no fixed width");
    };
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

  private MemorySegment textOffsets() {
    if (offsets == null) {
      throw new IllegalStateException(type + " has no text");
    }
    return offsets;
  }

  private static boolean bit(MemorySegment bits, int row) {
    return (bits.get(JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }
}
