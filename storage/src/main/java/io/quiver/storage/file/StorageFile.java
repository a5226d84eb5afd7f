package io.quiver.storage.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An open file. Many threads may read; one thread at a time writes. Failures are as {@link
 * FileSystem} says.
 */
public interface StorageFile extends AutoCloseable {
  /** The path as messages show it. */
  String name();

  long size();

  /** Writes all the bytes at an offset, growing the file where they reach beyond its end. */
  void write(long at, MemorySegment bytes);

  /** Writes all the bytes behind the end of the file. */
  default void append(MemorySegment bytes) {
    write(size(), bytes);
  }

  /**
   * Fills {@code into} from an offset.
   *
   * @throws io.quiver.types.CorruptionException when the file ends before that
   */
  void read(long at, MemorySegment into);

  /**
   * A copy in native memory, aligned to 64 bytes, that lives as long as it is reachable.
   *
   * @throws io.quiver.types.CorruptionException when the file ends before that
   */
  default MemorySegment read(long at, long length) {
    MemorySegment copy = Arena.ofAuto().allocate(length, 64);
    read(at, copy);
    return copy;
  }

  /** The whole file, read-only, as long as the arena lives. It must not shrink meanwhile. */
  MemorySegment map(Arena arena);

  /**
   * Makes everything written so far survive a power cut. After a failure nobody knows what did: the
   * caller must give the file up, and never call this again.
   */
  void force();

  /** Cuts the file behind its first {@code size} bytes. */
  void truncate(long size);

  @Override
  void close();
}
