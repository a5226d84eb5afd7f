package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.log.Log;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.log.ShardId;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.RowMerge;
import io.quiver.storage.segment.SegmentColumn;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.segment.SegmentWriter;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Writes the rows in memory to segments, installs a manifest that names them, and lets the log go.
 *
 * <p>A crash leaves the old manifest or the new one; segments that the one that counts does not
 * name are removed at the next opening. A flush that fails changes nothing, and takes away what it
 * has written. This object's lock owns the manifest.
 */
final class Flusher implements AutoCloseable {
  private final FileSystem files;
  private final RandomGenerator random;
  private final CommitPipeline pipeline;
  private final ManifestStore manifests;
  private final Log log;
  private final long epoch;
  private final Deque<Retired> retired = new ArrayDeque<>();

  /** Written by flushes whose manifest may be the one that counts, for all we know. */
  private final List<UUID> unsettled = new ArrayList<>();

  private final List<UUID> written = new ArrayList<>();
  private volatile Manifest manifest;
  private boolean closed;

  Flusher(Opened opened) {
    files = opened.files();
    random = opened.random();
    pipeline = opened.pipeline();
    manifests = opened.manifests();
    log = opened.log();
    epoch = opened.epoch();
    manifest = opened.manifest();
  }

  /** What recovery found, and a flusher goes on with. */
  record Opened(
      FileSystem files,
      RandomGenerator random,
      CommitPipeline pipeline,
      ManifestStore manifests,
      Log log,
      long epoch,
      Manifest manifest) {}

  /** A segment that has no place in the tables from an arrangement on. */
  private record Retired(UUID segment, long since) {}

  /** Some of a table's parts, one after the other, and what they were rewritten to. */
  private record Rewritten(int from, int count, List<TablePart> to) {}

  /**
   * Makes all that has been committed part of segments.
   *
   * @throws QuiverException 57P01 after closing; 58030, 53100 when the disk cannot be written
   */
  synchronized void flush() {
    if (closed) {
      throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
    }
    removeRetired();
    CommitPipeline.Sealed sealed = pipeline.seal();
    DatabaseState state = sealed.state();
    if (state.version().value() == manifest.commitVersion() && state.memoryBytes() == 0) {
      return;
    }
    Map<TableId, List<Rewritten>> rewritten = rewrite(state);
    Manifest next = manifest(state.with(replaced(state, state, rewritten)), sealed.position());
    unsettled.addAll(written);
    manifests.install(next);
    Manifest old = manifest;
    manifest = next;
    unsettled.removeAll(next.segmentIds());
    unsettled.forEach(id -> SegmentDirectory.delete(files, id));
    unsettled.clear();
    DatabaseState arranged =
        pipeline.rearrange(newest -> newest.with(replaced(newest, state, rewritten)));
    Set<UUID> kept = new HashSet<>(next.segmentIds());
    List<UUID> adopted = pipeline.adopted(state.version());
    pipeline.settled(adopted);
    Set<UUID> before = new LinkedHashSet<>(old.segmentIds());
    before.addAll(adopted);
    for (UUID id : before) {
      if (!kept.contains(id)) {
        retired.add(new Retired(id, arranged.arrangement()));
      }
    }
    log.truncate(ShardId.FIRST, sealed.position(), epoch);
    manifests.removeOthers(next);
    removeRetired();
  }

  /** Removes segments that neither the manifest nor a snapshot needs. */
  synchronized void removeRetired() {
    long oldest = pipeline.oldestArrangement();
    while (!retired.isEmpty() && retired.getFirst().since() <= oldest) {
      SegmentDirectory.delete(files, retired.getFirst().segment());
      retired.removeFirst();
    }
  }

  /** Whether segments of tables that are dropped by now are still there. */
  boolean holdsDropped(Catalog catalog) {
    Manifest current = manifest;
    if (current.catalog().version() == catalog.version()) {
      return false;
    }
    return current.tables().stream()
        .anyMatch(
            table -> !table.segments().isEmpty() && catalog.table(table.definition().id()) == null);
  }

  /** Waits for a flush that is running; there is none afterwards. */
  @Override
  public synchronized void close() {
    closed = true;
  }

  private Map<TableId, List<Rewritten>> rewrite(DatabaseState state) {
    Map<TableId, List<Rewritten>> rewritten = new HashMap<>();
    written.clear();
    try {
      state.tables().forEach((id, table) -> rewritten.put(id, rewrite(table)));
      return rewritten;
    } catch (RuntimeException | Error e) {
      try {
        written.forEach(id -> SegmentDirectory.delete(files, id));
      } catch (RuntimeException remains) {
        e.addSuppressed(remains);
      }
      throw e;
    }
  }

