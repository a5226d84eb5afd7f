package io.quiver.storage.cache;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Another file system, of which all that is read is copied to one arena, on huge pages. */
record CopyingFileSystem(FileSystem inner, Arena arena) implements ForwardingFileSystem {
  @Override
  public StorageFile open(String path, Mode mode) {
    return new CopiedFile(inner.open(path, mode), arena);
  }

  private record CopiedFile(StorageFile inner, Arena arena) implements ForwardingFile {
    @Override
    public MemorySegment read(long at, long length) {
      MemorySegment copy = NativeMemory.allocate(length, arena).asSlice(0, length);
      inner.read(at, copy);
      return copy;
    }
  }
}
