package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MappedFileSystem;
import io.quiver.storage.segment.SegmentDirectory;

/** Where the columns of segments are when they are read. */
public enum StorageMemory {
  /**
   * A column is copied into memory when it is first asked for, and stays there. The fastest; what
   * is read must fit.
   */
  RESIDENT,
  /**
   * Files are mapped, and the operating system keeps in memory what it has room for: a database may
   * be larger than memory.
   */
  MAPPED;

  /** The files as they are read. */
  FileSystem over(FileSystem files) {
    return switch (this) {
      case RESIDENT -> files;
      case MAPPED -> new MappedFileSystem(files, SegmentDirectory.SEGMENTS);
    };
  }
}
