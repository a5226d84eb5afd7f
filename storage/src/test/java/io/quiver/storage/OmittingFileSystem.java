package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.StorageFile;

/** Another file system, except that it leaves out what makes some files last. */
final class OmittingFileSystem implements ForwardingFileSystem {
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
  public FileSystem inner() {
    return inner;
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    StorageFile file = inner.open(path, mode);
    return path.matches(forceOmitted) ? new UnforcedFile(file) : file;
  }

  @Override
  public void syncDirectory(String path) {
    if (path.isEmpty() || !path.matches(syncOmitted)) {
      inner.syncDirectory(path);
    }
  }

  private record UnforcedFile(StorageFile inner) implements ForwardingFile {
    @Override
    public void force() {}
  }
}
