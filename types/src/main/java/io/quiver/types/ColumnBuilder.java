package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Appends values and gives an immutable {@link Column}. Owned by one thread, used once. */
public final class ColumnBuilder {
  /** A cache line, and the widest vector register. */
  static final long ALIGNMENT = 64;

  private final SqlType type;
  private final SegmentAllocator allocator;
  private int length;
  private int capacity;
  private long textLength;
  private MemorySegment data;
  private @Nullable MemorySegment offsets;
  private @Nullable MemorySegment validity;
  private final @Nullable ColumnBuilder elements;

  /** A builder whose column lives as long as it is reachable. */
  public ColumnBuilder(SqlType type, int expectedRows) {
    this(type, expectedRows, new SmallMemory());
  }

  public ColumnBuilder(SqlType type, int expectedRows, SegmentAllocator allocator) {
    this.type = type;
    this.allocator = allocator;
    // A vector is large: one more is no small change.
    this.capacity = Math.max(type instanceof SqlType.Vector ? 1 : 8, expectedRows);
    Layout layout = type.layout();
    if (layout.hasOffsets()) {
      offsets = allocate(4L * (capacity + 1));
      offsets.setAtIndex(Column.INT, 0, 0);
    }
    if (layout instanceof Layout.Lists(SqlType element)) {
      elements = new ColumnBuilder(element, capacity, allocator);
      data = MemorySegment.NULL;
    } else {
      elements = null;
      data = allocate(offsets != null ? capacity * 16L : layout.fixedBytes(capacity));
    }
  }

  public SqlType type() {
    return type;
  }

  public int length() {
    return length;
  }

  public void appendNull() {
    int row = next();
    if (validity == null) {
      validity = allocate((capacity + 7L) >> 3);
      validity.fill((byte) 0xFF);
    }
    int at = row >> 3;
    validity.set(JAVA_BYTE, at, (byte) (validity.get(JAVA_BYTE, at) & ~(1 << (row & 7))));
    if (offsets != null) {
      offsets.setAtIndex(
          Column.INT, row + 1L, elements == null ? (int) textLength : elements.length);
    }
  }

  public void appendBoolean(boolean value) {
    int row = next();
    int at = row >> 3;
    int mask = 1 << (row & 7);
    int old = data.get(JAVA_BYTE, at);
    data.set(JAVA_BYTE, at, (byte) (value ? old | mask : old & ~mask));
  }

  public void appendByte(byte value) {
    int row = next();
    data.set(JAVA_BYTE, row, value);
  }

  public void appendShort(short value) {
    int row = next();
    data.setAtIndex(Column.SHORT, row, value);
  }

  /** An INTEGER, or a DATE in days. */
  public void appendInt(int value) {
    int row = next();
    data.setAtIndex(Column.INT, row, value);
  }

  /** A BIGINT, or a TIME or TIMESTAMP in microseconds. */
  public void appendLong(long value) {
    int row = next();
    data.setAtIndex(Column.LONG, row, value);
  }

  public void appendFloat(float value) {
    int row = next();
    data.setAtIndex(Column.FLOAT, row, value);
  }

  public void appendDouble(double value) {
    int row = next();
    data.setAtIndex(Column.DOUBLE, row, value);
  }

  /** A DECIMAL's digits, which the caller has checked to fit into the precision. */
  public void appendDecimal(long high, long low) {
    int row = next();
    data.setAtIndex(Column.LONG, 2L * row, low);
    data.setAtIndex(Column.LONG, 2L * row + 1, high);
  }

  /**
   * A DECIMAL, rounded half away from zero to the column's scale.
   *
   * @throws QuiverException 22003 when it has too many digits before the point
   */
  public void appendDecimal(BigDecimal value) {
    BigInteger digits = Int128.digits(value, (SqlType.Decimal) type);
    appendDecimal(Int128.high(digits), Int128.low(digits));
  }

