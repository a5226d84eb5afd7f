package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.SummaryBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
   * @param filtered the columns that are looked up by value: these get Bloom filters
   */
  public static void write(
      FileSystem files, UUID id, List<SegmentColumn> columns, Set<ColumnId> filtered) {
    List<DeferredColumn> made = columns.stream().map(DeferredColumn::of).toList();
    write(files, id, made, filtered, written -> {});
  }

  /**
   * Writes a segment as {@link #write(FileSystem, UUID, List, Set)} does, with one column at a time
   * in memory, or a few that are small.
   *
   * @param progress told how many bytes have been written since it was told last; what it throws
   *     ends the writing
   * @return the bytes of all columns in memory
   */
  public static long write(
      FileSystem files,
      UUID id,
      List<DeferredColumn> columns,
      Set<ColumnId> filtered,
      LongConsumer progress) {
    check(columns);
    String temporary = SegmentDirectory.TEMPORARY + "/" + id;
    SegmentDirectory.deleteTree(files, temporary);
    files.createDirectories(SegmentDirectory.SEGMENTS);
    files.createDirectories(temporary);
    List<StorageFile> written = new ArrayList<>();
    long bytes;
    try {
      Target target = new Target(files, temporary, id, written);
      bytes = writeFiles(target, columns, filtered, progress);
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
      FileSystem files, UUID id, List<SegmentColumn> columns, Set<ColumnId> filtered) {
    List<DeferredColumn> made = columns.stream().map(DeferredColumn::of).toList();
    check(made);
    files.createDirectories(SegmentDirectory.path(id));
    List<StorageFile> written = new ArrayList<>();
    try {
      Target target = new Target(files, SegmentDirectory.path(id), id, written);
      writeFiles(target, made, filtered, bytes -> {});
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
      Target target, List<DeferredColumn> columns, Set<ColumnId> filtered, LongConsumer progress) {
    Map<ColumnId, ColumnSummary.Known> summaries = new LinkedHashMap<>();
    List<DeferredColumn> scalars = new ArrayList<>();
    List<DeferredColumn> vectors = new ArrayList<>();
    for (DeferredColumn each : columns) {
      DeferredColumn column = summarized(each, filtered, summaries);
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
    bytes += new ArrowFileWriter(scalars, rows, metadata, progress).writeTo(data);
    StatisticsFile.write(target.create(StatisticsFile.NAME), target.id(), rows, summaries);
    return bytes;
  }

  /** The same column, of which is written down what is known of it when it is first made. */
  private static DeferredColumn summarized(
      DeferredColumn column, Set<ColumnId> filtered, Map<ColumnId, ColumnSummary.Known> summaries) {
    ColumnId id = column.id();
    if (id.equals(ColumnId.ROW_ID)) {
      return column;
    }
    return new DeferredColumn(
        id,
        column.name(),
        column.nullable(),
        column.type(),
        column.rows(),
        () -> {
          SegmentColumn made = column.column().get();
          summaries.computeIfAbsent(
              id, same -> SummaryBuilder.of(made.pieces(), filtered.contains(id)));
          return made;
        });
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
