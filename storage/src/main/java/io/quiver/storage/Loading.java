package io.quiver.storage;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Brings what tables have in files into memory before it is read, or lets go of it. */
final class Loading {
  private final CommitPipeline pipeline;
  private final SegmentCache cache;
  private final Jobs jobs;

  Loading(CommitPipeline pipeline, SegmentCache cache, Jobs jobs) {
    this.pipeline = pipeline;
    this.cache = cache;
    this.jobs = jobs;
  }

  /** A segment, and what is to be loaded of it. */
  private record Work(TablePart part, List<Cached<?>> entries) {
    long bytes() {
      return entries.stream().mapToLong(Cached::bytes).sum();
    }
  }

  /**
   * Brings columns into memory as far as the cache goes, or the map's pages where nothing is
   * copied.
   *
   * @param columns none is all, and the table's indexes
   * @throws QuiverException 57014 when it is cancelled, 42P01 when the table has been dropped
   */
  void load(TableId id, List<ColumnId> columns, BooleanSupplier cancelled) {
    try (Snapshot snapshot = pipeline.snapshot()) {
      TableDefinition table = table(snapshot, id);
      List<Work> all = work(snapshot, table, columns);
      long rows = all.stream().mapToLong(work -> work.part().rowCount()).sum();
      long bytes = all.stream().mapToLong(Work::bytes).sum();
      Jobs.Running job = jobs.start(Job.Kind.LOAD, table, rows, bytes);
      try {
        cache.makeRoom(bytes);
        for (Work work : all) {
          boolean loaded = true;
          for (Cached<?> entry : work.entries()) {
            check(cancelled);
            if (entry.load(() -> check(cancelled))) {
              job.wrote(entry.bytes());
            } else {
              loaded = false;
            }
          }
          job.finishedRows(loaded ? work.part().rowCount() : 0);
        }
        job.end(null);
      } catch (RuntimeException | Error e) {
        job.end(e);
        throw e;
      }
    }
  }

  /**
   * Lets go of all that is kept of a table; queries that read it go on.
   *
   * @throws QuiverException 42P01 when the table has been dropped
   */
  void release(TableId id) {
    try (Snapshot snapshot = pipeline.snapshot()) {
      TableDefinition table = table(snapshot, id);
      for (Work work : work(snapshot, table, List.of())) {
        work.entries().forEach(Cached::unload);
      }
    }
  }

  private static TableDefinition table(Snapshot snapshot, TableId id) {
    TableDefinition table = snapshot.catalog().table(id);
    if (table == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + id.value() + " does not exist any more");
    }
    return table;
  }

  private List<Work> work(Snapshot snapshot, TableDefinition table, List<ColumnId> columns) {
    List<ColumnId> wanted = new ArrayList<>(columns);
    List<IndexDefinition> indexes = List.of();
    if (columns.isEmpty()) {
      wanted.add(ColumnId.ROW_ID);
      table.columns().stream().map(ColumnDefinition::id).forEach(wanted::add);
      indexes = Indexing.built(snapshot.catalog(), table);
    }
    List<Work> all = new ArrayList<>();
    for (TablePart part : Indexing.segments(snapshot, table)) {
      List<Cached<?>> entries = new ArrayList<>();
      wanted.forEach(column -> entries.addAll(part.columns().cached(column)));
      for (IndexDefinition index : indexes) {
        Cached<?> stored = pipeline.indexes().cached(part, table, index);
        if (stored != null) {
          entries.add(stored);
        }
      }
      all.add(new Work(part, entries));
    }
    return all;
  }

  private static void check(BooleanSupplier cancelled) {
    if (cancelled.getAsBoolean()) {
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
    }
  }
}
