package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.memtable.ColumnMerge;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.segment.DeferredColumn;
import io.quiver.storage.segment.SegmentColumn;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.segment.SegmentWriter;
import io.quiver.storage.transaction.TablePart;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;

/**
 * Writes the live rows of parts that follow each other to one segment. One column at a time is in
 * memory, outside the Java heap, and what a part's segment holds is read block by block past the
 * readers' cache: so it takes about as much memory as the largest column that it writes.
 */
final class SegmentMerge {
  /** Rows of a column without bytes in the segment that are made at a time; a multiple of 8. */
  private static final int ADDED_ROWS = 2_048;

  private final SegmentCache cache;
  private final TableDefinition table;
  private final List<TablePart> parts;
  private final LongConsumer progress;
  private final IdentityHashMap<TablePart, SegmentReader> readers = new IdentityHashMap<>();
  private final int rows;

  /**
   * @param progress told about bytes that have been written; it may wait, or throw to end the work
   */
  SegmentMerge(
      SegmentCache cache, TableDefinition table, List<TablePart> parts, LongConsumer progress) {
    this.cache = cache;
    this.table = table;
    this.parts = parts;
    this.progress = progress;
    this.rows = parts.stream().mapToInt(TablePart::liveRowCount).sum();
  }

  /** Writes the segment, or nothing where all rows are deleted. */
  List<TablePart> write(UUID id) {
    if (rows == 0) {
      return List.of();
    }
    FileSystem files = cache.files();
    List<DeferredColumn> columns = new ArrayList<>();
    columns.add(deferred(ColumnId.ROW_ID, "row_id", false, SqlType.BIGINT));
    for (ColumnDefinition column : table.columns()) {
      columns.add(deferred(column.id(), column.name(), column.nullable(), column.type()));
    }
    for (TablePart part : parts) {
      UUID segment = part.segment();
      if (segment != null) {
        readers.put(part, SegmentReader.open(files, segment));
      }
    }
    long bytes = SegmentWriter.write(files, id, columns, Set.copyOf(table.primaryKey()), progress);
    SegmentReader segment = SegmentReader.open(cache, id);
    return List.of(new TablePart(segment, DeletedRows.NONE, bytes, id));
  }

  private DeferredColumn deferred(ColumnId id, String name, boolean nullable, SqlType type) {
    return new DeferredColumn(
        id,
        name,
        nullable,
        type,
        rows,
        () -> new SegmentColumn(id, name, nullable, merged(id, type)));
  }

  private Column merged(ColumnId id, SqlType type) {
    ColumnMerge merge = new ColumnMerge(type, rows);
    for (TablePart part : parts) {
      SegmentReader reader = readers.get(part);
      int[] next = {0};
      if (reader == null) {
        merge.add(part.column(id), 0, part.deleted());
      } else if (reader.has(id)) {
        reader.forEachBlock(
            id,
            block -> {
              merge.add(Widening.widen(block, type), next[0], part.deleted());
              next[0] += block.length();
              progress.accept(0);
            });
      } else {
        for (int from = 0; from < part.rowCount(); from += ADDED_ROWS) {
          int count = Math.min(ADDED_ROWS, part.rowCount() - from);
          merge.add(part.slice(id, from, count), from, part.deleted());
        }
      }
    }
    return merge.column();
  }
}
