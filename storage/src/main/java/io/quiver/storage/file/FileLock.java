package io.quiver.storage.file;

/** A file that is held for one process alone. */
public interface FileLock extends AutoCloseable {
  /** Lets go; a second call does nothing. */
  @Override
  void close();
}
