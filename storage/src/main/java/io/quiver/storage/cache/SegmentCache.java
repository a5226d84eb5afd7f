package io.quiver.storage.cache;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.scheduling.Scheduler;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Copies of what is in the files of segments, within a budget; what has no room is read through
 * maps of the files, which the operating system keeps in memory as far as it can.
 *
 * <p>Who gives way is decided as LIRS does (Jiang and Zhang 2002): by the time between two uses. A
 * newcomer gets the room of copies that nobody has used since its own use before this one. So a
 * scan of more than the budget again and again keeps one part of it copied, instead of copying all
 * of it each time in vain, and a table that nobody reads any more gives way to one that is read.
 * Uses within a tick of some seconds count as one.
 *
 * <p>A copy that gives way is freed when nobody reaches it, as the garbage collector finds out; its
 * bytes count until then. So copies never take more than the budget, those included that queries
 * still read.
 *
 * <p>Safe for many threads. A copy that is there is had without a lock.
 */
public final class SegmentCache {
  static final int NEVER = Integer.MIN_VALUE;

  private static final int TICK_MILLIS = 5_000;

  /**
   * After memory was refused nothing is copied for so long, and as long lies between collections.
   */
  private static final int PAUSE_TICKS = 12;

  private static final int COLLECTION_WAITS = 50;
  private static final long PIECE_BYTES = 16L << 20;

  private static final System.Logger LOG = System.getLogger(SegmentCache.class.getName());

  private final FileSystem files;
  private final FileSystem maps;
  private final long budget;
  private final InstantSource clock;
  private final LongConsumer pause;
  private final long start;
  private volatile int tick;

  private final Map<Content, Figures> figures = new EnumMap<>(Content.class);

  private final Object lock = new Object();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  // The lock owns what follows.

  /** Those that are kept, and those that have given way and are still there. */
  private final Set<CopiedBytes> copies = new HashSet<>();

  /** Of all copies, and of those that are being made. */
  private long held;

  /** Of the copies that have given way. */
  private long released;

  /** No copy was last used before this tick. */
  private int oldestUse = NEVER;

  private int copiesFrom = NEVER;
  private int collectsFrom = NEVER;

  /**
   * @param files whose files copies are made of
   * @param maps the same files, mapped
   * @param budget how many bytes all copies may take
   * @param pause waits for some nanoseconds
   */
  public SegmentCache(
      FileSystem files, FileSystem maps, long budget, InstantSource clock, LongConsumer pause) {
    this.files = files;
    this.maps = maps;
    this.budget = budget;
    this.clock = clock;
    this.pause = pause;
    this.start = clock.millis();
    for (Content content : Content.values()) {
      figures.put(content, new Figures());
    }
  }

  /** Copies nothing: all is read through the files as they are, once for each reader. */
  public static SegmentCache none(FileSystem files) {
    return new SegmentCache(files, files, 0, Scheduler.system(), Scheduler.system()::pause);
  }

  /** How well it served for a kind of content. */
  static final class Figures {
    final LongAdder hits = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder evictions = new LongAdder();
  }

  private Figures figures(Content content) {
    return Objects.requireNonNull(figures.get(content));
  }

  /**
   * Something to be read when it is wanted.
   *
   * @param place where it is; a copy takes as many bytes
   * @param reader reads it through a file system, and keeps nothing but what that gives
   */
  public <T> Cached<T> add(Content content, FileRange place, Function<FileSystem, T> reader) {
    return new Cached<>(this, content, place, reader, figures(content));
  }

  /** The files of segments as they are read past the cache. */
  public FileSystem files() {
    return files;
  }

  /** How many bytes all copies may take. */
  public long budget() {
    return budget;
  }

  /** What it holds, and how well that served, for each kind of content. */
  public List<CacheUsage> usage() {
    synchronized (lock) {
      forgetCollected();
      List<CacheUsage> all = new ArrayList<>();
      for (Content content : Content.values()) {
        long entries = 0;
        long bytes = 0;
        long leaving = 0;
        for (CopiedBytes copy : copies) {
          if (copy.content() == content && copy.kept) {
            entries++;
            bytes += copy.bytes();
          } else if (copy.content() == content) {
            leaving += copy.bytes();
          }
        }
        Figures counted = figures(content);
        all.add(
            new CacheUsage(
                content,
                entries,
                bytes,
                leaving,
                counted.hits.sum(),
                counted.misses.sum(),
                counted.evictions.sum()));
      }
      return all;
    }
  }

