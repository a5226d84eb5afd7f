package io.quiver.storage.cache;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;

/** The memory of one copy, which tells its cache when nobody reaches it any more. */
final class CopiedBytes extends PhantomReference<Object> {
  private final WeakReference<Cached<?>> owner;
  private final Content content;
  private final long bytes;

  /** Whether it is the cache that keeps it; owned by the cache's lock. */
  boolean kept = true;

  /**
   * @param memory what everyone who reads the copy reaches
   */
  CopiedBytes(Cached<?> owner, Object memory, ReferenceQueue<Object> queue) {
    super(memory, queue);
    this.owner = new WeakReference<>(owner);
    this.content = owner.content();
    this.bytes = owner.bytes();
  }

  Content content() {
    return content;
  }

  long bytes() {
    return bytes;
  }

  /** When it was last used; one whose segment is gone, never. */
  int lastUse() {
    Cached<?> cached = owner.get();
    return cached == null ? SegmentCache.NEVER : cached.lastUse();
  }

  void release() {
    kept = false;
    Cached<?> cached = owner.get();
    if (cached != null) {
      cached.release();
    }
  }
}
