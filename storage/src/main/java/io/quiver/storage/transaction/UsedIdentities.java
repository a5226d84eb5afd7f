package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The identities that one transaction counts up. Owned by its thread. */
final class UsedIdentities {
  private final MemTable memTable;
  private final Map<TableId, LiveTable.Identity> used = new HashMap<>();
  private final Set<TableId> restarted = new HashSet<>();

  UsedIdentities(MemTable memTable) {
    this.memTable = memTable;
  }

  private LiveTable.Identity of(TableId table) {
    LiveTable live = memTable.live(table);
    return used.computeIfAbsent(
        table, id -> live == null ? new LiveTable.Identity(1) : live.identity());
  }

  long take(TableId table) {
    return of(table).take();
  }

  void advance(TableId table, long given) {
    of(table).advance(given);
  }

  /**
   * Goes on with a value, without a row.
   *
   * @throws QuiverException 22023 where it may have been given already
   */
  void restart(TableId table, long next) {
    long now = of(table).next();
    if (next < 1 || Long.compareUnsigned(next, now) < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "an identity gives no value twice: it goes on with "
              + Long.toUnsignedString(now)
              + " or more, found "
              + next);
    }
    of(table).advance(next - 1);
    restarted.add(table);
  }

  boolean hasRestarted() {
    return !restarted.isEmpty();
  }

  /**
   * Where they count on once this is committed.
   *
   * @param changed the tables with rows in the commit
   * @param dropped the tables that are gone after it
   */
  List<CommitRecord.IdentityNext> next(Predicate<TableId> changed, Predicate<TableId> dropped) {
    List<CommitRecord.IdentityNext> next = new ArrayList<>();
    used.forEach((table, identity) -> {
      if ((changed.test(table) || restarted.contains(table)) && !dropped.test(table)) {
        next.add(new CommitRecord.IdentityNext(table, identity.next()));
      }
    });
    return next;
  }
}
