package io.quiver.engine.copy;

/**
 * How far a COPY has come.
 *
 * @param bytes of all files, read or written
 * @param bytesTotal of all files; -1 while writing
 * @param rows copied so far
 */
public record CopyProgress(long bytes, long bytesTotal, long rows) {
  /** Is told from time to time, on the thread that copies; it returns at once. */
  public interface Listener {
    void progress(CopyProgress progress);
  }
}
