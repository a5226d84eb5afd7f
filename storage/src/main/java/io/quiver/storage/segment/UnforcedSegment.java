package io.quiver.storage.segment;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import java.util.List;
import java.util.UUID;

/**
 * A segment whose files are written and may not be durable yet. Owned by one thread at a time; any
 * thread may read the segment.
 */
public final class UnforcedSegment implements AutoCloseable {
  private final FileSystem files;
  private final UUID id;
  private final List<StorageFile> written;

  UnforcedSegment(FileSystem files, UUID id, List<StorageFile> written) {
    this.files = files;
    this.id = id;
    this.written = List.copyOf(written);
  }

  public UUID id() {
    return id;
  }

  /**
   * Makes the segment durable. After a failure nobody knows what of it is: it must be given up.
   *
   * @throws io.quiver.types.QuiverException 58030 or 53100
   */
  public void force() {
    written.forEach(StorageFile::force);
    files.syncDirectory(SegmentDirectory.path(id));
    files.syncDirectory(SegmentDirectory.SEGMENTS);
  }

  /** Lets the files go; the segment stays. */
  @Override
  public void close() {
    written.forEach(StorageFile::close);
  }
}
