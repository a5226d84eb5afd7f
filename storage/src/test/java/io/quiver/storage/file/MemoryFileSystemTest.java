package io.quiver.storage.file;

/** The contract, in memory. */
final class MemoryFileSystemTest extends FileSystemContract {
  @Override
  FileSystem newFileSystem() {
    return MemoryFileSystem.withPowerCuts();
  }
}
