package io.quiver.storage.file;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/**
 * Large immutable values by name. A name consists of parts separated by {@code /}, none of them
 * empty or starting with a dot. Safe for many threads.
 */
public interface BlobStore {
  /** Where a blob's bytes come from. It may be asked again when a put is tried again. */
  @FunctionalInterface
  interface Source {
    void writeTo(Consumer<MemorySegment> sink);

    static Source of(MemorySegment bytes) {
      return sink -> sink.accept(bytes);
    }
  }

  /**
   * Stores a blob, whole and durable when this returns.
   *
   * @return false, and nothing is changed, where the name exists
   */
  boolean putIfAbsent(String name, Source source);

  /** The length of a blob, or -1 where there is none of that name. */
  long size(String name);

  /**
   * Bytes of a blob, copied to native memory.
   *
   * @throws io.quiver.types.CorruptionException when the blob is missing or shorter
   */
  MemorySegment read(String name, long offset, long length);

  /** The names that start with a prefix, in order. */
  List<String> list(String prefix);

  /** Removes a blob; nothing happens where there is none. */
  void delete(String name);
}
