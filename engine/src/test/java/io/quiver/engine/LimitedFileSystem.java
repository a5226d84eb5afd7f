package io.quiver.engine;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicInteger;

/** Another file system, as a disk of a size that may change, whose open files are counted. */
final class LimitedFileSystem implements ForwardingFileSystem {
  private final FileSystem inner;
  private final AtomicInteger openFiles = new AtomicInteger();
  private volatile long bytesMax = Long.MAX_VALUE;

  LimitedFileSystem(FileSystem inner) {
    this.inner = inner;
  }

  @Override
  public FileSystem inner() {
    return inner;
  }

  /** Files that were opened and not closed. */
  int openFiles() {
    return openFiles.get();
  }

  /** What all files together may hold from now on; what is there stays there. */
  void limit(long bytes) {
    bytesMax = bytes;
  }

  /** What all files hold. */
  long bytes() {
    return bytes("");
  }

  private long bytes(String path) {
    if (inner.isFile(path)) {
      try (StorageFile file = inner.open(path, Mode.READ)) {
        return file.size();
      }
    }
    long sum = 0;
    for (String name : inner.list(path)) {
      sum += bytes(path.isEmpty() ? name : path + "/" + name);
    }
    return sum;
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    StorageFile file = inner.open(path, mode);
    openFiles.incrementAndGet();
    return new Limited(file);
  }

  private final class Limited implements ForwardingFile {
    private final StorageFile file;
    private boolean closed;

    Limited(StorageFile file) {
      this.file = file;
    }

    @Override
    public StorageFile inner() {
      return file;
    }

    /** As much of it as there is room for. */
    @Override
    public void write(long at, MemorySegment bytes) {
      long growth = Math.max(0, at + bytes.byteSize() - file.size());
      long room = bytesMax == Long.MAX_VALUE ? growth : Math.max(0, bytesMax - bytes());
      if (growth > room) {
        file.write(at, bytes.asSlice(0, Math.min(room, bytes.byteSize())));
        throw new QuiverException(
            ErrorCode.DISK_FULL, "cannot write " + file.name() + ": no space left on device");
      }
      file.write(at, bytes);
    }

    @Override
    public void close() {
      file.close();
      if (!closed) {
        closed = true;
        openFiles.decrementAndGet();
      }
    }
  }
}
