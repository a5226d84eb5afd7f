package io.quiver.storage.transaction;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.NumberedRows;
import io.quiver.storage.memtable.RowMerge;
import io.quiver.storage.segment.SegmentColumn;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.segment.SegmentWriter;
import io.quiver.storage.segment.UnforcedSegment;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of open transactions straight to segments, so that a large load is written once and
 * does not fill the memory.
 *
 * <p>A segment lies below {@code segments} at once, and nothing names it until its transaction is
 * committed: it is forced to the disk before the log gets the record that names it, and removed
 * when the transaction ends otherwise. After a crash, opening removes what neither the manifest nor
 * the log names. Safe for many threads.
 */
public final class SegmentSpool {
  private final FileSystem files;
  private final SegmentCache cache;
  private final RandomGenerator random;
  private final long thresholdBytes;
  private final @Nullable Threads threads;
  private final RetiredSegments retired;

  /**
   * @param thresholdBytes how many bytes of a table's new rows a transaction keeps in memory
   * @param threads null has the transaction's thread write segments, and force them when it commits
   * @param retired takes the segments of transactions that were not committed
   */
  public SegmentSpool(
      SegmentCache cache,
      RandomGenerator random,
      long thresholdBytes,
      @Nullable Threads threads,
      RetiredSegments retired) {
    this.files = cache.files();
    this.cache = cache;
    this.random = random;
    this.thresholdBytes = thresholdBytes;
    this.threads = threads;
    this.retired = retired;
  }

  /** Write segments, and make them durable, while their transactions go on. */
  public record Threads(Executor writing, Executor forcing) {}

  /**
   * A segment of an open transaction.
   *
   * @param forced when it is durable, or null where nobody has begun to make it so
   */
  record Spooled(
      UnforcedSegment files, SegmentReader reader, @Nullable CompletableFuture<Void> forced) {
    UUID id() {
      return files.id();
    }
  }

  long thresholdBytes() {
    return thresholdBytes;
  }

  /**
   * Writes all rows of some parts, one after the other, deleted ones too: at once where there are
   * no threads for it.
   */
  CompletableFuture<Spooled> write(TableDefinition table, List<TablePart> parts) {
    UUID id = new UUID(random.nextLong(), random.nextLong());
    return threads == null
        ? CompletableFuture.completedFuture(write(id, table, parts, null))
        : CompletableFuture.supplyAsync(
            () -> write(id, table, parts, threads.forcing()), threads.writing());
  }

  private Spooled write(
      UUID id, TableDefinition table, List<TablePart> parts, @Nullable Executor forcing) {
    UnforcedSegment segment =
        SegmentWriter.writeUnforced(
            files, id, columns(table, parts), Set.copyOf(table.primaryKey()));
    try {
      SegmentReader reader = SegmentReader.open(cache, id);
      CompletableFuture<Void> forced =
          forcing == null ? null : CompletableFuture.runAsync(segment::force, forcing);
      return new Spooled(segment, reader, forced);
    } catch (RuntimeException | Error e) {
      try {
        segment.close();
        SegmentDirectory.delete(files, id);
      } catch (RuntimeException remains) {
        e.addSuppressed(remains);
      }
      throw e;
    }
  }

  /** The same rows as some parts, in a segment that {@link #write} made of them. */
  static TablePart part(TableDefinition table, Spooled segment, List<TablePart> parts) {
    int rows = 0;
    long bytes = 0;
    List<Integer> gone = new ArrayList<>();
    for (TablePart part : parts) {
      for (int row = 0; part.deleted().count() > 0 && row < part.rowCount(); row++) {
        if (part.deleted().contains(row)) {
          gone.add(rows + row);
        }
      }
      rows += part.rowCount();
      bytes += part.sizeInBytes();
    }
    long first = parts.getFirst().firstRowId();
    if (parts.getLast().lastRowId() - first != rows - 1) {
      throw new IllegalStateException("new rows of " + table.name() + " are not consecutive");
    }
    int[] positions = gone.stream().mapToInt(Integer::intValue).toArray();
    DeletedRows deleted =
        positions.length == 0
            ? DeletedRows.NONE
            : DeletedRows.NONE.with(positions, positions.length);
    return new TablePart(
            new NumberedRows(segment.reader(), rows, first), deleted, bytes, segment.id())
        .covering(table);
  }

  /** What can be written where it is goes as it is; the rest is copied together first. */
  private static List<SegmentColumn> columns(TableDefinition table, List<TablePart> parts) {
    Map<ColumnId, SqlType> copied = new LinkedHashMap<>();
    Map<ColumnId, List<Column>> joined = new LinkedHashMap<>();
    for (ColumnDefinition column : table.columns()) {
      List<Column> pieces = parts.stream().map(part -> part.column(column.id())).toList();
      if (pieces.size() == 1 || pieces.stream().allMatch(SegmentColumn::joins)) {
        joined.put(column.id(), pieces);
      } else {
        copied.put(column.id(), column.type());
      }
    }
    if (!copied.isEmpty()) {
      RowMerge merge = new RowMerge(copied, parts.stream().mapToInt(TablePart::rowCount).sum());
      parts.forEach(part -> merge.add(part.columns(), part.rowCount(), DeletedRows.NONE));
      merge.columns().forEach((id, column) -> joined.put(id, List.of(column)));
    }
    List<SegmentColumn> columns = new ArrayList<>();
    for (ColumnDefinition column : table.columns()) {
      columns.add(
          new SegmentColumn(
              column.id(),
              column.name(),
              column.nullable(),
              Objects.requireNonNull(joined.get(column.id()))));
    }
    return columns;
  }

  /** Removes segments that nothing names, as soon as no open snapshot may read them. */
  void abandon(List<UUID> segments, CommitPipeline pipeline) {
    if (!segments.isEmpty()) {
      long until = pipeline.rearrange(newest -> newest.with(newest.tables())).arrangement();
      segments.forEach(id -> retired.add(id, 0, until));
    }
    retired.sweep();
  }
}
