package io.quiver.storage.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes into native memory that grows. Text is its length in bytes (int), then UTF-8. Large runs
 * of bytes that will not change need not be copied: {@link #putShared} keeps them where they are.
 */
public final class ByteWriter {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Copying fewer bytes than this costs less than keeping them apart. */
  private static final long SHARED_BYTES_MIN = 64L << 10;

  private final List<MemorySegment> finished = new ArrayList<>();
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

  /** As {@link #putBytes}, of bytes that do not change for as long as the result is used. */
  public ByteWriter putShared(MemorySegment source, long from, long count) {
    if (count < SHARED_BYTES_MIN) {
      return putBytes(source, from, count);
    }
    finished.add(buffer.asSlice(0, length));
    finished.add(source.asSlice(from, count));
    buffer = buffer.asSlice(length);
    length = 0;
    return this;
  }

  /**
   * What has been written; the writer must not be used again.
   *
   * @throws IllegalStateException when a part is shared
   */
  public MemorySegment bytes() {
    if (!finished.isEmpty()) {
      throw new IllegalStateException("the bytes are in " + finished.size() + " pieces");
    }
    return buffer.asSlice(0, length);
  }

  /** What has been written, in order, the first piece never empty once something has been put. */
  public List<MemorySegment> pieces() {
    List<MemorySegment> all = new ArrayList<>(finished);
    all.add(buffer.asSlice(0, length));
    return all;
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
