package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.IndexLag;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.index.BuildOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Opens the vector indexes of segments, and makes those that are missing, one after the other, then
 * those of rows in memory. Reads and writes go on; a segment stays until its index is made.
 */
final class VectorIndexing {
  /** How often a build asks whether anybody wants it still. */
  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final System.Logger LOG = System.getLogger(VectorIndexing.class.getName());

  private final ReentrantLock turn = new ReentrantLock();
  private final Scheduler scheduler;
  private final CommitPipeline pipeline;
  private final Jobs jobs;
  private final FileSystem files;
  private final boolean builds;

  private volatile boolean closed;

  /**
   * @param builds whether indexes that have no file are made, or files are opened alone
   */
  VectorIndexing(StoreOptions options, CommitPipeline pipeline, Jobs jobs, boolean builds) {
    this.scheduler = options.scheduler();
    this.pipeline = pipeline;
    this.jobs = jobs;
    this.files = options.files();
    this.builds = builds;
    if (builds) {
      IndexLag lag = pipeline.indexes().vectors().lag();
      pipeline.onCommit(state -> lag.committed(state, scheduler.nanoTime()));
    }
  }

  private record Target(IndexId index, @Nullable UUID segment) {}

  /** An index that a segment, or a part in memory, is to have. */
  private record Work(TableDefinition table, IndexDefinition index, TablePart part) {
    Target target() {
      return new Target(index.id(), part.segment());
    }
  }

  /**
   * Opens or makes all that is missing. What cannot be made, because the segment is damaged or the
   * build takes more memory than it may, is left out until the database is opened again.
   *
   * @throws QuiverException 57P01 when it is closed meanwhile; 58030, 53100 when the disk cannot be
   *     read or written
   */
  void buildMissing() {
    buildMissing(() -> {});
  }

  /**
   * As {@link #buildMissing()}.
   *
   * @param before what is done before the next index is chosen
   */
  void buildMissing(Runnable before) {
    turn.lock();
    try {
      buildAll(before);
    } finally {
      turn.unlock();
    }
  }

  private void buildAll(Runnable before) {
    // A definition that a power cut can still take back must leave no file: another one could get
    // its number.
    pipeline.awaitNewest();
    Map<Target, QuiverException> refused = new LinkedHashMap<>();
    boolean more = true;
    while (more) {
      checkOpen();
      before.run();
      // A snapshot for each segment: others must not stay on the disk for one that takes long.
      try (Snapshot snapshot = pipeline.snapshot()) {
        forgetDropped(snapshot);
        Work next = next(snapshot, refused.keySet());
        more = next != null;
        if (next != null) {
          QuiverException refusal = make(next);
          if (refusal != null) {
            refused.put(next.target(), refusal);
          }
        }
      }
    }
    if (!refused.isEmpty()) {
      throw refused.values().iterator().next();
    }
  }

