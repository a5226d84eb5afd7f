package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.index.ReusedGraph;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Opens the vector indexes of segments, and makes those that are missing, one after the other, then
 * those of rows in memory; or all of them anew where a statement asks for it. Reads and writes go
 * on; a segment stays until its index is made.
 */
final class VectorIndexing {
  /** How often a build asks whether anybody wants it still. */
  private static final long ASK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** How often a statement looks whether an index is being made by others yet. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final System.Logger LOG = System.getLogger(VectorIndexing.class.getName());

  private final ReentrantLock turn = new ReentrantLock();
  private final Scheduler scheduler;
  private final CommitPipeline pipeline;
  private final Jobs jobs;
  private final IndexBuilds builds;
  private final FileSystem files;
  private final boolean readOnly;
  private final Predicate<UUID> claimed;

  private volatile Runnable built = () -> {};
  private volatile boolean closed;

  /**
   * @param readOnly whether files are opened alone, and none is made
   * @param claimed whether a segment is being rewritten: its rows get the index of what is written,
   *     or come back
   */
  VectorIndexing(
      StoreOptions options,
      CommitPipeline pipeline,
      Jobs jobs,
      boolean readOnly,
      Predicate<UUID> claimed) {
    this.claimed = claimed;
    this.scheduler = options.scheduler();
    this.pipeline = pipeline;
    this.jobs = jobs;
    this.builds = new IndexBuilds(options.builds(), scheduler, jobs, claimed);
    this.files = options.files();
    this.readOnly = readOnly;
    if (!readOnly) {
      IndexLag lag = pipeline.indexes().vectors().lag();
      pipeline.onCommit(state -> lag.committed(state, scheduler.nanoTime()));
    }
  }

  /** What is built or waits for it. */
  IndexBuilds builds() {
    return builds;
  }

  /** Calls someone after each build, on its thread: a merge may have waited for it. */
  void onBuilt(Runnable listener) {
    built = listener;
  }

  /**
   * Opens or makes all that is missing. What cannot be made, because the segment is damaged or the
   * build takes more memory than it may, is left out until the database is opened again.
   *
   * @throws QuiverException 57P01 when it is closed meanwhile; 58030, 53100 when the disk cannot be
   *     read or written
   */
  void buildMissing() {
    buildMissing(() -> false);
  }

  /**
   * As {@link #buildMissing()}.
   *
   * @param merge merges some of what is missing, if it is worth it, before the next index is begun,
   *     but after all have been opened that have files; returns false where it did not
   */
  void buildMissing(BooleanSupplier merge) {
    turn.lock();
    try {
      // A definition that a power cut can still take back must leave no file: another one could
      // get its number.
      pipeline.awaitNewest();
      Map<IndexWork.Key, QuiverException> refused = new LinkedHashMap<>();
      boolean more = true;
      while (more) {
        checkOpen();
        // A snapshot for each segment: others must not stay on the disk for one that takes long.
        if (withMissing(missing -> openNext(missing, refused)) || merge.getAsBoolean()) {
          continue;
        }
        more = withMissing(missing -> buildNext(missing, refused));
      }
      if (!refused.isEmpty()) {
        throw refused.values().iterator().next();
      }
    } finally {
      turn.unlock();
    }
  }

  private boolean withMissing(Predicate<List<IndexWork>> step) {
    try (Snapshot snapshot = pipeline.snapshot()) {
      forgetDropped(snapshot);
      return step.test(missing(snapshot));
    }
  }

  /**
   * Opens one index, or lets it wait to be made; false where none is left to be opened.
   *
   * @param refused what the disk has refused, and is not tried again now
   */
  private boolean openNext(List<IndexWork> missing, Map<IndexWork.Key, QuiverException> refused) {
    List<IndexWork> left =
        missing.stream().filter(work -> !refused.containsKey(work.key())).toList();
    builds.retainWaiting(left);
    for (IndexWork work : left) {
      if (!builds.has(work)) {
        open(work);
        return true;
      }
    }
    return false;
  }

  /** Makes one index; false where none is left, and none is to be opened. */
  private boolean buildNext(List<IndexWork> missing, Map<IndexWork.Key, QuiverException> refused) {
    if (openNext(missing, refused)) {
      return true;
    }
    IndexBuilds.Build next = builds.nextWaiting();
    if (next == null) {
      return false;
    }
    QuiverException refusal = build(next);
    if (refusal != null) {
      refused.put(next.work().key(), refusal);
    }
    return true;
  }

