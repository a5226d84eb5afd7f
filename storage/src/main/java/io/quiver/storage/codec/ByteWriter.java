package io.quiver.storage.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes into native memory that grows. Text is its length in bytes (int), then UTF-8. */
public final class ByteWriter {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private MemorySegment buffer;
  private long length;

  public ByteWriter(long expectedBytes) {
    buffer = allocate(Math.max(64, expectedBytes));
  }

  public ByteWriter putByte(int value) {
    reserve(1);
    buffer.set(JAVA_BYTE, length, (byte) value);
    length++;
    return this;
  }

  public ByteWriter putInt(int value) {
    reserve(4);
    buffer.set(INT, length, value);
    length += 4;
    return this;
  }

  public ByteWriter putLong(long value) {
    reserve(8);
    buffer.set(LONG, length, value);
    length += 8;
    return this;
  }

  public ByteWriter putText(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    putInt(bytes.length);
    return putBytes(MemorySegment.ofArray(bytes), 0, bytes.length);
  }

  public ByteWriter putBytes(MemorySegment source, long from, long count) {
    reserve(count);
    MemorySegment.copy(source, from, buffer, length, count);
    length += count;
    return this;
  }

  public ByteWriter putLongs(long[] values) {
    putInt(values.length);
    reserve(8L * values.length);
    MemorySegment.copy(values, 0, buffer, LONG, length, values.length);
    length += 8L * values.length;
    return this;
  }

  /** What has been written; the writer must not be used again. */
  public MemorySegment bytes() {
    return buffer.asSlice(0, length);
  }

  private static MemorySegment allocate(long bytes) {
    try {
      return Arena.ofAuto().allocate(bytes, 8);
    } catch (OutOfMemoryError e) {
      throw new QuiverException(
          ErrorCode.OUT_OF_MEMORY, "no memory for a record of " + bytes + " bytes", e);
    }
  }

  private void reserve(long more) {
    if (length + more > buffer.byteSize()) {
      MemorySegment larger = allocate(Math.max(length + more, 2 * buffer.byteSize()));
      MemorySegment.copy(buffer, 0, larger, 0, length);
      buffer = larger;
    }
  }
}
