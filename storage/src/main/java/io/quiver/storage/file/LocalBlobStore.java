package io.quiver.storage.file;

import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Blobs as files below one directory. It relies on the database's LOCK: no other process puts
 * blobs, and one lock, this object, orders the puts of this one.
 */
public final class LocalBlobStore implements BlobStore {
  private static final String TEMPORARY = "tmp";

  private final FileSystem files;
  private final String directory;

  /** Blobs below a directory of the database, such as {@code blobs}. */
  public LocalBlobStore(FileSystem files, String directory) {
    this.files = files;
    this.directory = directory;
  }

  @Override
  public synchronized boolean putIfAbsent(String name, Source source) {
    String path = path(name);
    if (files.exists(path)) {
      return false;
    }
    files.createDirectories(Paths.parent(path));
    files.createDirectories(TEMPORARY);
    String temporary = TEMPORARY + "/blob";
    files.delete(temporary);
    try (StorageFile file = files.open(temporary, FileSystem.Mode.CREATE)) {
      source.writeTo(file::append);
      file.force();
    }
    files.rename(temporary, path);
    files.syncDirectory(Paths.parent(path));
    return true;
  }

  @Override
  public long size(String name) {
    String path = path(name);
    if (!files.exists(path)) {
      return -1;
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return file.size();
    }
  }

  @Override
  public MemorySegment read(String name, long offset, long length) {
    String path = path(name);
    if (!files.exists(path)) {
      throw new CorruptionException(files.describe(path), 0, "the file is missing");
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return file.read(offset, length);
    }
  }

  @Override
  public List<String> list(String prefix) {
    List<String> found = new ArrayList<>();
    collect("", found);
    return found.stream().filter(name -> name.startsWith(prefix)).sorted().toList();
  }

  private void collect(String below, List<String> found) {
    for (String child : files.list(below.isEmpty() ? directory : directory + "/" + below)) {
      String name = below.isEmpty() ? child : below + "/" + child;
      if (files.isFile(directory + "/" + name)) {
        found.add(name);
      } else {
        collect(name, found);
      }
    }
  }

  @Override
  public synchronized void delete(String name) {
    String path = path(name);
    if (files.exists(path)) {
      files.delete(path);
      files.syncDirectory(Paths.parent(path));
    }
  }

  private String path(String name) {
    for (String part : name.split("/", -1)) {
      if (part.startsWith(".")) {
        throw new IllegalArgumentException("a blob's name has no part that starts with a dot");
      }
    }
    return Paths.checked(directory + "/" + name);
  }
}
