package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What all transactions share of one table beside its rows: the key indexes and the identity. */
final class LiveTable {
  private final List<KeyGuard> keys;
  private final Identity identity;

  private LiveTable(List<KeyGuard> keys, Identity identity) {
    this.keys = keys;
    this.identity = identity;
  }

  /**
   * @param newest where to read the table's rows
   */
  LiveTable(TableState state, CommitVersion version, KeyGuard.Newest newest) {
    this(guards(List.of(), state, version, newest), new Identity(state.nextIdentity()));
  }

  /** The keys that there are already, and those that are new. */
  private static List<KeyGuard> guards(
      List<KeyGuard> known, TableState state, CommitVersion version, KeyGuard.Newest newest) {
    List<KeyGuard> guards = new ArrayList<>();
    for (Constraint.Key key : state.definition().uniqueKeys()) {
      KeyGuard guard = guard(known, key.columns());
      guards.add(guard != null ? guard : new KeyGuard(key.columns(), state, version, newest));
    }
    return List.copyOf(guards);
  }

  /** The one of some keys that is of these columns, or null. */
  static @Nullable KeyGuard guard(List<KeyGuard> keys, List<ColumnId> columns) {
    for (KeyGuard guard : keys) {
      if (guard.key().equals(columns)) {
        return guard;
      }
    }
    return null;
  }

  /** The unique keys, the primary one first. */
  List<KeyGuard> keys() {
    return keys;
  }

  /** The same table under another definition. */
  LiveTable altered(TableState after, CommitVersion version, KeyGuard.Newest newest) {
    return new LiveTable(guards(keys, after, version, newest), identity);
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
