package io.quiver.storage.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.CorruptionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;

/** Reads what a {@link ByteWriter} wrote; whatever does not fit is damage. */
public final class ByteReader {
  private final String name;
  private final MemorySegment bytes;
  private final SegmentAllocator memory;
  private long at;

  /**
   * @param name what to call the bytes when they are damaged, such as a file's path
   */
  public ByteReader(String name, MemorySegment bytes) {
    this(name, bytes, (size, alignment) -> Arena.ofAuto().allocate(size, alignment));
  }

  /**
   * @param memory for what is copied
   */
  public ByteReader(String name, MemorySegment bytes, SegmentAllocator memory) {
    this.name = name;
    this.bytes = bytes;
    this.memory = memory;
  }

  /** What to call the bytes. */
  public String name() {
    return name;
  }

  public int getByte() {
    return bytes.get(JAVA_BYTE, advance(1));
  }

  public int getInt() {
    return bytes.get(ByteWriter.INT, advance(4));
  }

  public long getLong() {
    return bytes.get(ByteWriter.LONG, advance(8));
  }

  public String getText() {
    int length = getCount(1);
    byte[] text = bytes.asSlice(advance(length), length).toArray(JAVA_BYTE);
    return new String(text, StandardCharsets.UTF_8);
  }

  public long[] getLongs() {
    int length = getCount(8);
    long[] values = new long[length];
    MemorySegment.copy(bytes, ByteWriter.LONG, advance(8L * length), values, 0, length);
    return values;
  }

  /** An int that counts things of at least so many bytes each, which must still be there. */
  public int getCount(int bytesEach) {
    int count = getInt();
    if (count < 0 || (long) count * bytesEach > bytes.byteSize() - at) {
      throw damaged(count + " things cannot follow");
    }
    return count;
  }

  /** A copy in memory of its own. */
  public MemorySegment getBytes(long count) {
    if (count < 0) {
      throw damaged(count + " bytes cannot follow");
    }
    long from = advance(count);
    MemorySegment copy = allocate(count);
    MemorySegment.copy(bytes, from, copy, 0, count);
    return copy;
  }

  /** Memory for so many bytes of what is read, aligned as a column's. */
  MemorySegment allocate(long count) {
    return memory.allocate(Math.max(8, count), 64);
  }

  /** Checks that all has been read. */
  public void expectEnd() {
    if (at != bytes.byteSize()) {
      throw damaged((bytes.byteSize() - at) + " bytes more than expected");
    }
  }

  public CorruptionException damaged(String what) {
    return new CorruptionException(name, at, what);
  }

  private long advance(long count) {
    long from = at;
    if (count > bytes.byteSize() - from) {
      throw damaged("it ends " + (count - bytes.byteSize() + from) + " bytes too early");
    }
    at = from + count;
    return from;
  }
}