  /** Opens an index from its file, or lets it wait to be made. */
  private void open(IndexWork work) {
    boolean opened = false;
    try {
      opened = indexes().open(work.part(), work.table(), work.index());
    } catch (IllegalArgumentException | OutOfMemoryError e) {
      LOG.log(System.Logger.Level.WARNING, "an index is made anew", e);
    }
    if (opened) {
      return;
    }
    if (readOnly) {
      String reason = "it has no file that can be read, and none is made where nothing is written";
      giveUp(work, new MissingIndex(MissingIndex.Cause.FAILED, reason));
      return;
    }
    builds.add(VectorIndexBuild.What.BUILD, work, new Asking(work)::isUnwanted);
  }

  /** Gives why the disk has refused, if it has: what is next is tried all the same. */
  private @Nullable QuiverException build(IndexBuilds.Build build) {
    IndexWork work = build.work();
    try {
      run(build, indexes().reusable(work.part(), work.index()));
    } catch (CancellationException e) {
      if (closed) {
        throw closed();
      }
      if (build.isKilled()) {
        giveUp(work, killed(build));
      }
    } catch (CorruptionException | IllegalArgumentException | OutOfMemoryError e) {
      giveUp(work, new MissingIndex(MissingIndex.Cause.FAILED, String.valueOf(e.getMessage())), e);
    } catch (QuiverException e) {
      if (isRefusal(e)) {
        String reason = String.valueOf(e.getMessage());
        giveUp(work, new MissingIndex(MissingIndex.Cause.REFUSED, reason));
        return e;
      }
      if (e.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      giveUp(work, tooLarge(e), e);
    }
    return null;
  }

  /** Whether the disk may take another time what it has refused. */
  static boolean isRefusal(QuiverException e) {
    return e.code() == ErrorCode.DISK_FULL || e.code() == ErrorCode.IO_ERROR;
  }

  /** Makes an index as a job, of the graph that is given where it can be. */
  private void run(IndexBuilds.Build build, @Nullable ReusedGraph reuse) {
    IndexWork work = build.work();
    int rows = work.part().rowCount();
    Jobs.Running job = jobs.start(build.id(), Job.Kind.INDEX, work.table(), rows, 0);
    build.onProgress(job::finishedRows);
    try {
      job.wrote(build.make(indexes(), reuse));
      job.end(null);
    } catch (CancellationException e) {
      job.end(new QuiverException(ErrorCode.QUERY_CANCELED, "nobody wants the index any more", e));
      throw e;
    } catch (RuntimeException | Error e) {
      job.end(e);
      throw e;
    } finally {
      build.end();
      built.run();
    }
    UUID segment = work.part().segment();
    if (segment != null && !isWanted(work)) {
      files.delete(SegmentDirectory.indexFile(segment, work.index().id()));
    }
  }

  private void giveUp(IndexWork work, MissingIndex why) {
    indexes().giveUp(work.part(), work.index(), why);
  }

  private void giveUp(IndexWork work, MissingIndex why, Throwable cause) {
    giveUp(work, why);
    LOG.log(
        System.Logger.Level.ERROR,
        "index " + work.index().name() + " cannot be built; searches are exact",
        cause);
  }

  static MissingIndex killed(IndexBuilds.Build build) {
    return new MissingIndex(
        MissingIndex.Cause.KILLED, "build " + build.id() + " was killed; REINDEX begins it again");
  }

  static MissingIndex tooLarge(QuiverException e) {
    return new MissingIndex(MissingIndex.Cause.TOO_LARGE, String.valueOf(e.getMessage()));
  }

  /**
   * Makes the index of all segments anew that there are now, and waits for it. The one that a
   * segment has serves until its successor is there.
   *
   * @param check what it throws ends the work
   * @throws QuiverException 57014 when a build is killed, 53200 when one takes more memory than
   *     builds may, XX001 when a segment is damaged; 58030, 53100 when the disk cannot be read or
   *     written
   */
  void rebuild(TableDefinition table, IndexDefinition index, Runnable check) {
    pipeline.awaitNewest();
    List<IndexWork.Key> keys;
    try (Snapshot snapshot = pipeline.snapshot()) {
      keys = work(snapshot, table, index).stream().map(IndexWork::key).toList();
    }
    for (IndexWork.Key key : keys) {
      while (!rebuild(key, table, index, check)) {
        scheduler.pause(POLL_NANOS);
      }
    }
  }

  /** False where others make it now, or merge the segment. */
  private boolean rebuild(
      IndexWork.Key key, TableDefinition table, IndexDefinition index, Runnable check) {
    check.run();
    checkOpen();
    try (Snapshot snapshot = pipeline.snapshot()) {
      for (IndexWork work : work(snapshot, table, index)) {
        if (work.key().equals(key)) {
          if (work.part().segment() != null && !isFree(work.part())) {
            return false;
          }
          BuildWatch watch = new BuildWatch(check, new Asking(work)::isUnwanted);
          IndexBuilds.Build build =
              builds.add(VectorIndexBuild.What.REINDEX, work, watch::isUnwanted);
          return build != null && rebuild(build, watch);
        }
      }
    }
    // It has been merged: what became of it has an index of its own.
    return true;
  }

  private boolean rebuild(IndexBuilds.Build build, BuildWatch watch) {
    try {
      run(build, null);
    } catch (CancellationException e) {
      watch.rethrow();
      checkOpen();
      if (build.isKilled()) {
        throw new QuiverException(
            ErrorCode.QUERY_CANCELED, "build " + build.id() + " was killed", e);
      }
    }
    return true;
  }

  /** Begins again what took more memory than it might: it may take more by now. */
  void tryAgain() {
    try (Snapshot snapshot = pipeline.snapshot()) {
      for (IndexWork work : all(snapshot)) {
        MissingIndex why = indexes().givenUp(work.part(), work.index());
        if (why != null && why.cause() == MissingIndex.Cause.TOO_LARGE) {
          indexes().tryAgain(work.part(), work.index());
        }
      }
    }
  }

  /** Ends a build, whose index stays away; false where there is none of that number. */
  boolean kill(long id) {
    IndexBuilds.Build build = builds.kill(id);
    if (build == null) {
      return false;
    }
    if (builds.removeWaiting(build)) {
      giveUp(build.work(), killed(build));
    }
    return true;
  }

  private VectorIndexes indexes() {
    return pipeline.indexes().vectors();
  }

  /** Segments come first: they are larger, and rows in memory may soon be written to one. */
  private List<IndexWork> missing(Snapshot snapshot) {
    List<IndexWork> all = all(snapshot);
    List<IndexWork> missing = new ArrayList<>();
    all.stream()
        .filter(work -> isFree(work.part()))
        .filter(work -> indexes().isMissing(work.part(), work.index()))
        .forEach(missing::add);
    if (!readOnly) {
      all.stream()
          .filter(work -> work.part().segment() == null)
          .filter(work -> lacksRows(work, snapshot))
          .forEach(missing::add);
    }
    return missing;
  }

  /** Whether it is a segment that nobody rewrites. */
  private boolean isFree(TablePart part) {
    UUID segment = part.segment();
    return segment != null && !claimed.test(segment);
  }

  /** Whether an index has a file that nobody has found to be damaged yet. */
  boolean isOpenedSoon(IndexWork work) {
    UUID segment = work.part().segment();
    return segment != null
        && !builds.has(work)
        && files.exists(SegmentDirectory.indexFile(segment, work.index().id()));
  }

  private boolean lacksRows(IndexWork work, Snapshot snapshot) {
    TablePart part = work.part();
    return part == parts(snapshot, work.table()).getLast()
        ? indexes().isBehind(part, work.index())
        : indexes().isMissing(part, work.index());
  }

  /** All indexes that parts are to have. */
  private List<IndexWork> all(Snapshot snapshot) {
    Catalog catalog = snapshot.catalog();
    List<IndexWork> all = new ArrayList<>();
    for (IndexDefinition index : catalog.indexes()) {
      TableDefinition table = catalog.table(index.table());
      if (index.kind().isVector() && table != null) {
        all.addAll(work(snapshot, table, index));
      }
    }
    return all;
  }

  private List<IndexWork> work(Snapshot snapshot, TableDefinition table, IndexDefinition index) {
    return snapshot.catalog().table(table.id()) == null
        ? List.of()
        : parts(snapshot, table).stream()
            .filter(indexes()::isLargeEnough)
            .map(part -> new IndexWork(table, index, part))
            .toList();
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

  /** Whether the index has not been dropped, and its rows not been put elsewhere. */
  private boolean isWanted(IndexWork work) {
    DatabaseState now = pipeline.visible();
    TableState table = now.tables().get(work.table().id());
    return table != null
        && isDefined(now, work)
        && table.parts().stream().anyMatch(work.part()::isOfSame);
  }

  /** Whether the index has not been dropped. */
  static boolean isDefined(DatabaseState now, IndexWork work) {
    return now.catalog().indexesOf(work.table().id()).stream()
        .anyMatch(index -> index.id().equals(work.index().id()));
  }

  /** Ends a build that nobody wants. Many threads ask. */
  private final class Asking {
    private final IndexWork work;
    private volatile long asked = scheduler.nanoTime();
    private volatile boolean unwanted;

    private Asking(IndexWork work) {
      this.work = work;
    }

    boolean isUnwanted() {
      long now = scheduler.nanoTime();
      if (now - asked > ASK_NANOS) {
        asked = now;
        unwanted = !isWanted(work);
      }
      return closed || unwanted;
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
