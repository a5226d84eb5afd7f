package io.quiver.storage;

import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.MetaStore;
import io.quiver.storage.file.ReadOnlyFileSystem;
import io.quiver.storage.log.LocalLog;
import io.quiver.storage.log.Log;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.IndexConditions;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.LocalTransaction;
import io.quiver.storage.transaction.RetiredSegments;
import io.quiver.storage.transaction.RowConditions;
import io.quiver.storage.transaction.SegmentSpool;
import io.quiver.storage.transaction.SequenceValues;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A store of one process, on a directory or in memory alone. Safe for many threads. */
public final class LocalStore implements Store {
  private static final long FIRST_TABLE = 1;

  private final CommitPipeline pipeline;
  private final Jobs jobs;

  /** What is kept in memory of segments, or null for a database that lives in memory. */
  private final @Nullable SegmentCache cache;

  /** What gives a database its indexes on vectors that lives in memory; else null. */
  private final @Nullable MemoryIndexing memoryIndexing;

  /** What writes segments, or null for a database that lives in memory or is only read. */
  private final @Nullable Disk disk;

  private final @Nullable SegmentSpool spool;
  private final boolean readOnly;

  /** What is to be closed, the last one opened first. */
  private final Deque<AutoCloseable> resources;

  private LocalStore(
      CommitPipeline pipeline,
      Jobs jobs,
      @Nullable SegmentCache cache,
      @Nullable MemoryIndexing memoryIndexing,
      @Nullable Disk disk,
      @Nullable SegmentSpool spool,
      boolean readOnly,
      Deque<AutoCloseable> resources) {
    this.pipeline = pipeline;
    this.jobs = jobs;
    this.cache = cache;
    this.memoryIndexing = memoryIndexing;
    this.disk = disk;
    this.spool = spool;
    this.readOnly = readOnly;
    this.resources = resources;
  }

  /** The background is null where only calls flush and compact. */
  private record Disk(
      InstalledManifest installed,
      Flusher flusher,
      Compaction compaction,
      Indexing indexing,
      VectorIndexing vectors,
      @Nullable BackgroundFlush flush,
      @Nullable BackgroundMerges merging) {}

  /** An empty database that lives in memory, until it is closed. Nothing is logged or flushed. */
  public static LocalStore inMemory() {
    return inMemory(BuildLimits.usual());
  }

  /** As {@link #inMemory()}, with limits of the builds of vector indexes. */
  public static LocalStore inMemory(BuildLimits builds) {
    // Of these, threads and limits count; no file is written.
    StoreOptions options = StoreOptions.of(new MemoryFileSystem()).withBuilds(builds);
    Scheduler scheduler = options.scheduler();
    Catalog catalog = Catalog.EMPTY;
    DatabaseState empty = DatabaseState.of(CommitVersion.ZERO, catalog, Map.of());
    CommitPipeline pipeline = new CommitPipeline(empty, FIRST_TABLE, null, Lsn.START, scheduler);
    MemoryCompaction compaction = new MemoryCompaction(pipeline, options.limits().segmentBytes());
    pipeline.onCommit(compaction::committed);
    Jobs jobs = new Jobs(scheduler);
    VectorIndexing vectors = new VectorIndexing(options, pipeline, jobs, false, id -> false);
    MemoryIndexing indexing = new MemoryIndexing(scheduler, pipeline, compaction, vectors);
    Deque<AutoCloseable> resources = new ArrayDeque<>();
    resources.push(new RecallChecks(scheduler, pipeline));
    resources.push(indexing);
    return new LocalStore(pipeline, jobs, null, indexing, null, null, false, resources);
  }

