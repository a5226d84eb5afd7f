package io.quiver.storage;

import io.quiver.storage.file.FileLock;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Another file system, except that it leaves out what makes some files last. */
final class OmittingFileSystem implements FileSystem {
  private final FileSystem inner;
  private final String forceOmitted;
  private final String syncOmitted;

  /**
   * @param forceOmitted a pattern of files whose {@link StorageFile#force} does nothing
   * @param syncOmitted a pattern of directories for which {@link #syncDirectory} does nothing
   */
  OmittingFileSystem(FileSystem inner, String forceOmitted, String syncOmitted) {
    this.inner = inner;
    this.forceOmitted = forceOmitted;
    this.syncOmitted = syncOmitted;
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    StorageFile file = inner.open(path, mode);
    return path.matches(forceOmitted) ? new UnforcedFile(file) : file;
  }

  @Override
  public boolean exists(String path) {
    return inner.exists(path);
  }

  @Override
  public boolean isFile(String path) {
    return inner.isFile(path);
  }

  @Override
  public List<String> list(String directory) {
    return inner.list(directory);
  }

  @Override
  public void createDirectories(String path) {
    inner.createDirectories(path);
  }

  @Override
  public void rename(String from, String to) {
    inner.rename(from, to);
  }

  @Override
  public void delete(String path) {
    inner.delete(path);
  }

  @Override
  public void syncDirectory(String path) {
    if (path.isEmpty() || !path.matches(syncOmitted)) {
      inner.syncDirectory(path);
    }
  }

  @Override
  public FileLock lock(String path) {
    return inner.lock(path);
  }

  @Override
  public FileLock lockShared(String path) {
    return inner.lockShared(path);
  }

  @Override
  public String describe(String path) {
    return inner.describe(path);
  }

  private record UnforcedFile(StorageFile file) implements StorageFile {
    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() {
      return file.size();
    }

    @Override
    public void write(long at, MemorySegment bytes) {
      file.write(at, bytes);
    }

    @Override
    public void read(long at, MemorySegment into) {
      file.read(at, into);
    }

    @Override
    public MemorySegment map(Arena arena) {
      return file.map(arena);
    }

    @Override
    public void force() {}

    @Override
    public void truncate(long size) {
      file.truncate(size);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
