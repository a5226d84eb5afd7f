package io.quiver.storage.file;

/** A file that is held, alone or with others who read. */
public interface FileLock extends AutoCloseable {
  /** Lets go; a second call does nothing. */
  @Override
  void close();
}