  /**
   * Opens a database, and makes an empty one where there is none.
   *
   * @throws io.quiver.types.QuiverException 55P03 when it is open already, 58P01 when another
   *     version wrote it, 58030 when it cannot be read
   * @throws io.quiver.types.CorruptionException when a file is damaged or missing
   */
  public static LocalStore open(StoreOptions options) {
    SegmentCache cache = cache(options, options.files());
    FileSystem files = cache.files();
    Deque<AutoCloseable> resources = new ArrayDeque<>();
    try {
      files.createDirectories("");
      resources.push(files.lock(DatabaseFormat.LOCK));
      DatabaseFormat.check(files);
      MetaStore heads = Recovery.heads(files);
      resources.push(heads);
      Log log = new LocalLog(files, options.random(), options.log(), options.scheduler());
      resources.push(log);
      InstalledManifest.Opened opened = new Recovery(cache, options.scheduler()).open(heads, log);
      opened.pipeline().indexes().keepIn(cache);
      opened.pipeline().indexes().vectors().keepIn(files, options.scheduler());
      Jobs jobs = new Jobs(options.scheduler());
      Disk disk = start(options, cache, opened, jobs, resources);
      SegmentSpool spool = spool(options, cache, disk.installed().retired(), resources);
      resources.push(() -> SequenceValues.giveBack(opened.pipeline()));
      if (options.background()) {
        resources.push(new BackgroundKeys(opened.pipeline(), jobs, options.scheduler()));
      }
      return new LocalStore(opened.pipeline(), jobs, cache, null, disk, spool, false, resources);
    } catch (RuntimeException | Error e) {
      closeAll(resources, e);
      throw e;
    }
  }

  /**
   * Opens a database that is there for reading, together with others who read. No file is made or
   * changed; what only the log has is kept in memory. Every change is 25006.
   *
   * @throws io.quiver.types.QuiverException 55P03 when someone has it open for writing, 58P01 when
   *     there is none or one of another version, 58030 when it cannot be read
   * @throws io.quiver.types.CorruptionException when a file is damaged or missing
   */
  public static LocalStore openReadOnly(StoreOptions options) {
    SegmentCache cache = cache(options, new ReadOnlyFileSystem(options.files()));
    FileSystem files = cache.files();
    Deque<AutoCloseable> resources = new ArrayDeque<>();
    try {
      resources.push(files.lock(DatabaseFormat.LOCK));
      DatabaseFormat.checkExisting(files);
      MetaStore heads = Recovery.heads(files);
      resources.push(heads);
      Log log = new LocalLog(files, options.random(), options.log(), options.scheduler());
      resources.push(log);
      CommitPipeline pipeline = new Recovery(cache, options.scheduler()).read(heads, log);
      pipeline.indexes().keepIn(cache);
      pipeline.indexes().vectors().keepIn(files, options.scheduler());
      Jobs jobs = new Jobs(options.scheduler());
      if (options.background()) {
        resources.push(new BackgroundKeys(pipeline, jobs, options.scheduler()));
        resources.push(new RecallChecks(options.scheduler(), pipeline));
        VectorIndexing vectors = new VectorIndexing(options, pipeline, jobs, true, id -> false);
        resources.push(
            new BackgroundWork(
                options.scheduler(),
                "quiver-vector-index",
                vectors::buildMissing,
                vectors::close,
                "vector indexes cannot be opened; searches are exact"));
      }
      return new LocalStore(pipeline, jobs, cache, null, null, null, true, resources);
    } catch (RuntimeException | Error e) {
      closeAll(resources, e);
      throw e;
    }
  }

  private static SegmentCache cache(StoreOptions options, FileSystem files) {
    return options.memory().cache(files, options.cacheBytes(), options.scheduler());
  }

  /** Segments are written and forced while a load goes on where there are threads for it. */
  private static SegmentSpool spool(
      StoreOptions options,
      SegmentCache cache,
      RetiredSegments retired,
      Deque<AutoCloseable> resources) {
    SegmentSpool.Threads threads = null;
    if (options.background()) {
      Scheduler scheduler = options.scheduler();
      ExecutorService forcing = Executors.newSingleThreadExecutor(scheduler.threads("quiver-load"));
      resources.push(forcing);
      ExecutorService writing =
          Executors.newFixedThreadPool(scheduler.processors(), scheduler.threads("quiver-spool"));
      resources.push(writing);
      threads = new SegmentSpool.Threads(writing, forcing);
    }
    return new SegmentSpool(
        cache, options.random(), options.limits().bulkBytes(), threads, retired);
  }

