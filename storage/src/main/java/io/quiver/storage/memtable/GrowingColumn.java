package io.quiver.storage.memtable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.Layout;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one column, which grow at the end while readers hold views of the rows before.
 *
 * <p>A row that a view covers is never written again; where a buffer is too small, its rows are
 * copied to a larger one, and older views keep the old one. The caller says at which row to write,
 * so that rows which never became part of a view are overwritten. Owned by one writer at a time.
 */
final class GrowingColumn {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long ALIGNMENT = 64;
  private static final int FIRST_CAPACITY = 8;

  private final SqlType type;
  private final @Nullable RowMemory memory;
  private int capacity;
  private MemorySegment data;
  private @Nullable MemorySegment offsets;
  private @Nullable MemorySegment validity;
  private final @Nullable GrowingColumn elements;

  GrowingColumn(SqlType type) {
    this(type, null);
  }

  /**
   * @param memory gives the buffers of values of a fixed width; null takes fresh ones
   */
  GrowingColumn(SqlType type, @Nullable RowMemory memory) {
    this.type = type;
    this.memory = type.layout() instanceof Layout.Fixed ? memory : null;
    this.data = MemorySegment.NULL;
    this.elements =
        type.layout() instanceof Layout.Lists(SqlType element) ? new GrowingColumn(element) : null;
    if (elements != null) {
      // Rows of empty lists write no element, and elements need their buffers all the same.
      elements.expect(1);
    }
  }

  /** Makes room for so many rows in all. */
  void expect(int rows) {
    expect(0, rows);
  }

  /** As {@link #expect(int)}, where so many rows have been written. */
  void expect(int used, int rows) {
    reserve(used, rows);
  }

  /** Writes rows of a column of the same type at row {@code at}, over whatever is there. */
  void write(int at, Column source, int from, int count) {
    reserve(at, at + count);
    if (source.mayHaveNulls() || validity != null) {
      writeValidity(at, source, from, count);
    }
    switch (type.layout()) {
      case Layout.Variable variable -> writeText(at, source, from, count);
      case Layout.Lists lists -> writeLists(at, source, from, count);
      case Layout.Bits bits -> copyBits(source.data(), from, data, at, count);
      case Layout.Fixed(int width) ->
          MemorySegment.copy(
              source.data(), (long) from * width, data, (long) at * width, (long) count * width);
    }
  }

  /** Writes {@code first, first + 1, ...} into a BIGINT column. */
  void writeSequence(int at, long first, int count) {
    reserve(at, at + count);
    for (int i = 0; i < count; i++) {
      data.setAtIndex(LONG, at + (long) i, first + i);
    }
  }

  /** The rows before {@code rows}, which must have been written. */
  Column view(int rows) {
    if (type instanceof SqlType.Array array && elements != null && offsets != null) {
      Column values = elements.view(offsets.getAtIndex(INT, rows));
      return Column.ofLists(array, rows, validity, offsets, values);
    }
    return Column.of(type, rows, validity, data, offsets);
  }

  private void writeValidity(int at, Column source, int from, int count) {
    MemorySegment bits = validity;
    if (bits == null) {
      bits = allocate((capacity + 7L) >> 3);
      bits.fill((byte) 0xFF);
      validity = bits;
    }
    MemorySegment sourceBits = source.validity();
    if (sourceBits == null) {
      for (int i = 0; i < count; i++) {
        setBit(bits, at + i, true);
      }
    } else {
      copyBits(sourceBits, from, bits, at, count);
    }
  }

