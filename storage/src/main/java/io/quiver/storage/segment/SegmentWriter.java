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
    List<SegmentColumn> scalars = new ArrayList<>();
    List<SegmentColumn> vectors = new ArrayList<>();
    for (SegmentColumn column : columns) {
      (column.column().type() instanceof SqlType.Vector ? vectors : scalars).add(column);
    }
    String temporary = SegmentDirectory.TEMPORARY + "/" + id;
    SegmentDirectory.deleteTree(files, temporary);
    files.createDirectories(SegmentDirectory.SEGMENTS);
    files.createDirectories(temporary);
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(SegmentFormat.FORMAT, SegmentFormat.VERSION);
    metadata.put(SegmentFormat.SEGMENT, id.toString());
    for (SegmentColumn vector : vectors) {
      String path = temporary + "/" + SegmentDirectory.vectorFile(vector.id());
      writeFile(files, path, List.of(vector), metadata);
    }
    metadata.put(
        SegmentFormat.VECTORS,
        vectors.stream().map(v -> String.valueOf(v.id().value())).collect(Collectors.joining(",")));
    writeFile(files, temporary + "/" + SegmentDirectory.DATA, scalars, metadata);
    files.syncDirectory(temporary);
    files.rename(temporary, SegmentDirectory.path(id));
    files.syncDirectory(SegmentDirectory.SEGMENTS);
  }

  private static void writeFile(
      FileSystem files, String path, List<SegmentColumn> columns, Map<String, String> metadata) {
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      ArrowFileWriter.write(file, columns, metadata);
      file.force();
    }
  }

  private static void check(List<SegmentColumn> columns) {
    List<ColumnId> ids = columns.stream().map(SegmentColumn::id).toList();
    if (ids.stream().distinct().count() != ids.size() || !ids.contains(ColumnId.ROW_ID)) {
      throw new IllegalArgumentException(
          "a segment has row ids and each column once, found " + ids);
    }
    int rows = columns.getFirst().column().length();
    for (SegmentColumn column : columns) {
      boolean rowIds = column.id().equals(ColumnId.ROW_ID);
      if (column.column().length() != rows
          || (rowIds && !column.column().type().equals(SqlType.BIGINT))) {
        throw new IllegalArgumentException(
            "column %s has %d rows of type %s in a segment of %d rows"
                .formatted(
                    column.name(),
                    column.column().length(),
                    column.column().type().sqlName(),
                    rows));
      }
    }
  }
}