  private static Disk start(
      StoreOptions options,
      SegmentCache cache,
      InstalledManifest.Opened opened,
      Jobs jobs,
      Deque<AutoCloseable> resources) {
    InstalledManifest installed = new InstalledManifest(opened);
    CommitPipeline pipeline = opened.pipeline();
    VectorIndexing vectors =
        new VectorIndexing(options, pipeline, jobs, false, installed::isClaimed);
    CarriedIndexes carried = new CarriedIndexes(vectors.builds(), pipeline);
    Flusher flusher = new Flusher(options, cache, installed, jobs, carried);
    resources.push(flusher);
    Compaction compaction = new Compaction(options, cache, installed, jobs, carried);
    resources.push(compaction);
    Indexing indexing = new Indexing(cache.files(), pipeline, jobs);
    if (!options.background()) {
      return new Disk(installed, flusher, compaction, indexing, vectors, null, null);
    }
    BackgroundWork indexes =
        new BackgroundWork(
            options.scheduler(),
            "quiver-index",
            indexing::buildMissing,
            indexing::close,
            "indexes cannot be built; tables are scanned, and it is tried again");
    resources.push(indexes);
    pipeline.indexes().onWanted(indexes::wake);
    resources.push(new RecallChecks(options.scheduler(), pipeline));
    BackgroundWork graphs =
        new BackgroundWork(
            options.scheduler(),
            "quiver-vector-index",
            () -> vectors.buildMissing(compaction::compactUnindexed),
            vectors::close,
            "vector indexes cannot be built; searches are exact, and it is tried again");
    resources.push(graphs);
    pipeline.indexes().vectors().onWanted(graphs::wake);
    pipeline
        .indexes()
        .vectors()
        .backlog()
        .onBuilder(options.scheduler(), () -> graphs.failure() == null);
    BackgroundWork interim = InterimIndexing.start(options.scheduler(), pipeline, vectors);
    resources.push(interim);
    installed.onInstalled(interim::wake);
    Runnable wakeBoth =
        () -> {
          indexes.wake();
          graphs.wake();
        };
    pipeline.onCommit(new ChangeWatch(pipeline.visible(), wakeBoth, graphs::wake)::committed);
    BackgroundMerges merging = new BackgroundMerges(options.scheduler(), compaction);
    resources.push(merging);
    installed.onInstalled(merging::wake);
    vectors.onBuilt(merging::wake);
    installed.onReleased(graphs::wake);
    installed.onInstalled(wakeBoth);
    BackgroundFlush flush = new BackgroundFlush(flusher, installed, pipeline, options);
    resources.push(flush);
    return new Disk(installed, flusher, compaction, indexing, vectors, flush, merging);
  }

  @Override
  public Snapshot snapshot() {
    return pipeline.snapshot();
  }

  @Override
  public Transaction begin(IsolationLevel isolation, boolean readOnly, RowConditions conditions) {
    return new LocalTransaction(pipeline, isolation, this.readOnly || readOnly, conditions, spool);
  }

  @Override
  public void evaluateBy(IndexConditions conditions) {
    pipeline.indexes().vectors().evaluateBy(conditions);
  }

  @Override
  public void flush() {
    checkNotReadOnly();
    if (disk == null) {
      return;
    }
    disk.flusher().flush();
    if (disk.flush() != null) {
      disk.flush().ended(null);
    }
  }

  /** Where segments are installed, or null for a database that lives in memory or is only read. */
  @Nullable InstalledManifest installed() {
    return disk == null ? null : disk.installed();
  }

  private void checkNotReadOnly() {
    if (readOnly) {
      throw new QuiverException(
          ErrorCode.READ_ONLY_TRANSACTION, "the database is open for reading alone");
    }
  }

  @Override
  public void checkpoint() {
    flush();
    if (disk != null) {
      disk.installed().retired().sweep();
    }
  }

  @Override
  public void optimize(TableId table, BooleanSupplier cancelled) {
    checkNotReadOnly();
    if (disk == null) {
      MemoryCompaction.optimize(pipeline, table);
    } else {
      flush();
      disk.compaction().optimize(table, cancelled);
    }
  }

  /**
   * Merges segments as the background does, until nothing is worth it.
   *
   * @throws io.quiver.types.QuiverException 57P01 when the store is closed; 58030, 53100 when the
   *     disk cannot be read or written
   */
  public void compact() {
    if (disk != null) {
      while (disk.compaction().compact()) {
        Thread.onSpinWait();
      }
    }
  }

