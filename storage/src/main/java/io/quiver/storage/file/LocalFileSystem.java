package io.quiver.storage.file;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Files in a directory of the operating system. */
public final class LocalFileSystem implements FileSystem {
  /**
   * The lock files that this process holds. It must be known before one is opened: POSIX gives up a
   * process's locks on a file as soon as the process closes any of its handles on it.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path root;

  /** Files below {@code root}, which is created when something is first put there. */
  public LocalFileSystem(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    return new LocalFile(resolve(path), mode);
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path));
  }

  @Override
  public boolean isFile(String path) {
    return Files.isRegularFile(resolve(path));
  }

  @Override
  public List<String> list(String directory) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(resolve(directory))) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw IoFailure.of("list", describe(directory), e);
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public void createDirectories(String path) {
    Path directory = resolve(path);
    Path above = directory;
    while (above != null && !Files.exists(above)) {
      above = above.getParent();
    }
    try {
      Files.createDirectories(directory);
      for (Path made = directory; made != null && !made.equals(above); made = made.getParent()) {
        Path parent = made.getParent();
        if (parent != null) {
          sync(parent);
        }
      }
    } catch (IOException e) {
      throw IoFailure.of("create directory", describe(path), e);
    }
  }

  @Override
  public void rename(String from, String to) {
    try {
      Files.move(
          resolve(from),
          resolve(to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw IoFailure.of("rename to " + describe(to), describe(from), e);
    }
  }

  @Override
  public void delete(String path) {
    try {
      Files.deleteIfExists(resolve(path));
    } catch (IOException e) {
      throw IoFailure.of("delete", describe(path), e);
    }
  }

  @Override
  public void syncDirectory(String path) {
    try {
      sync(resolve(path));
    } catch (IOException e) {
      throw IoFailure.of("sync directory", describe(path), e);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public FileLock lock(String path) {
    createDirectories(Paths.parent(Paths.checked(path)));
    try {
      Path file = resolve(path);
      Path real = realPath(file);
      if (!HELD.add(real)) {
        throw inUse(path, "this process (pid " + ProcessHandle.current().pid() + ")");
      }
      try {
        return lockUnheld(path, real);
      } catch (IOException | RuntimeException e) {
        HELD.remove(real);
        throw e;
      }
    } catch (IOException e) {
      throw IoFailure.of("lock", describe(path), e);
    }
  }

  /** The file need not exist, but its directory does: two names of one directory are one file. */
  private static Path realPath(Path file) throws IOException {
    Path parent = file.getParent();
    Path name = file.getFileName();
    return parent == null || name == null ? file : parent.toRealPath().resolve(name);
  }

  private FileLock lockUnheld(String path, Path real) throws IOException {
    FileChannel channel =
        FileChannel.open(
            real, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    java.nio.channels.FileLock lock;
    try {
      lock = channel.tryLock();
      if (lock == null) {
        throw inUse(path, "process " + holder(channel));
      }
      channel.truncate(0);
      long pid = ProcessHandle.current().pid();
      channel.write(ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(path, "this process (pid " + ProcessHandle.current().pid() + ")");
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return new HeldLock(real, channel, describe(path));
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(32);
    int read = channel.read(pid, 0);
    String text =
        read <= 0 ? "" : new String(pid.array(), 0, read, StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? "unknown" : text;
  }

  private QuiverException inUse(String path, String holder) {
    return new QuiverException(
        ErrorCode.DATABASE_IN_USE,
        "database " + root + " is in use by " + holder + ", which holds " + Paths.name(path));
  }

  @Override
  public String describe(String path) {
    return resolve(path).toString();
  }

  private Path resolve(String path) {
    return root.resolve(Paths.checked(path));
  }

  private record HeldLock(Path file, FileChannel channel, String name) implements FileLock {
    @Override
    public void close() {
      if (!channel.isOpen()) {
        return;
      }
      try {
        channel.close();
      } catch (IOException e) {
        throw IoFailure.of("unlock", name, e);
      } finally {
        HELD.remove(file);
      }
    }
  }
}
