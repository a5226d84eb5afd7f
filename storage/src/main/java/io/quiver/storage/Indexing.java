package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.SegmentIndexes;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Makes the indexes of segments that have none, and removes those that the catalog has no more.
 * Reads and writes go on; a snapshot keeps the segments until their indexes are made.
 */
final class Indexing {
  private final ReentrantLock turn = new ReentrantLock();
  private final FileSystem files;
  private final CommitPipeline pipeline;
  private final Jobs jobs;

  /** Segments that could not be read, and are left to {@code quiver check}. Owned by the turn. */
  private final Set<UUID> damaged = new HashSet<>();

  /** Segments in which no index that was dropped by then has left its file. Owned by the turn. */
  private final Set<UUID> cleaned = new HashSet<>();

  /** The catalog of that time. Owned by the turn. */
  private long cleanedCatalog = -1;

  private volatile boolean closed;

  Indexing(FileSystem files, CommitPipeline pipeline, Jobs jobs) {
    this.files = files;
    this.pipeline = pipeline;
    this.jobs = jobs;
  }

  /** The indexes of a table that are built. */
  static List<IndexDefinition> built(Catalog catalog, TableDefinition table) {
    return catalog.indexesOf(table.id()).stream().filter(IndexDefinition::isBuilt).toList();
  }

  /**
   * Makes all that is missing in what is committed now.
   *
   * @throws QuiverException 57P01 when it is closed meanwhile; 58030, 53100 when the disk cannot be
   *     read or written
   */
  void buildMissing() {
    turn.lock();
    try {
      buildAll();
    } finally {
      turn.unlock();
    }
  }

  private void buildAll() {
    // A definition that a power cut can still take back must leave no file: another one could get
    // its number.
    pipeline.awaitNewest();
    try (Snapshot snapshot = pipeline.snapshot()) {
      Catalog catalog = snapshot.catalog();
      if (catalog.version() != cleanedCatalog) {
        cleaned.clear();
        cleanedCatalog = catalog.version();
      }
      Set<UUID> there = new HashSet<>();
      for (TableDefinition table : catalog.tables()) {
        List<TablePart> segments = segments(snapshot, table);
        for (IndexDefinition index : built(catalog, table)) {
          List<TablePart> missing = new ArrayList<>();
          for (TablePart part : segments) {
            if (!damaged.contains(part.segment())
                && pipeline.indexes().isMissing(part, table, index)) {
              missing.add(part);
            }
          }
          if (!missing.isEmpty()) {
            build(missing, table, index);
          }
        }
        segments.forEach(part -> there.add(Objects.requireNonNull(part.segment())));
      }
      there.stream().filter(segment -> !cleaned.contains(segment)).forEach(this::removeDropped);
      cleaned.clear();
      cleaned.addAll(there);
    }
  }

  static List<TablePart> segments(Snapshot snapshot, TableDefinition table) {
    List<TablePart> segments = new ArrayList<>();
    for (SegmentView view : snapshot.table(table.id()).segments()) {
      if (view instanceof TablePart part && part.segment() != null) {
        segments.add(part);
      }
    }
    return segments;
  }

  private void build(List<TablePart> missing, TableDefinition table, IndexDefinition index) {
    long rows = missing.stream().mapToLong(TablePart::rowCount).sum();
    Jobs.Running job = jobs.start(Job.Kind.INDEX, table, rows, 0);
    try {
      for (TablePart part : missing) {
        checkOpen();
        build(part, table, index, job);
        job.finishedRows(part.rowCount());
      }
      job.end(null);
    } catch (RuntimeException | Error e) {
      job.end(e);
      throw e;
    }
  }

  private void build(
      TablePart part, TableDefinition table, IndexDefinition index, Jobs.Running job) {
    try {
      job.wrote(pipeline.indexes().build(part, table, index, this::checkOpen));
    } catch (CorruptionException e) {
      UUID segment = part.segment();
      if (segment != null) {
        damaged.add(segment);
      }
      throw e;
    }
  }

  /**
   * Makes the index of all segments of a table anew.
   *
   * @param check what it throws ends the work
   */
  void rebuild(TableId id, IndexDefinition index, Runnable check) {
    turn.lock();
    try (Snapshot snapshot = pipeline.snapshot()) {
      TableDefinition table = snapshot.catalog().table(id);
      if (table != null) {
        for (TablePart part : segments(snapshot, table)) {
          check.run();
          build(List.of(part), table, index);
        }
      }
    } finally {
      turn.unlock();
    }
  }

  /** What was written for an index that was dropped meanwhile goes, too. */
  private void removeDropped(UUID segment) {
    List<IndexId> found = SegmentDirectory.indexes(files, segment);
    // In this order: whoever writes a file has seen its definition.
    Set<IndexId> there =
        pipeline.visible().catalog().indexes().stream()
            .map(IndexDefinition::id)
            .collect(Collectors.toSet());
    for (IndexId index : found) {
      if (!there.contains(index)) {
        files.delete(SegmentDirectory.indexFile(segment, index));
      }
    }
  }

  /**
   * Makes the indexes of segments that nobody has seen yet. Where the disk refuses, they are left
   * for later: rows are not kept waiting for an index.
   *
   * @param progress told about bytes that have been written; what it throws ends the work
   */
  static void build(
      SegmentIndexes indexes,
      List<TablePart> written,
      TableDefinition table,
      Catalog catalog,
      LongConsumer progress) {
    for (TablePart part : written) {
      for (IndexDefinition index : built(catalog, table)) {
        try {
          progress.accept(indexes.build(part, table, index, () -> progress.accept(0)));
        } catch (CorruptionException e) {
          throw e;
        } catch (QuiverException e) {
          if (e.code() != ErrorCode.DISK_FULL && e.code() != ErrorCode.IO_ERROR) {
            throw e;
          }
        }
      }
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
    }
  }

  /** Ends work that is going on soon. */
  void close() {
    closed = true;
  }
}