  /** Makes indexes on vectors that segments lack as their thread does: what it can, it merges. */
  void mergeAndBuildIndexes() {
    if (disk != null) {
      disk.vectors().buildMissing(disk.compaction()::compactUnindexed);
    }
  }

  /**
   * Makes the indexes that segments and rows in memory lack, as the background does, but merges no
   * segments before.
   *
   * @throws io.quiver.types.QuiverException 57P01 when the store is closed; 58030, 53100 when the
   *     disk cannot be read or written
   */
  public void buildIndexes() {
    if (disk != null) {
      disk.indexing().buildMissing();
      disk.vectors().buildMissing();
    }
    if (memoryIndexing != null) {
      memoryIndexing.buildMissing();
    }
  }

  /** Makes what serves searches until indexes on vectors are made, as the background does. */
  public void makeInterimIndexes() {
    VectorIndexing vectors = vectors();
    if (vectors != null) {
      new InterimIndexing(pipeline, vectors).makeMissing();
    }
  }

  @Override
  public void reindex(TableId table, @Nullable IndexId index, BooleanSupplier cancelled) {
    checkNotReadOnly();
    VectorIndexing vectors = vectors();
    if (vectors != null) {
      Indexing scalars = disk == null ? null : disk.indexing();
      new Reindexing(pipeline, scalars, vectors).run(table, index, cancelled);
    }
  }

  /** What builds indexes on vectors, or null where nothing is written. */
  private @Nullable VectorIndexing vectors() {
    return disk != null ? disk.vectors() : memoryIndexing != null ? memoryIndexing.vectors() : null;
  }

  @Override
  public List<VectorIndexBuild> indexBuilds() {
    VectorIndexing vectors = vectors();
    return vectors == null ? List.of() : vectors.builds().list();
  }

  @Override
  public boolean killIndexBuild(long id) {
    VectorIndexing vectors = vectors();
    return vectors != null && vectors.kill(id);
  }

  @Override
  public BuildLimits buildLimits() {
    VectorIndexing vectors = vectors();
    return vectors == null ? BuildLimits.usual() : vectors.builds().limits();
  }

  @Override
  public void limitBuilds(BuildLimits limits) {
    checkNotReadOnly();
    VectorIndexing vectors = vectors();
    if (vectors != null) {
      vectors.builds().limit(limits);
      vectors.tryAgain();
    }
  }

  @Override
  public List<Job> jobs() {
    return jobs.list();
  }

  @Override
  public void load(TableId table, List<ColumnId> columns, BooleanSupplier cancelled) {
    if (cache != null) {
      new Loading(pipeline, cache, jobs).load(table, columns, cancelled);
    }
  }

  @Override
  public void release(TableId table) {
    if (cache != null) {
      new Loading(pipeline, cache, jobs).release(table);
    }
  }

  @Override
  public List<CacheUsage> cacheUsage() {
    return cache == null ? List.of() : cache.usage();
  }

  @Override
  public long cacheBytes() {
    return cache == null ? 0 : cache.budget();
  }

  /** Why the last flush in the background failed, or null when that or a later one worked. */
  public @Nullable Throwable flushFailure() {
    return disk == null || disk.flush() == null ? null : disk.flush().failure();
  }

  /** Why the last compaction in the background failed, or null when it worked. */
  public @Nullable Throwable compactionFailure() {
    return disk == null || disk.merging() == null ? null : disk.merging().failure();
  }

  @Override
  public synchronized void close() {
    RuntimeException failure = new IllegalStateException("the store could not be closed");
    closeAll(resources, failure);
    Throwable lost = pipeline.lost();
    if (lost != null) {
      failure.addSuppressed(lost);
    }
    if (failure.getSuppressed().length > 0) {
      throw failure;
    }
  }

  private static void closeAll(Deque<AutoCloseable> resources, Throwable failure) {
    while (!resources.isEmpty()) {
      try {
        resources.pop().close();
      } catch (Exception e) {
        failure.addSuppressed(e);
      }
    }
  }
}
