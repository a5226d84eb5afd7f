package io.quiver.storage.file;

import java.util.List;

/** Another file system, for whoever does a few things otherwise. */
public interface ForwardingFileSystem extends FileSystem {
  /** The other one. */
  FileSystem inner();

  @Override
  default StorageFile open(String path, Mode mode) {
    return inner().open(path, mode);
  }

  @Override
  default boolean exists(String path) {
    return inner().exists(path);
  }

  @Override
  default boolean isFile(String path) {
    return inner().isFile(path);
  }

  @Override
  default List<String> list(String directory) {
    return inner().list(directory);
  }

  @Override
  default void createDirectories(String path) {
    inner().createDirectories(path);
  }

  @Override
  default void rename(String from, String to) {
    inner().rename(from, to);
  }

  @Override
  default void delete(String path) {
    inner().delete(path);
  }

  @Override
  default void syncDirectory(String path) {
    inner().syncDirectory(path);
  }

  @Override
  default FileLock lock(String path) {
    return inner().lock(path);
  }

  @Override
  default FileLock lockShared(String path) {
    return inner().lockShared(path);
  }

  @Override
  default String describe(String path) {
    return inner().describe(path);
  }
}