  public void appendUuid(UUID value) {
    int row = next();
    data.set(Column.BIG_ENDIAN_LONG, 16L * row, value.getMostSignificantBits());
    data.set(Column.BIG_ENDIAN_LONG, 16L * row + 8, value.getLeastSignificantBits());
  }

  public void appendString(String value) {
    appendBytes(MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Text as UTF-8 bytes, copied. */
  public void appendUtf8(MemorySegment utf8) {
    appendBytes(utf8);
  }

  /** The bytes of a row of variable length, copied. */
  public void appendBytes(MemorySegment bytes) {
    int row = next();
    long end = textLength + bytes.byteSize();
    if (end > Integer.MAX_VALUE) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a column of a batch holds at most 2 GiB of text or bytes");
    }
    if (end > data.byteSize()) {
      data = grow(data, Math.max(end, data.byteSize() * 2));
    }
    MemorySegment.copy(bytes, 0, data, textLength, bytes.byteSize());
    textLength = end;
    if (offsets == null) {
      throw new IllegalStateException("bytes appended to a column of type " + type);
    }
    offsets.setAtIndex(Column.INT, row + 1L, (int) end);
  }

  /**
   * A vector whose length is the column's dimension, in whatever element the column has; copied.
   *
   * @throws QuiverException 22000 for another dimension, 22003 for a number that the element cannot
   *     hold
   */
  public void appendVector(float[] value) {
    SqlType.Vector vector = checkDimension(value.length);
    if (vector.element() == SqlType.Element.FLOAT32) {
      int row = next();
      MemorySegment.copy(value, 0, data, Column.FLOAT, 4L * row * value.length, value.length);
      return;
    }
    int bytes = vector.element().bytes(value.length);
    MemorySegment packed = MemorySegment.ofArray(new byte[bytes]);
    VectorElements.encode(value, vector.element(), packed, 0);
    appendFixed(packed);
  }

  /** A vector as packed elements of the column's type; copied. */
  public void appendVector(MemorySegment packed) {
    if (!(type instanceof SqlType.Vector vector)
        || vector.element().bytes(vector.dimension()) != packed.byteSize()) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + type.sqlName() + ", found a vector of " + packed.byteSize() + " bytes");
    }
    appendFixed(packed);
  }

  private void appendFixed(MemorySegment bytes) {
    int row = next();
    MemorySegment.copy(bytes, 0, data, row * bytes.byteSize(), bytes.byteSize());
  }

  /** An ARRAY of the elements' Java values, nulls among them. */
  public void appendList(List<? extends @Nullable Object> values) {
    ColumnBuilder inner = elements();
    for (Object value : values) {
      inner.append(value);
    }
    endList();
  }

  /**
   * Where the elements of an ARRAY are appended before {@link #endList}.
   *
   * @throws IllegalStateException for any other type
   */
  public ColumnBuilder elements() {
    if (elements == null) {
      throw new IllegalStateException(type + " has no elements");
    }
    return elements;
  }

  /** An ARRAY row of the elements appended since the last row. */
  public void endList() {
    int row = next();
    MemorySegment starts = offsets;
    if (starts == null) {
      throw new IllegalStateException(type + " has no offsets");
    }
    starts.setAtIndex(Column.INT, row + 1L, elements().length);
  }

  /** Appends a row of a column of the same kind of type. */
  public void appendFrom(Column source, int row) {
    if (source.isNull(row)) {
      appendNull();
      return;
    }
    switch (type.layout()) {
      case Layout.Bits bits -> appendBoolean(source.getBoolean(row));
      case Layout.Variable variable -> appendBytes(source.getBytes(row));
      case Layout.Fixed(int bytes) -> {
        switch (bytes) {
          case 4 -> appendInt(source.getInt(row));
          case 8 -> appendLong(source.getLong(row));
          default -> {
            if (type instanceof SqlType.Vector) {
              appendVector(source.getVector(row));
            } else {
              appendFixed(source.getBytes(row));
            }
          }
        }
      }
      case Layout.Lists lists -> {
        MemorySegment starts = source.offsets();
        if (starts == null) {
          throw new IllegalStateException(source.type() + " has no offsets");
        }
        int to = starts.getAtIndex(Column.INT, row + 1L);
        for (int i = starts.getAtIndex(Column.INT, row); i < to; i++) {
          elements().appendFrom(source.elements(), i);
        }
        endList();
      }
    }
  }

  /** Appends the Java value that {@link SqlType} names for this column's type, or null. */
  public void append(@Nullable Object value) {
    if (value == null) {
      appendNull();
      return;
    }
    switch (type) {
      case SqlType.Simple simple -> appendSimple(simple, value);
      case SqlType.Decimal decimal -> appendDecimal((BigDecimal) value);
      case SqlType.Varchar varchar -> appendString((String) value);
      case SqlType.Varbinary varbinary -> appendBytes(MemorySegment.ofArray((byte[]) value));
      case SqlType.Array array -> appendList((List<?>) value);
      case SqlType.Vector vector -> {
        if (value instanceof byte[] packed) {
          appendVector(MemorySegment.ofArray(packed));
        } else {
          appendVector((float[]) value);
        }
      }
    }
  }

  private void appendSimple(SqlType.Simple simple, Object value) {
    switch (simple) {
      case BOOLEAN -> appendBoolean((Boolean) value);
      case TINYINT -> appendByte((Byte) value);
      case SMALLINT -> appendShort((Short) value);
      case INTEGER -> appendInt((Integer) value);
      case BIGINT -> appendLong((Long) value);
      case REAL -> appendFloat((Float) value);
      case DOUBLE -> appendDouble((Double) value);
      case DATE -> appendInt(Math.toIntExact(((LocalDate) value).toEpochDay()));
      case TIME -> appendLong(((LocalTime) value).toNanoOfDay() / 1_000);
      case TIMESTAMP -> appendLong(Column.micros((LocalDateTime) value));
      case TIMESTAMP_TZ ->
          appendLong(Column.micros(LocalDateTime.ofInstant((Instant) value, ZoneOffset.UTC)));
      case UUID -> appendUuid((UUID) value);
      case JSON -> appendString((String) value);
    }
  }

  /** The column; this builder must not be used again. */
  public Column build() {
    return type instanceof SqlType.Array array && offsets != null
        ? Column.ofLists(array, length, validity, offsets, elements().build())
        : Column.of(type, length, validity, data, offsets);
  }

  /** The new row's number. May replace the buffers: read the fields after it, not before. */
  private int next() {
    if (length == capacity) {
      int doubled = Math.max(capacity, Math.addExact(capacity, capacity));
      if (offsets != null) {
        offsets = grow(offsets, 4L * (doubled + 1L));
      } else {
        data = grow(data, type.layout().fixedBytes(doubled));
      }
      if (validity != null) {
        MemorySegment old = validity;
        validity = allocate((doubled + 7L) >> 3);
        validity.fill((byte) 0xFF);
        MemorySegment.copy(old, 0, validity, 0, old.byteSize());
      }
      capacity = doubled;
    }
    return length++;
  }

  private SqlType.Vector checkDimension(int found) {
    if (!(type instanceof SqlType.Vector vector) || vector.dimension() != found) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + type.sqlName() + ", found a vector of " + found + " dimensions");
    }
    return vector;
  }

  private MemorySegment grow(MemorySegment old, long bytes) {
    MemorySegment bigger = allocate(bytes);
    MemorySegment.copy(old, 0, bigger, 0, Math.min(old.byteSize(), bytes));
    return bigger;
  }

  private MemorySegment allocate(long bytes) {
    return allocator.allocate(Math.max(bytes, 8), ALIGNMENT);
  }
}
