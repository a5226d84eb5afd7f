package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** Makes segments. They are immutable, and named by a UUID that is never used again. */
public final class SegmentWriter {
  private SegmentWriter() {}

  /**
   * Writes a segment, which is whole and durable when this returns. After a failure there is no
   * segment of that name; what remains of it below {@code tmp} is in nobody's way.
   *
   * @param columns all of the same length, {@link ColumnId#ROW_ID} among them
   */
  public static void write(FileSystem files, UUID id, List<SegmentColumn> columns) {
    check(columns);
    String temporary = SegmentDirectory.TEMPORARY + "/" + id;
    SegmentDirectory.deleteTree(files, temporary);
    files.createDirectories(SegmentDirectory.SEGMENTS);
    files.createDirectories(temporary);
    List<StorageFile> written = new ArrayList<>();
    try {
      writeFiles(files, temporary, id, columns, written);
      written.forEach(StorageFile::force);
    } finally {
      written.forEach(StorageFile::close);
    }
    files.syncDirectory(temporary);
    files.rename(temporary, SegmentDirectory.path(id));
    files.syncDirectory(SegmentDirectory.SEGMENTS);
  }

  /**
   * Writes a segment that may be read at once, and is durable when it has been forced. After a
   * failure nothing is left of it, where that can be helped.
   *
   * @param columns all of the same length; where {@link ColumnId#ROW_ID} is not among them the rows
   *     have consecutive ids, and whoever names the segment knows the first one
   */
  public static UnforcedSegment writeUnforced(
      FileSystem files, UUID id, List<SegmentColumn> columns) {
    check(columns);
    files.createDirectories(SegmentDirectory.path(id));
    List<StorageFile> written = new ArrayList<>();
    try {
      writeFiles(files, SegmentDirectory.path(id), id, columns, written);
      return new UnforcedSegment(files, id, written);
    } catch (RuntimeException | Error e) {
      try {
        written.forEach(StorageFile::close);
        SegmentDirectory.delete(files, id);
      } catch (RuntimeException remains) {
        e.addSuppressed(remains);
      }
      throw e;
    }
  }

  /** Writes the files of a segment, and leaves them open. */
  private static void writeFiles(
      FileSystem files,
      String directory,
      UUID id,
      List<SegmentColumn> columns,
      List<StorageFile> written) {
    List<SegmentColumn> scalars = new ArrayList<>();
    List<SegmentColumn> vectors = new ArrayList<>();
    for (SegmentColumn column : columns) {
      (column.column().type() instanceof SqlType.Vector ? vectors : scalars).add(column);
    }
    int rows = columns.getFirst().length();
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(SegmentFormat.FORMAT, SegmentFormat.VERSION);
    metadata.put(SegmentFormat.SEGMENT, id.toString());
    for (SegmentColumn vector : vectors) {
      String path = directory + "/" + SegmentDirectory.vectorFile(vector.id());
      written.add(files.open(path, FileSystem.Mode.CREATE));
      ArrowFileWriter.write(written.getLast(), List.of(vector), rows, metadata);
    }
    metadata.put(
        SegmentFormat.VECTORS,
        vectors.stream().map(v -> String.valueOf(v.id().value())).collect(Collectors.joining(",")));
    written.add(files.open(directory + "/" + SegmentDirectory.DATA, FileSystem.Mode.CREATE));
    ArrowFileWriter.write(written.getLast(), scalars, rows, metadata);
  }

  private static void check(List<SegmentColumn> columns) {
    List<ColumnId> ids = columns.stream().map(SegmentColumn::id).toList();
    if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
      throw new IllegalArgumentException("a segment has each column once, found " + ids);
    }
    int rows = columns.getFirst().length();
    for (SegmentColumn column : columns) {
      boolean rowIds = column.id().equals(ColumnId.ROW_ID);
      if (column.length() != rows || (rowIds && !column.column().type().equals(SqlType.BIGINT))) {
        throw new IllegalArgumentException(
            "column %s has %d rows of type %s in a segment of %d rows"
                .formatted(column.name(), column.length(), column.column().type().sqlName(), rows));
      }
    }
  }
}