  private List<Rewritten> rewrite(TableState table) {
    List<Rewritten> all = new ArrayList<>();
    for (MergePolicy.Run run : MergePolicy.runs(table.parts())) {
      List<TablePart> parts = table.parts().subList(run.from(), run.from() + run.count());
      all.add(new Rewritten(run.from(), run.count(), merge(table.definition(), parts)));
    }
    return all;
  }

  /** Writes the live rows of some parts to one segment, or to none where all are deleted. */
  private List<TablePart> merge(TableDefinition table, List<TablePart> parts) {
    int rows = parts.stream().mapToInt(TablePart::liveRowCount).sum();
    if (rows == 0) {
      return List.of();
    }
    Map<ColumnId, SqlType> types = new LinkedHashMap<>();
    table.columns().forEach(column -> types.put(column.id(), column.type()));
    RowMerge merge = new RowMerge(types, rows);
    parts.forEach(part -> merge.add(part.columns(), part.rowCount(), part.deleted()));
    List<SegmentColumn> columns = new ArrayList<>();
    merge
        .columns()
        .forEach((id, column) -> {
          boolean rowId = id.equals(ColumnId.ROW_ID);
          ColumnDefinition definition = rowId ? null : table.column(id);
          columns.add(
              definition == null
                  ? new SegmentColumn(id, "row_id", false, column)
                  : new SegmentColumn(id, definition.name(), definition.nullable(), column));
        });
    UUID id = new UUID(random.nextLong(), random.nextLong());
    written.add(id);
    SegmentWriter.write(files, id, columns);
    long bytes = merge.columns().values().stream().mapToLong(Column::sizeInBytes).sum();
    SegmentReader segment = SegmentReader.open(files, id);
    return List.of(new TablePart(segment, DeletedRows.NONE, bytes, id));
  }

  /**
   * The tables with rewritten parts put in the place of the old ones.
   *
   * @param newest the tables now: after the sealed parts they may have more, and in them more
   *     deleted rows
   * @param sealed the tables as they were rewritten
   */
  private static Map<TableId, TableState> replaced(
      DatabaseState newest, DatabaseState sealed, Map<TableId, List<Rewritten>> rewritten) {
    Map<TableId, TableState> tables = new HashMap<>();
    newest
        .tables()
        .forEach((id, table) -> {
          TableState before = sealed.tables().get(id);
          List<Rewritten> all = rewritten.getOrDefault(id, List.of());
          tables.put(id, before == null ? table : replaced(table, before, all));
        });
    return tables;
  }

  private static TableState replaced(TableState newest, TableState sealed, List<Rewritten> all) {
    List<TablePart> parts = new ArrayList<>();
    List<Long> deletedSince = new ArrayList<>();
    int next = 0;
    for (Rewritten rewritten : all) {
      parts.addAll(newest.parts().subList(next, rewritten.from()));
      next = rewritten.from() + rewritten.count();
      for (int i = rewritten.from(); i < next; i++) {
        collectDeleted(newest.parts().get(i), sealed.parts().get(i), deletedSince);
      }
      parts.addAll(rewritten.to());
    }
    parts.addAll(newest.parts().subList(next, newest.parts().size()));
    long[] deleted = deletedSince.stream().mapToLong(Long::longValue).toArray();
    return newest.with(parts).delete(deleted);
  }

  private static void collectDeleted(TablePart newest, TablePart sealed, List<Long> into) {
    if (newest.deleted().count() == sealed.deleted().count()) {
      return;
    }
    Column rowIds = newest.column(ColumnId.ROW_ID);
    for (int row = 0; row < newest.rowCount(); row++) {
      if (newest.deleted().contains(row) && !sealed.deleted().contains(row)) {
        into.add(rowIds.getLong(row));
      }
    }
  }

  private Manifest manifest(DatabaseState state, Lsn position) {
    List<Manifest.Table> tables = new ArrayList<>();
    for (TableDefinition definition : state.catalog().tables()) {
      TableState table = state.tables().get(definition.id());
      if (table == null) {
        throw new IllegalStateException("no rows of " + definition.name());
      }
      List<Manifest.Segment> segments = new ArrayList<>();
      for (TablePart part : table.parts()) {
        UUID id = part.segment();
        if (id == null) {
          throw new IllegalStateException("rows of " + definition.name() + " are left in memory");
        }
        segments.add(
            new Manifest.Segment(
                id, part.firstRowId(), part.rowCount(), part.sizeInBytes(), part.deleted()));
      }
      tables.add(new Manifest.Table(definition, table.nextRowId(), table.nextIdentity(), segments));
    }
    return new Manifest(
        manifest.number() + 1,
        state.version().value(),
        position,
        state.catalog(),
        pipeline.nextTable(),
        tables);
  }
}
