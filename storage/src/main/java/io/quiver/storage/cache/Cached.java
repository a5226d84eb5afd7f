package io.quiver.storage.cache;

import io.quiver.storage.file.FileSystem;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that is read from a file that never changes, when it is first wanted. It is a copy as
 * long as its cache has room for it, and else a view of the mapped file. What {@link #get} gave is
 * good as long as it is reachable, whatever the cache does. Safe for many threads.
 */
public final class Cached<T> {
  private final SegmentCache cache;
  private final Content content;
  private final FileRange place;
  private final Function<FileSystem, T> reader;
  private final SegmentCache.Figures figures;

  /** Set by the cache, under its lock. */
  private volatile @Nullable T copy;

  /**
   * Of a column, which costs nothing but addresses; of anything else softly, for it may be made of
   * objects.
   */
  private volatile @Nullable Reference<T> view;

  private volatile @Nullable T column;

  /** The copy that gave way, while others keep it. Owned by the cache's lock. */
  private @Nullable WeakReference<T> released;

  private @Nullable CopiedBytes copied;

  /** When it was last used, and before that. Threads may overwrite each other's ticks. */
  private int lastUse = SegmentCache.NEVER;

  private int useBefore = SegmentCache.NEVER;

  Cached(
      SegmentCache cache,
      Content content,
      FileRange place,
      Function<FileSystem, T> reader,
      SegmentCache.Figures figures) {
    this.cache = cache;
    this.content = content;
    this.place = place;
    this.reader = reader;
    this.figures = figures;
  }

  /**
   * The value.
   *
   * @throws io.quiver.types.CorruptionException when its file is missing or damaged
   */
  public T get() {
    T known = copy;
    if (known != null) {
      figures.hits.increment();
      use(cache.tick());
      return known;
    }
    figures.misses.increment();
    T seen = view();
    return seen != null && !cache.isDue(this) ? seen : read();
  }

  /**
   * Brings it into memory: as a copy where there is room, or, where nothing is copied at all, as
   * pages of the map.
   *
   * @param check called now and then; what it throws ends the work
   * @return whether it is there
   * @throws io.quiver.types.CorruptionException when its file is missing or damaged
   */
  public boolean load(Runnable check) {
    read();
    if (copy != null) {
      return true;
    }
    if (cache.budget() > 0) {
      return false;
    }
    cache.loadPages(place, check);
    return true;
  }

  /** Lets go of the copy, and of the map's pages; both come back when it is read. */
  public void unload() {
    cache.letGo(this);
    if (view() != null) {
      cache.unloadPages(place);
    }
  }

  private synchronized T read() {
    T known = copy;
    if (known == null) {
      known = cache.copy(this);
    }
    if (known == null) {
      known = view();
    }
    if (known == null) {
      known = reader.apply(cache.maps());
      if (content == Content.COLUMNS) {
        column = known;
      } else {
        view = new SoftReference<>(known);
      }
    }
    return known;
  }

  private @Nullable T view() {
    T known = column;
    Reference<T> soft = view;
    return known != null || soft == null ? known : soft.get();
  }

  T readThrough(FileSystem files) {
    return reader.apply(files);
  }

  /** Notes a use; gives when the last one was in an earlier tick. */
  int use(int tick) {
    if (lastUse != tick) {
      useBefore = lastUse;
      lastUse = tick;
    }
    return useBefore;
  }

  int lastUse() {
    return lastUse;
  }

  Content content() {
    return content;
  }

  /** Bytes that a copy takes. */
  public long bytes() {
    return place.bytes();
  }

  /** Has a copy from now on. */
  void keep(T value, CopiedBytes memory) {
    copy = value;
    copied = memory;
    released = null;
  }

  /** Has none any more. */
  void release() {
    T known = copy;
    if (known != null) {
      released = new WeakReference<>(known);
      copy = null;
    }
  }

  /** The copy that gave way, if it is still there. */
  @Nullable T released() {
    WeakReference<T> known = released;
    return known == null ? null : known.get();
  }

  /** The memory of the last copy. */
  @Nullable CopiedBytes copied() {
    return copied;
  }
}
