package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * Another file system, on which some writes of the log fail when part of their bytes has been
 * written, none or all.
 */
final class FailingLog implements ForwardingFileSystem {
  private final FileSystem inner;
  private final Random random;
  private volatile int percent;
  private int failures;

  FailingLog(FileSystem inner, Random random) {
    this.inner = inner;
    this.random = random;
  }

  /** How many of a hundred writes fail from now on. */
  void fail(int ofHundred) {
    percent = ofHundred;
  }

  /** How many writes have failed. */
  synchronized int failures() {
    return failures;
  }

  @Override
  public FileSystem inner() {
    return inner;
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    StorageFile file = inner.open(path, mode);
    return path.startsWith("log/") || path.startsWith("tmp/log") ? new LogFile(file) : file;
  }

  /** How much of a write is done before it fails, or -1 where it works. */
  private synchronized long failing(long bytes) {
    if (random.nextInt(100) >= percent) {
      return -1;
    }
    failures++;
    return switch (random.nextInt(3)) {
      case 0 -> 0;
      case 1 -> bytes;
      default -> random.nextLong(bytes);
    };
  }

  private final class LogFile implements ForwardingFile {
    private final StorageFile file;

    LogFile(StorageFile file) {
      this.file = file;
    }

    @Override
    public StorageFile inner() {
      return file;
    }

    @Override
    public void write(long at, MemorySegment bytes) {
      long done = failing(bytes.byteSize());
      if (done < 0) {
        file.write(at, bytes);
        return;
      }
      file.write(at, bytes.asSlice(0, done));
      throw done % 2 == 0
          ? new QuiverException(ErrorCode.DISK_FULL, "no space left on device")
          : new QuiverException(ErrorCode.IO_ERROR, "input/output error");
    }
  }
}
