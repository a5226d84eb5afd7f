package io.quiver.types;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
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

  /** A builder whose column lives as long as it is reachable. */
  public ColumnBuilder(SqlType type, int expectedRows) {
    this(type, expectedRows, Arena.ofAuto());
  }

  public ColumnBuilder(SqlType type, int expectedRows, SegmentAllocator allocator) {
    this.type = type;
    this.allocator = allocator;
    this.capacity = Math.max(8, expectedRows);
    if (type instanceof SqlType.Varchar) {
      offsets = allocate(4L * (capacity + 1));
      offsets.setAtIndex(Column.INT, 0, 0);
      data = allocate(capacity * 16L);
    } else {
      data = allocate(Column.dataBytes(type, capacity));
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
      offsets.setAtIndex(Column.INT, row + 1L, (int) textLength);
    }
  }

  public void appendBoolean(boolean value) {
    int row = next();
    int at = row >> 3;
    int mask = 1 << (row & 7);
    int old = data.get(JAVA_BYTE, at);
    data.set(JAVA_BYTE, at, (byte) (value ? old | mask : old & ~mask));
  }

  /** An INTEGER, or a DATE in days. */
  public void appendInt(int value) {
    int row = next();
    data.setAtIndex(Column.INT, row, value);
  }

  /** A BIGINT, or a TIMESTAMP in microseconds. */
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

  public void appendString(String value) {
    appendUtf8(MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
  }

  /** Text as UTF-8 bytes, copied. */
  public void appendUtf8(MemorySegment utf8) {
    int row = next();
    long end = textLength + utf8.byteSize();
    if (end > Integer.MAX_VALUE) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED, "a text column of a batch holds at most 2 GiB");
    }
    if (end > data.byteSize()) {
      data = grow(data, Math.max(end, data.byteSize() * 2));
    }
    MemorySegment.copy(utf8, 0, data, textLength, utf8.byteSize());
    textLength = end;
    if (offsets == null) {
      throw new IllegalStateException("text appended to a column of type " + type);
    }
    offsets.setAtIndex(Column.INT, row + 1L, (int) end);
  }

  /** A vector whose length is the column's dimension; copied. */
  public void appendVector(float[] value) {
    checkDimension(value.length);
    int row = next();
    MemorySegment.copy(value, 0, data, Column.FLOAT, 4L * row * value.length, value.length);
  }

  /** A vector as packed little-endian elements; copied. */
  public void appendVector(MemorySegment packed) {
    checkDimension((int) (packed.byteSize() / 4));
    int row = next();
    MemorySegment.copy(packed, 0, data, row * packed.byteSize(), packed.byteSize());
  }

  /** Appends a row of a column of the same kind of type. */
  public void appendFrom(Column source, int row) {
    if (source.isNull(row)) {
      appendNull();
      return;
    }
    switch (type) {
      case SqlType.Simple simple -> {
        switch (simple) {
          case BOOLEAN -> appendBoolean(source.getBoolean(row));
          case INTEGER, DATE -> appendInt(source.getInt(row));
          case BIGINT, TIMESTAMP -> appendLong(source.getLong(row));
          case REAL -> appendFloat(source.getFloat(row));
          case DOUBLE -> appendDouble(source.getDouble(row));
        }
      }
      case SqlType.Varchar varchar -> appendUtf8(source.getUtf8(row));
      case SqlType.Vector vector -> appendVector(source.getVector(row));
    }
  }

  /** Appends the Java value that {@link SqlType} names for this column's type, or null. */
  public void append(@Nullable Object value) {
    if (value == null) {
      appendNull();
      return;
    }
    switch (type) {
      case SqlType.Simple simple -> {
        switch (simple) {
          case BOOLEAN -> appendBoolean((Boolean) value);
          case INTEGER -> appendInt((Integer) value);
          case BIGINT -> appendLong((Long) value);
          case REAL -> appendFloat((Float) value);
          case DOUBLE -> appendDouble((Double) value);
          case DATE -> appendInt(Math.toIntExact(((LocalDate) value).toEpochDay()));
          case TIMESTAMP -> appendLong(Column.micros((LocalDateTime) value));
        }
      }
      case SqlType.Varchar varchar -> appendString((String) value);
      case SqlType.Vector vector -> appendVector((float[]) value);
    }
  }

  /** The column; this builder must not be used again. */
  public Column build() {
    return Column.of(type, length, validity, data, offsets);
  }

  /** The new row's number. May replace the buffers: read the fields after it, not before. */
  private int next() {
    if (length == capacity) {
      int doubled = Math.max(capacity, Math.addExact(capacity, capacity));
      if (offsets != null) {
        offsets = grow(offsets, 4L * (doubled + 1L));
      } else {
        data = grow(data, Column.dataBytes(type, doubled));
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

  private void checkDimension(int found) {
    if (!(type instanceof SqlType.Vector vector) || vector.dimension() != found) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "expected " + type.sqlName() + ", found a vector of " + found + " dimensions");
    }
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
