package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;

/** Where segments lie: {@code segments/<uuid>/}, one directory each. */
public final class SegmentDirectory {
  static final String SEGMENTS = "segments";
  static final String TEMPORARY = "tmp";
  static final String DATA = "data.arrow";
  private static final Pattern UUID_NAME =
      Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  private SegmentDirectory() {}

  static String path(UUID id) {
    return SEGMENTS + "/" + id;
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
