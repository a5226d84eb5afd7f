package io.quiver.storage.file;

import java.util.List;

/**
 * The only way to files. A path is relative to the database's directory, its names separated by
 * {@code /}; the empty path is that directory itself.
 *
 * <p>What survives a power cut: the bytes of a file up to its last {@link StorageFile#force}, and a
 * file's creation, rename or deletion once {@link #syncDirectory} of its directory has returned.
 * Whatever was done since may have happened wholly, in part, or not at all.
 *
 * <p>Failures are {@link io.quiver.types.QuiverException}s that name the file: 53100 where the disk
 * is full, 58030 for everything else. Interrupting a thread disturbs nothing. Safe for many
 * threads.
 */
public interface FileSystem {
  /** What a file is opened for. */
  enum Mode {
    /** The file must exist, and cannot be changed through this handle. */
    READ,
    /** The file must exist. */
    WRITE,
    /** The file must not exist; it starts empty. */
    CREATE
  }

  /** Opens a file; the caller closes it. */
  StorageFile open(String path, Mode mode);

  /** True for a file and for a directory. */
  boolean exists(String path);

  /** True for a file, false for a directory and where there is nothing. */
  boolean isFile(String path);

  /** The names in a directory, in order, without the directory's own; none if it is missing. */
  List<String> list(String directory);

  /** Makes a directory and those above it, durably. Nothing happens where it exists. */
  void createDirectories(String path);

  /** Moves a file or a directory, atomically. A file replaces an older one of the same name. */
  void rename(String from, String to);

  /** Removes a file or an empty directory. Nothing happens where it is missing. */
  void delete(String path);

  /** Makes creations, renames and deletions in a directory survive a power cut. */
  void syncDirectory(String path);

  /**
   * Takes a file for this process alone, creating it, until the lock is closed or the process ends.
   *
   * @throws io.quiver.types.QuiverException 55P03 when another process or this one holds it; the
   *     message names the process
   */
  FileLock lock(String path);

  /**
   * Takes a file that {@link #lock} has made together with others who read, until the lock is
   * closed or the process ends. Nothing is written.
   *
   * @throws io.quiver.types.QuiverException 55P03 when someone holds it alone, 58P01 when it is
   *     missing
   */
  FileLock lockShared(String path);

  /** The path as messages show it: where the user finds the file. */
  String describe(String path);
}
