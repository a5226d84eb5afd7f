package io.quiver.storage.transaction;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all transactions share of one table beside its rows: the key index and the identity. */
final class LiveTable {
  private final @Nullable KeyGuard keys;
  private final Identity identity;

  private LiveTable(@Nullable KeyGuard keys, Identity identity) {
    this.keys = keys;
    this.identity = identity;
  }

  LiveTable(TableState state, CommitVersion version) {
    keys = state.definition().primaryKey().isEmpty() ? null : new KeyGuard(state, version);
    identity = new Identity(state.nextIdentity());
  }

  /** The primary keys, or null where the table has none. */
  @Nullable KeyGuard keys() {
    return keys;
  }

  /** The same table once its primary key has been dropped. */
  LiveTable withoutKeys() {
    return new LiveTable(null, identity);
  }

  Identity identity() {
    return identity;
  }

  /** Counts up, over all transactions. A value is given once, whether it is committed or not. */
  static final class Identity {
    /** What comes after the largest value: nothing. */
    private static final long EXHAUSTED = Long.MIN_VALUE;

    private final AtomicLong next;

    Identity(long next) {
      this.next = new AtomicLong(next);
    }

    long take() {
      long value = next.getAndUpdate(old -> old == EXHAUSTED ? EXHAUSTED : old + 1);
      if (value == EXHAUSTED) {
        throw new QuiverException(
            ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE, "the identity has reached its largest value");
      }
      return value;
    }

    void advance(long used) {
      next.updateAndGet(old -> old == EXHAUSTED || old > used ? old : used + 1);
    }

    long next() {
      return next.get();
    }
  }
}