  private void writeText(int at, Column source, int from, int count) {
    MemorySegment ends = offsets;
    MemorySegment sourceEnds = source.offsets();
    if (ends == null || sourceEnds == null) {
      throw new IllegalStateException("text without offsets");
    }
    int start = ends.getAtIndex(INT, at);
    int sourceStart = sourceEnds.getAtIndex(INT, from);
    long bytes = (long) sourceEnds.getAtIndex(INT, from + (long) count) - sourceStart;
    if (start + bytes > Integer.MAX_VALUE) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "the text of one column in one batch of rows is limited to 2 GiB");
    }
    if (start + bytes > data.byteSize()) {
      data = grow(data, start, Math.max(start + bytes, 2L * data.byteSize()));
    }
    MemorySegment.copy(source.data(), sourceStart, data, start, bytes);
    writeEnds(ends, at, sourceEnds, from, count);
  }

  private void writeLists(int at, Column source, int from, int count) {
    MemorySegment ends = offsets;
    MemorySegment sourceEnds = source.offsets();
    if (ends == null || sourceEnds == null || elements == null) {
      throw new IllegalStateException("lists without offsets or elements");
    }
    int start = ends.getAtIndex(INT, at);
    int sourceStart = sourceEnds.getAtIndex(INT, from);
    int entries = sourceEnds.getAtIndex(INT, from + (long) count) - sourceStart;
    if ((long) start + entries > Integer.MAX_VALUE) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "the elements of one column in one batch of rows are limited to 2^31 - 1");
    }
    elements.write(start, source.elements(), sourceStart, entries);
    writeEnds(ends, at, sourceEnds, from, count);
  }

  private static void writeEnds(
      MemorySegment ends, int at, MemorySegment sourceEnds, int from, int count) {
    int shift = ends.getAtIndex(INT, at) - sourceEnds.getAtIndex(INT, from);
    for (int i = 1; i <= count; i++) {
      ends.setAtIndex(INT, at + (long) i, sourceEnds.getAtIndex(INT, from + (long) i) + shift);
    }
  }

  private void reserve(int used, int wanted) {
    if (wanted <= capacity) {
      return;
    }
    int doubled = Math.max(capacity, (int) Math.min(2L * capacity, Integer.MAX_VALUE - 8));
    int rows = Math.max(wanted, Math.max(FIRST_CAPACITY, doubled));
    Layout layout = type.layout();
    if (layout.hasOffsets()) {
      offsets = grow(offsets, 4L * (used + 1), 4L * (rows + 1L));
      if (capacity == 0 && layout instanceof Layout.Variable) {
        data = allocate(rows * 8L);
      }
    } else {
      MemorySegment old = data;
      long bytes = layout.fixedBytes(rows);
      data = memory == null ? allocate(bytes) : memory.take(bytes);
      MemorySegment.copy(old, 0, data, 0, Math.min(layout.fixedBytes(used), old.byteSize()));
    }
    if (validity != null) {
      validity = grow(validity, (used + 7L) >> 3, (rows + 7L) >> 3);
    }
    capacity = rows;
  }

  private static MemorySegment grow(@Nullable MemorySegment old, long used, long bytes) {
    MemorySegment larger = allocate(bytes);
    if (old != null) {
      MemorySegment.copy(old, 0, larger, 0, Math.min(used, old.byteSize()));
    }
    return larger;
  }

  static MemorySegment allocate(long bytes) {
    try {
      return Arena.ofAuto().allocate(Math.max(bytes, 8), ALIGNMENT);
    } catch (OutOfMemoryError e) {
      throw new QuiverException(
          ErrorCode.OUT_OF_MEMORY, "no memory for " + bytes + " bytes of rows", e);
    }
  }

  private static void copyBits(MemorySegment from, int at, MemorySegment to, int toAt, int count) {
    int i = 0;
    if ((at & 7) == 0 && (toAt & 7) == 0) {
      int bytes = count >> 3;
      MemorySegment.copy(from, at >> 3, to, toAt >> 3, bytes);
      i = bytes << 3;
    }
    for (; i < count; i++) {
      int bit = at + i;
      setBit(to, toAt + i, (from.get(JAVA_BYTE, bit >> 3) & (1 << (bit & 7))) != 0);
    }
  }

  private static void setBit(MemorySegment bits, int row, boolean value) {
    int old = bits.get(JAVA_BYTE, row >> 3);
    int mask = 1 << (row & 7);
    bits.set(JAVA_BYTE, row >> 3, (byte) (value ? old | mask : old & ~mask));
  }
}
