package io.quiver.storage.file;

/**
 * Another file system, of which nothing is changed. Directories count as made and synced: whoever
 * only reads finds a missing one empty. {@link #lock} is shared with others who read.
 */
public final class ReadOnlyFileSystem implements ForwardingFileSystem {
  private final FileSystem inner;

  public ReadOnlyFileSystem(FileSystem inner) {
    this.inner = inner;
  }

  @Override
  public FileSystem inner() {
    return inner;
  }

  /**
   * Opens a file for reading.
   *
   * @throws IllegalStateException for any other mode
   */
  @Override
  public StorageFile open(String path, Mode mode) {
    return switch (mode) {
      case READ -> inner.open(path, mode);
      case WRITE, CREATE -> throw refused("open for writing", path);
    };
  }

  @Override
  public void createDirectories(String path) {}

  @Override
  public void rename(String from, String to) {
    throw refused("rename", from);
  }

  @Override
  public void delete(String path) {
    throw refused("delete", path);
  }

  @Override
  public void syncDirectory(String path) {}

  @Override
  public FileLock lock(String path) {
    return inner.lockShared(path);
  }

  private IllegalStateException refused(String action, String path) {
    return new IllegalStateException(
        "cannot " + action + " " + describe(path) + " of a database that is open for reading");
  }
}
