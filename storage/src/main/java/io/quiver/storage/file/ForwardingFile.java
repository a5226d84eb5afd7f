package io.quiver.storage.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Another file, for whoever does a few things otherwise. */
public interface ForwardingFile extends StorageFile {
  /** The other one. */
  StorageFile inner();

  @Override
  default String name() {
    return inner().name();
  }

  @Override
  default long size() {
    return inner().size();
  }

  @Override
  default void write(long at, MemorySegment bytes) {
    inner().write(at, bytes);
  }

  @Override
  default void read(long at, MemorySegment into) {
    inner().read(at, into);
  }

  @Override
  default MemorySegment map(Arena arena) {
    return inner().map(arena);
  }

  @Override
  default void force() {
    inner().force();
  }

  @Override
  default void truncate(long size) {
    inner().truncate(size);
  }

  @Override
  default void close() {
    inner().close();
  }
}
