package io.quiver.storage.file;

import io.quiver.types.CorruptionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Another file system, of which the files below one directory are mapped when they are read instead
 * of copied: the operating system keeps in memory what it has room for. Those files are written
 * once and never changed, and each is mapped once, until it is deleted here or through {@link
 * #copying}; no file stays open for it.
 *
 * <p>A map lives on behind a deleted file, as long as someone reaches it. A file that someone else
 * cuts meanwhile ends the process (SIGBUS) or the statement, when what is gone is read.
 */
public final class MappedFileSystem implements ForwardingFileSystem {
  private final FileSystem inner;
  private final String below;
  private final Map<String, MemorySegment> maps = new ConcurrentHashMap<>();

  /** Maps the files below a directory. */
  public MappedFileSystem(FileSystem inner, String directory) {
    this.inner = inner;
    this.below = directory + "/";
  }

  @Override
  public FileSystem inner() {
    return inner;
  }

  /** The same files, which are copied when they are read. */
  public FileSystem copying() {
    return new Copying();
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    StorageFile file = inner.open(path, mode);
    return mode == Mode.READ && path.startsWith(below) ? new MappedFile(path, file) : file;
  }

  @Override
  public void rename(String from, String to) {
    inner.rename(from, to);
    maps.keySet().removeIf(path -> path.equals(from) || path.startsWith(from + "/"));
    maps.remove(to);
  }

  @Override
  public void delete(String path) {
    inner.delete(path);
    maps.remove(path);
  }

  /** How many files are mapped. */
  public int mapped() {
    return maps.size();
  }

  private final class Copying implements ForwardingFileSystem {
    @Override
    public FileSystem inner() {
      return inner;
    }

    @Override
    public void rename(String from, String to) {
      MappedFileSystem.this.rename(from, to);
    }

    @Override
    public void delete(String path) {
      MappedFileSystem.this.delete(path);
    }
  }

  private final class MappedFile implements ForwardingFile {
    private final String path;
    private final StorageFile file;

    private MappedFile(String path, StorageFile file) {
      this.path = path;
      this.file = file;
    }

    @Override
    public StorageFile inner() {
      return file;
    }

    /** A view, which is as good as a copy: nobody changes the file. */
    @Override
    public MemorySegment read(long at, long length) {
      MemorySegment map = maps.computeIfAbsent(path, p -> file.map(Arena.ofAuto()));
      if (at < 0 || length > map.byteSize() - at) {
        throw new CorruptionException(
            name(), map.byteSize(), "the file ends here, expected " + (at + length) + " bytes");
      }
      return map.asSlice(at, length);
    }
  }
}