  /** Gives why the disk has refused, if it has: what is next is tried all the same. */
  private @Nullable QuiverException make(Work work) {
    try {
      boolean made =
          indexes().open(work.part(), work.table(), work.index()) || (builds && build(work));
      if (!made) {
        indexes().giveUp(work.part(), work.index(), "the database is open for reading", false);
      }
    } catch (CorruptionException | IllegalArgumentException | OutOfMemoryError e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "index " + work.index().name() + " cannot be built; searches are exact",
          e);
      indexes().giveUp(work.part(), work.index(), String.valueOf(e.getMessage()), false);
    } catch (QuiverException e) {
      if (!isRefusal(e)) {
        throw e;
      }
      indexes().giveUp(work.part(), work.index(), String.valueOf(e.getMessage()), true);
      return e;
    }
    return null;
  }

  /** Whether the disk may take another time what it has refused. */
  private static boolean isRefusal(QuiverException e) {
    return e.code() == ErrorCode.DISK_FULL || e.code() == ErrorCode.IO_ERROR;
  }

  private VectorIndexes indexes() {
    return pipeline.indexes().vectors();
  }

  /** Segments come first: they are larger, and rows in memory may soon be written to one. */
  private @Nullable Work next(Snapshot snapshot, Set<Target> refused) {
    Work ofSegment = next(snapshot, refused, false);
    return ofSegment == null && builds ? next(snapshot, refused, true) : ofSegment;
  }

  private @Nullable Work next(Snapshot snapshot, Set<Target> refused, boolean inMemory) {
    Catalog catalog = snapshot.catalog();
    for (IndexDefinition index : catalog.indexes()) {
      TableDefinition table = catalog.table(index.table());
      if (!index.kind().isVector() || table == null) {
        continue;
      }
      List<TablePart> parts = parts(snapshot, table);
      for (TablePart part : parts) {
        Work work = new Work(table, index, part);
        boolean grows = inMemory && part == parts.getLast();
        if (inMemory == (part.segment() == null)
            && !refused.contains(work.target())
            && (grows ? indexes().isBehind(part, index) : indexes().isMissing(part, index))) {
          return work;
        }
      }
    }
    return null;
  }

  private static List<TablePart> parts(Snapshot snapshot, TableDefinition table) {
    return snapshot.table(table.id()).segments().stream()
        .filter(TablePart.class::isInstance)
        .map(TablePart.class::cast)
        .toList();
  }

  private void forgetDropped(Snapshot snapshot) {
    Catalog catalog = snapshot.catalog();
    Set<IndexId> there =
        catalog.indexes().stream().map(IndexDefinition::id).collect(Collectors.toSet());
    for (TableDefinition table : catalog.tables()) {
      parts(snapshot, table).forEach(part -> part.retainVectorIndexes(there::contains));
    }
    indexes().backlog().retain(there::contains);
    indexes().lag().retain(there::contains);
  }

  /** Makes an index, unless nobody wants it any more: then the next snapshot is without it. */
  private boolean build(Work work) {
    TablePart part = work.part();
    Jobs.Running job = jobs.start(Job.Kind.INDEX, work.table(), part.rowCount(), 0);
    BuildOptions options =
        BuildOptions.threads(1)
            .withProgress(new Progress(job, part.rowCount())::part)
            .withCancelled(new Asking(work)::isCancelled);
    try {
      job.wrote(indexes().build(part, work.table(), work.index(), options));
      job.end(null);
    } catch (CancellationException e) {
      QuiverException cancelled = closed();
      job.end(cancelled);
      if (closed) {
        throw cancelled;
      }
    } catch (RuntimeException | Error e) {
      job.end(e);
      throw e;
    }
    UUID segment = part.segment();
    if (segment != null && !isWanted(work)) {
      files.delete(SegmentDirectory.indexFile(segment, work.index().id()));
    }
    return true;
  }

  /** Whether the index has not been dropped, and its rows not been put elsewhere. */
  private boolean isWanted(Work work) {
    DatabaseState now = pipeline.visible();
    TableState table = now.tables().get(work.table().id());
    return table != null
        && now.catalog().indexesOf(work.table().id()).stream()
            .anyMatch(index -> index.id().equals(work.index().id()))
        && table.parts().stream().anyMatch(work.part()::isOfSame);
  }

  /** Ends a build that nobody wants. Many threads ask. */
  private final class Asking {
    private final Work work;
    private volatile long asked = scheduler.nanoTime();
    private volatile boolean unwanted;

    private Asking(Work work) {
      this.work = work;
    }

    private boolean isCancelled() {
      long now = scheduler.nanoTime();
      if (now - asked > ASK_NANOS) {
        asked = now;
        unwanted = !isWanted(work);
      }
      return closed || unwanted;
    }
  }

  /** Tells a job of rows, whose part that is done only grows. */
  private static final class Progress {
    private final Jobs.Running job;
    private final int rows;
    private long told;

    private Progress(Jobs.Running job, int rows) {
      this.job = job;
      this.rows = rows;
    }

    private synchronized void part(double done) {
      long now = (long) (done * rows);
      if (now > told) {
        job.finishedRows(now - told);
        told = now;
      }
    }
  }

  /**
   * Makes, of what a merge has written and nobody has seen yet, the indexes that its segments had:
   * a search that was served by them is never without.
   *
   * @param progress what it throws ends the work
   */
  static void carry(
      VectorIndexes indexes,
      Rewrite work,
      List<TablePart> to,
      Catalog catalog,
      LongConsumer progress) {
    TableDefinition table = work.definition();
    for (IndexDefinition index : catalog.indexesOf(table.id())) {
      boolean had = work.parts().stream().anyMatch(part -> indexes.has(part, index));
      for (TablePart part : to) {
        if (had && indexes.isMissing(part, index)) {
          Carrying carrying = new Carrying(progress);
          try {
            progress.accept(indexes.build(part, table, index, carrying.options()));
          } catch (CancellationException e) {
            throw carrying.cause(e);
          } catch (CorruptionException e) {
            throw e;
          } catch (QuiverException e) {
            // Rows are not kept waiting for an index that the disk refuses.
            if (!isRefusal(e)) {
              throw e;
            }
          } catch (IllegalArgumentException | OutOfMemoryError e) {
            LOG.log(
                System.Logger.Level.WARNING,
                "index " + index.name() + " cannot be carried through a merge: " + e.getMessage());
          }
        }
      }
    }
  }

  /** Ends a build where the progress of a merge ends the merge. */
  private static final class Carrying {
    private final LongConsumer progress;
    private volatile @Nullable RuntimeException end;

    private Carrying(LongConsumer progress) {
      this.progress = progress;
    }

    private BuildOptions options() {
      return BuildOptions.threads(1).withCancelled(this::isCancelled);
    }

    private boolean isCancelled() {
      try {
        progress.accept(0);
      } catch (RuntimeException e) {
        end = e;
      }
      return end != null;
    }

    private RuntimeException cause(CancellationException cancelled) {
      RuntimeException known = end;
      return known == null ? cancelled : known;
    }
  }

  /** Throws 57P01 when it is closed. */
  void checkOpen() {
    if (closed) {
      throw closed();
    }
  }

  private static QuiverException closed() {
    return new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
  }

  /** Ends work that is going on soon. */
  void close() {
    closed = true;
  }
}
