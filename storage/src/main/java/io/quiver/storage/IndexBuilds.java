package io.quiver.storage;

import io.quiver.storage.index.ReusedGraph;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.index.BuildOptions;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The builds of vector indexes that go on or wait, and what they share: memory, which each has to
 * itself from its beginning to its end, first come first served; and threads, for which larger
 * builds pause while smaller ones work. Its lock owns everything; none is waited for under it.
 */
final class IndexBuilds {
  /** How often a build that waits asks whether anybody wants it still. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Scheduler scheduler;
  private final Jobs jobs;
  private final Predicate<UUID> claimed;
  private final Map<IndexWork.Key, Build> builds = new LinkedHashMap<>();
  private BuildLimits limits;
  private long tickets;

  /**
   * @param claimed whether a segment is being rewritten, so that no build of it begins; it waits
   *     for nobody
   */
  IndexBuilds(BuildLimits limits, Scheduler scheduler, Jobs jobs, Predicate<UUID> claimed) {
    this.claimed = claimed;
    this.limits = limits;
    this.scheduler = scheduler;
    this.jobs = jobs;
  }

  /** One build; what it does is done by the thread that runs it, and threads of that one's. */
  final class Build {
    private final long id = jobs.nextId();
    private final VectorIndexBuild.What what;
    private final IndexWork work;
    private final BooleanSupplier unwanted;

    /** Its place among those that wait for memory; 0 for none. */
    private long ticket;

    private boolean begun;
    private long begin;
    private int threads;
    private long memoryBytes;
    private double share;
    private long told;
    private LongConsumer rowsDone = rows -> {};
    private volatile boolean paused;
    private volatile boolean killed;

    private Build(VectorIndexBuild.What what, IndexWork work, BooleanSupplier unwanted) {
      this.what = what;
      this.work = work;
      this.unwanted = unwanted;
    }

    long id() {
      return id;
    }

    IndexWork work() {
      return work;
    }

    /** Whether someone asked to end it. */
    boolean isKilled() {
      return killed;
    }

    /** Tells someone of rows that are done, until it ends. */
    void onProgress(LongConsumer listener) {
      rowsDone = listener;
    }

    /**
     * Waits for memory, and makes the index with its file.
     *
     * @param reuse an index of many of the rows, or null
     * @return bytes of the file
     * @throws CancellationException when nobody wants it any more
     * @throws QuiverException 53200 when it takes more memory than builds may; 58030, 53100 when
     *     the disk cannot be read or written, XX001 when the segment is damaged
     */
    long make(VectorIndexes indexes, @Nullable ReusedGraph reuse) {
      BuildLimits now = limits();
      BuildOptions most = BuildOptions.threads(now.threads()).withMemory(now.memoryBytes());
      VectorIndexes.Plan plan = indexes.plan(work.part(), work.table(), work.index(), most, reuse);
      begin(plan.memoryBytes());
      BuildOptions options =
          BuildOptions.threads(threads)
              .withProgress(this::progress)
              .withCancelled(this::isCancelled);
      return indexes.build(plan, options);
    }

    private void begin(long bytes) {
      lock.lock();
      try {
        ticket = ++tickets;
        checkWanted();
        while (!hasRoom(this, bytes)) {
          awaitChange();
          checkWanted();
        }
        begun = true;
        // Whoever claims a segment asks for builds that have begun, and this one for claims: one of
        // both gives way.
        checkWanted();
        begin = scheduler.nanoTime();
        memoryBytes = bytes;
        threads = limits.threads();
        share();
      } finally {
        ticket = 0;
        lock.unlock();
      }
    }

    private void checkWanted() {
      if (killed
          || unwanted.getAsBoolean()
          || (what == VectorIndexBuild.What.BUILD && isClaimed())) {
        throw new CancellationException("the build of an index is not wanted any more");
      }
    }

    private boolean isClaimed() {
      UUID segment = work.part().segment();
      return segment != null && claimed.test(segment);
    }

    private void progress(double part) {
      lock.lock();
      try {
        share = Math.clamp(part, share, 1);
        long done = (long) (share * work.part().rowCount());
        rowsDone.accept(done - told);
        told = done;
      } finally {
        lock.unlock();
      }
    }

    /** Asked by each thread between two pieces of its work, which it holds up while it pauses. */
    private boolean isCancelled() {
      boolean cancelled = killed || unwanted.getAsBoolean();
      while (paused && !cancelled) {
        lock.lock();
        try {
          awaitChange();
        } finally {
          lock.unlock();
        }
        cancelled = killed || unwanted.getAsBoolean();
      }
      return cancelled;
    }

    /** It is over, however it was. */
    void end() {
      lock.lock();
      try {
        builds.remove(work.key(), this);
        share();
      } finally {
        lock.unlock();
      }
    }