  /**
   * Makes room for what is to be loaded: what was used before now gives way, the oldest first,
   * until there is enough or no more. It waits a moment for the garbage collector.
   */
  public void makeRoom(long bytes) {
    long wanted = Math.min(bytes, budget);
    synchronized (lock) {
      forgetCollected();
      // Whatever is used from here on stays.
      int before = now() + 1;
      tick = before;
      long missing = wanted - (budget - held + released);
      if (missing > 0) {
        evict(Math.min(missing, held - released), before);
      }
    }
    for (int i = 0; i < COLLECTION_WAITS && !hasRoom(wanted); i++) {
      if (i % 10 == 0) {
        System.gc();
      }
      pause.accept(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }

  private boolean hasRoom(long bytes) {
    synchronized (lock) {
      forgetCollected();
      return held + bytes <= budget || released == 0;
    }
  }

  void letGo(Cached<?> cached) {
    synchronized (lock) {
      CopiedBytes copy = cached.copied();
      if (copy != null && copy.kept) {
        copy.release();
        released += copy.bytes();
      }
    }
  }

  void loadPages(FileRange place, Runnable check) {
    try (StorageFile file = maps.open(place.path(), FileSystem.Mode.READ)) {
      MemorySegment map = file.read(place.at(), place.bytes());
      for (long at = 0; map.isMapped() && at < map.byteSize(); at += PIECE_BYTES) {
        check.run();
        map.asSlice(at, Math.min(PIECE_BYTES, map.byteSize() - at)).load();
      }
    }
  }

  void unloadPages(FileRange place) {
    try (StorageFile file = maps.open(place.path(), FileSystem.Mode.READ)) {
      MemorySegment map = file.read(place.at(), place.bytes());
      if (map.isMapped()) {
        map.unload();
      }
    }
  }

  FileSystem maps() {
    return maps;
  }

  /** The time as those know it who were the last to miss something. */
  int tick() {
    return tick;
  }

  private int now() {
    int now = (int) ((clock.millis() - start) / TICK_MILLIS);
    int known = tick;
    if (now > known) {
      tick = now;
      return now;
    }
    // A clock that was put back.
    return known;
  }

  /** Whether it is time to ask for room for something; once a tick is enough. */
  boolean isDue(Cached<?> wanted) {
    return wanted.bytes() <= budget && wanted.lastUse() != now();
  }

  /** Makes a copy where there is room for it, or others must give theirs; else null. */
  <T> @Nullable T copy(Cached<T> wanted) {
    if (wanted.bytes() > budget) {
      return null;
    }
    synchronized (lock) {
      forgetCollected();
      int now = now();
      int before = wanted.use(now);
      T again = keepAgain(wanted);
      if (again != null || now < copiesFrom || !reserve(wanted.bytes(), before)) {
        return again;
      }
    }
    return read(wanted);
  }

  private <T> @Nullable T keepAgain(Cached<T> wanted) {
    T value = wanted.released();
    CopiedBytes copy = wanted.copied();
    if (value == null || copy == null || copy.kept) {
      return null;
    }
    copy.kept = true;
    released -= copy.bytes();
    wanted.keep(value, copy);
    oldestUse = Math.min(oldestUse, wanted.lastUse());
    return value;
  }

  private <T> @Nullable T read(Cached<T> wanted) {
    Arena arena = Arena.ofAuto();
    T value = null;
    try {
      value = wanted.readThrough(new CopyingFileSystem(files, arena));
    } catch (OutOfMemoryError e) {
      giveWay(e);
      return null;
    } finally {
      synchronized (lock) {
        if (value == null) {
          held -= wanted.bytes();
        } else {
          // Slices of a column reach its memory and not the column.
          Object memory = wanted.content() == Content.COLUMNS ? arena.scope() : value;
          CopiedBytes copy = new CopiedBytes(wanted, memory, collected);
          copies.add(copy);
          wanted.keep(value, copy);
          oldestUse = Math.min(oldestUse, wanted.lastUse());
        }
      }
      Reference.reachabilityFence(arena);
    }
    return value;
  }

  /**
   * Others need what memory there is: half of it is left to them, and nothing copied for a while.
   */
  private void giveWay(OutOfMemoryError cause) {
    synchronized (lock) {
      copiesFrom = now() + PAUSE_TICKS;
      evict((held - released) / 2, Integer.MAX_VALUE);
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "no memory for a copy, so files are read through maps for a minute; a smaller cache leaves"
            + " more to queries: "
            + cause.getMessage());
  }

  private boolean reserve(long bytes, int before) {
    if (held + bytes > budget) {
      long leaving = budget - held + released;
      if (leaving < bytes && !evict(bytes - leaving, before)) {
        return false;
      }
      collect();
      forgetCollected();
    }
    if (held + bytes > budget) {
      return false;
    }
    held += bytes;
    return true;
  }

  /** Lets go of copies that were last used before a tick, the oldest first; of none if too few. */
  private boolean evict(long bytes, int before) {
    if (before <= oldestUse) {
      return false;
    }
    record Candidate(CopiedBytes copy, int lastUse) {}
    List<Candidate> candidates = new ArrayList<>();
    int oldest = Integer.MAX_VALUE;
    long found = 0;
    for (CopiedBytes copy : copies) {
      if (copy.kept) {
        int lastUse = copy.lastUse();
        oldest = Math.min(oldest, lastUse);
        if (lastUse < before) {
          candidates.add(new Candidate(copy, lastUse));
          found += copy.bytes();
        }
      }
    }
    if (found < bytes) {
      oldestUse = candidates.isEmpty() ? oldest : oldestUse;
      return false;
    }
    candidates.sort(Comparator.comparingInt(Candidate::lastUse));
    long freed = 0;
    for (Candidate candidate : candidates) {
      if (freed >= bytes) {
        break;
      }
      CopiedBytes copy = candidate.copy();
      copy.release();
      freed += copy.bytes();
      released += copy.bytes();
      figures(copy.content()).evictions.increment();
    }
    return true;
  }

  /**
   * What has given way is memory that the collector does not feel, so it may lie there for hours
   * unless it is told.
   */
  private void collect() {
    int now = now();
    if (released > 0 && now >= collectsFrom) {
      collectsFrom = now + PAUSE_TICKS;
      System.gc();
    }
  }

  private void forgetCollected() {
    for (Reference<?> next = collected.poll(); next != null; next = collected.poll()) {
      if (next instanceof CopiedBytes copy && copies.remove(copy)) {
        held -= copy.bytes();
        released -= copy.kept ? 0 : copy.bytes();
      }
    }
  }
}
