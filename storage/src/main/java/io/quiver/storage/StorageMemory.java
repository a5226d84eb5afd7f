package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MappedFileSystem;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentDirectory;

/** Where the columns of segments are when they are read. */
public enum StorageMemory {
  /**
   * A column is copied into memory when it is asked for, as far as the cache's budget goes; the
   * rest is mapped. The fastest.
   */
  RESIDENT,
  /**
   * Files are mapped, and the operating system keeps in memory what it has room for: a database may
   * be larger than memory.
   */
  MAPPED;

  /**
   * The files of a store as they are read, and a cache of them.
   *
   * @param cacheBytes how much of them is copied at most
   */
  SegmentCache cache(FileSystem files, long cacheBytes, Scheduler scheduler) {
    MappedFileSystem maps =
        files instanceof MappedFileSystem mapped
            ? mapped
            : new MappedFileSystem(files, SegmentDirectory.SEGMENTS);
    return switch (this) {
      case RESIDENT ->
          new SegmentCache(maps.copying(), maps, cacheBytes, scheduler, scheduler::pause);
      case MAPPED -> new SegmentCache(maps, maps, 0, scheduler, scheduler::pause);
    };
  }
}
