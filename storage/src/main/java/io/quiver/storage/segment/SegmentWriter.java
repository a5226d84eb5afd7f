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
import java.util.function.LongConsumer;
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
    write(files, id, columns.stream().map(DeferredColumn::of).toList(), written -> {});
  }

  /**
   * Writes a segment as {@link #write(FileSystem, UUID, List)} does, with one column at a time in
   * memory, or a few that are small.
   *
   * @param progress told how many bytes have been written since it was told last; what it throws
   *     ends the writing
   * @return the bytes of all columns in memory
   */
  public static long write(
      FileSystem files, UUID id, List<DeferredColumn> columns, LongConsumer progress) {
    check(columns);
    String temporary = SegmentDirectory.TEMPORARY + "/" + id;
    SegmentDirectory.deleteTree(files, temporary);
    files.createDirectories(SegmentDirectory.SEGMENTS);
    files.createDirectories(temporary);
    List<StorageFile> written = new ArrayList<>();
    long bytes;
    try {
      bytes = writeFiles(new Target(files, temporary, id, written), columns, progress);
      written.forEach(StorageFile::force);
    } finally {
      written.forEach(StorageFile::close);
    }
    files.syncDirectory(temporary);
    files.rename(temporary, SegmentDirectory.path(id));
    files.syncDirectory(SegmentDirectory.SEGMENTS);
    return bytes;
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
    List<DeferredColumn> made = columns.stream().map(DeferredColumn::of).toList();
    check(made);
    files.createDirectories(SegmentDirectory.path(id));
    List<StorageFile> written = new ArrayList<>();
    try {
      writeFiles(new Target(files, SegmentDirectory.path(id), id, written), made, bytes -> {});
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

  /** Where a segment's files go; those that have been written are left open. */
  private record Target(FileSystem files, String directory, UUID id, List<StorageFile> written) {
    StorageFile create(String name) {
      written.add(files.open(directory + "/" + name, FileSystem.Mode.CREATE));
      return written.getLast();
    }
  }

  /** Writes the files of a segment; returns the bytes of its columns in memory. */
  private static long writeFiles(
      Target target, List<DeferredColumn> columns, LongConsumer progress) {
    List<DeferredColumn> scalars = new ArrayList<>();
    List<DeferredColumn> vectors = new ArrayList<>();
    for (DeferredColumn column : columns) {
      (column.type() instanceof SqlType.Vector ? vectors : scalars).add(column);
    }
    int rows = columns.getFirst().rows();
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(SegmentFormat.FORMAT, SegmentFormat.VERSION);
    metadata.put(SegmentFormat.SEGMENT, target.id().toString());
    long bytes = 0;
    for (DeferredColumn vector : vectors) {
      StorageFile file = target.create(SegmentDirectory.vectorFile(vector.id()));
      bytes += new ArrowFileWriter(List.of(vector), rows, metadata, progress).writeTo(file);
    }
    metadata.put(
        SegmentFormat.VECTORS,
        vectors.stream().map(v -> String.valueOf(v.id().value())).collect(Collectors.joining(",")));
    StorageFile data = target.create(SegmentDirectory.DATA);
    return bytes + new ArrowFileWriter(scalars, rows, metadata, progress).writeTo(data);
  }

  private static void check(List<DeferredColumn> columns) {
    List<ColumnId> ids = columns.stream().map(DeferredColumn::id).toList();
    if (ids.isEmpty() || ids.stream().distinct().count() != ids.size()) {
      throw new IllegalArgumentException("a segment has each column once, found " + ids);
    }
    int rows = columns.getFirst().rows();
    for (DeferredColumn column : columns) {
      boolean rowIds = column.id().equals(ColumnId.ROW_ID);
      if (column.rows() != rows || (rowIds && !column.type().equals(SqlType.BIGINT))) {
        throw new IllegalArgumentException(
            "column %s has %d rows of type %s in a segment of %d rows"
                .formatted(column.name(), column.rows(), column.type().sqlName(), rows));
      }
    }
  }
}
