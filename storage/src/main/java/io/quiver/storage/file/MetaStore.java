package io.quiver.storage.file;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Few and small values by key, changed together or not at all: heads and epochs, nothing else.
 * Durable when {@link #commit} returns. Safe for many threads.
 */
public interface MetaStore extends AutoCloseable {
  /** A name such as {@code manifest} or {@code log/0/epoch}. */
  record Key(String name) {
    public Key {
      if (name.isEmpty()) {
        throw new IllegalArgumentException("a key needs a name");
      }
    }
  }

  /**
   * A value and its version.
   *
   * @param value read-only
   * @param version greater than that of every earlier value in the store
   */
  record Versioned(MemorySegment value, long version) {
    /** The version that an absent key has. */
    public static final long ABSENT = 0;
  }

  /**
   * A condition of a commit: the key has this version.
   *
   * @param version {@link Versioned#ABSENT} where the key must not exist
   */
  record Expect(Key key, long version) {}

  /**
   * A change.
   *
   * @param value copied; null removes the key
   */
  record Put(Key key, @Nullable MemorySegment value) {}

  /** A pair of eyes on one key. */
  interface Watch extends AutoCloseable {
    /** Completes, once, when the key has another version than it had when the watch began. */
    CompletableFuture<@Nullable Void> changed();

    @Override
    void close();
  }

  /** The value of a key, or null where it is absent. */
  @Nullable Versioned get(Key key);

  /**
   * Changes all keys or none.
   *
   * @throws io.quiver.types.QuiverException 40001 when an expectation does not hold; 58030 when the
   *     change could not be made durable, in which case it may or may not be found later
   */
  void commit(List<Expect> expected, List<Put> puts);

  Watch watch(Key key);

  @Override
  void close();
}