    private VectorIndexBuild status() {
      long nanos = begun ? scheduler.nanoTime() - begin : 0;
      return new VectorIndexBuild(
          id,
          what,
          work.table().schemaName(),
          work.table().name(),
          work.index().name(),
          work.part().segment(),
          begun && !paused ? VectorIndexBuild.State.RUNNING : VectorIndexBuild.State.WAITING,
          work.part().rowCount(),
          share,
          TimeUnit.NANOSECONDS.toMillis(nanos),
          threads,
          memoryBytes);
    }
  }

  /** The lock is held, and is let go meanwhile. */
  private void awaitChange() {
    try {
      scheduler.awaitNanos(lock, changed, POLL_NANOS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "interrupted while waiting", e);
    }
  }

  private boolean hasRoom(Build build, long bytes) {
    if (bytes > limits.memoryBytes()) {
      throw new QuiverException(
          ErrorCode.OUT_OF_MEMORY,
          "the build takes about "
              + bytes
              + " bytes, quiver.index_build_memory is "
              + limits.memoryBytes());
    }
    long taken = builds.values().stream().mapToLong(other -> other.memoryBytes).sum();
    boolean first =
        builds.values().stream()
            .noneMatch(other -> other.ticket > 0 && other.ticket < build.ticket);
    return first && taken + bytes <= limits.memoryBytes();
  }

  /** Gives the threads to the smallest builds, of which one at least goes on. */
  private void share() {
    int left = limits.threads();
    List<Build> running =
        builds.values().stream()
            .filter(build -> build.begun)
            .sorted(
                Comparator.<Build>comparingInt(build -> build.work.part().rowCount())
                    .thenComparingLong(build -> build.id))
            .toList();
    boolean first = true;
    for (Build build : running) {
      build.paused = !first && build.threads > left;
      left -= build.paused ? 0 : build.threads;
      first = false;
    }
    changed.signalAll();
  }

  /**
   * Enters a build, which waits until someone makes it; null where the index is entered already.
   *
   * @param unwanted asked often, by many threads; true ends it
   */
  @Nullable Build add(VectorIndexBuild.What what, IndexWork work, BooleanSupplier unwanted) {
    lock.lock();
    try {
      if (builds.containsKey(work.key())) {
        return null;
      }
      Build build = new Build(what, work, unwanted);
      builds.put(work.key(), build);
      return build;
    } finally {
      lock.unlock();
    }
  }

  /** Whether an index is entered. */
  boolean has(IndexWork work) {
    lock.lock();
    try {
      return builds.containsKey(work.key());
    } finally {
      lock.unlock();
    }
  }

  /** Segments whose indexes are being made, which would be for nothing if they were rewritten. */
  Set<UUID> segmentsBegun() {
    lock.lock();
    try {
      return builds.values().stream()
          .filter(build -> build.begun)
          .map(build -> build.work.part().segment())
          .filter(Objects::nonNull)
          .collect(Collectors.toSet());
    } finally {
      lock.unlock();
    }
  }

  /** Removes what waits to be built for the first time, but for some. */
  void retainWaiting(Collection<IndexWork> wanted) {
    Set<IndexWork.Key> keys = wanted.stream().map(IndexWork::key).collect(Collectors.toSet());
    lock.lock();
    try {
      builds
          .values()
          .removeIf(build ->
              build.what == VectorIndexBuild.What.BUILD
                  && !build.begun
                  && !keys.contains(build.work.key()));
    } finally {
      lock.unlock();
    }
  }

  /** Removes a build that waits to be begun for the first time; false where it is no such one. */
  boolean removeWaiting(Build build) {
    lock.lock();
    try {
      return build.what == VectorIndexBuild.What.BUILD
          && !build.begun
          && builds.remove(build.work.key(), build);
    } finally {
      lock.unlock();
    }
  }

  /** What has waited longest to be built for the first time, or null. */
  @Nullable Build nextWaiting() {
    lock.lock();
    try {
      return builds.values().stream()
          .filter(build -> build.what == VectorIndexBuild.What.BUILD && !build.begun)
          .findFirst()
          .orElse(null);
    } finally {
      lock.unlock();
    }
  }

  /** All builds, in the order in which they were entered. */
  List<VectorIndexBuild> list() {
    lock.lock();
    try {
      return builds.values().stream().map(Build::status).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Ends a build soon; gives it, or null where there is none of that id. */
  @Nullable Build kill(long id) {
    lock.lock();
    try {
      for (Build build : builds.values()) {
        if (build.id == id) {
          build.killed = true;
          changed.signalAll();
          return build;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  BuildLimits limits() {
    lock.lock();
    try {
      return limits;
    } finally {
      lock.unlock();
    }
  }

  /** Sets what builds that begin from now on may take. */
  void limit(BuildLimits other) {
    lock.lock();
    try {
      limits = other;
      share();
    } finally {
      lock.unlock();
    }
  }
}
