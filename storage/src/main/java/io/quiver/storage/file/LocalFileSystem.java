package io.quiver.storage.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
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

/** Files in a directory of the operating system. */
public final class LocalFileSystem implements FileSystem {
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
      return LockFiles.exclusive(resolve(path), root.toString());
    } catch (IOException e) {
      throw IoFailure.of("lock", describe(path), e);
    }
  }

  @Override
  public FileLock lockShared(String path) {
    try {
      return LockFiles.shared(resolve(path), root.toString());
    } catch (IOException e) {
      throw IoFailure.of("lock", describe(path), e);
    }
  }

  @Override
  public String describe(String path) {
    return resolve(path).toString();
  }

  private Path resolve(String path) {
    return root.resolve(Paths.checked(path));
  }
}
