package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Where segments lie: {@code segments/<uuid>/}, one directory each. */
public final class SegmentDirectory {
  /** The directory of all segments. */
  public static final String SEGMENTS = "segments";

  static final String TEMPORARY = "tmp";
  static final String DATA = "data.arrow";
  private static final String INDEX_SUFFIX = ".index";
  private static final Pattern INDEX_NAME = Pattern.compile("[0-9]{1,18}\\.index");
  private static final Pattern UUID_NAME =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private SegmentDirectory() {}

  /** The directory of a segment. */
  public static String path(UUID id) {
    return SEGMENTS + "/" + id;
  }

  /** The file with an index of a segment's rows. */
  public static String indexFile(UUID id, IndexId index) {
    return path(id) + "/" + index.value() + INDEX_SUFFIX;
  }

  /**
   * Writes the file with an index of a segment's rows, which is whole and durable when this
   * returns; where it cannot be, nothing is left behind.
   */
  public static void writeIndex(
      FileSystem files, UUID id, IndexId index, Consumer<StorageFile> content) {
    String temporary = TEMPORARY + "/" + id + "-" + index.value();
    files.createDirectories(TEMPORARY);
    files.delete(temporary);
    try {
      try (StorageFile file = files.open(temporary, FileSystem.Mode.CREATE)) {
        content.accept(file);
        file.force();
      }
      files.rename(temporary, indexFile(id, index));
    } catch (RuntimeException | Error e) {
      try {
        files.delete(temporary);
      } catch (RuntimeException remains) {
        e.addSuppressed(remains);
      }
      throw e;
    }
    files.syncDirectory(path(id));
  }

  /** The indexes of which a segment has files. */
  public static List<IndexId> indexes(FileSystem files, UUID id) {
    List<IndexId> found = new ArrayList<>();
    for (String name : files.list(path(id))) {
      if (INDEX_NAME.matcher(name).matches()) {
        String number = name.substring(0, name.length() - INDEX_SUFFIX.length());
        found.add(new IndexId(Long.parseLong(number)));
      }
    }
    return found;
  }

  /** Whether a file of a segment's directory is no part of the segment but an index of it. */
  static boolean isIndex(String name) {
    return name.endsWith(INDEX_SUFFIX);
  }

  static String vectorFile(ColumnId column) {
    return column.value() + ".arrow";
  }

  /**
   * The segments that are there, whether or not anything names them. One that nothing names may be
   * a part of what an unfinished transaction meant to write.
   */
  public static List<UUID> list(FileSystem files) {
    List<UUID> found = new ArrayList<>();
    for (String name : files.list(SEGMENTS)) {
      if (UUID_NAME.matcher(name).matches()) {
        found.add(UUID.fromString(name));
      }
    }
    return found;
  }

  /**
   * Removes a segment that no manifest names, or what there is of one that could not be written;
   * nothing happens where it is missing.
   */
  public static void delete(FileSystem files, UUID id) {
    String trash = TEMPORARY + "/" + id;
    if (files.exists(path(id))) {
      // Out of the way first: the name is never seen again once the directory is.
      files.createDirectories(TEMPORARY);
      deleteTree(files, trash);
      files.rename(path(id), trash);
      files.syncDirectory(SEGMENTS);
    }
    deleteTree(files, trash);
  }

  /** Removes a directory without subdirectories, or nothing where it is missing. */
  static void deleteTree(FileSystem files, String directory) {
    for (String name : files.list(directory)) {
      files.delete(directory + "/" + name);
    }
    files.delete(directory);
  }
}
