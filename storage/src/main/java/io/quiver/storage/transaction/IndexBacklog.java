package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.SqlType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Slows writers down that add rows to a table faster than its vector indexes take them in, for
 * searches measure what no index has. Safe for many threads.
 *
 * <p>What counts is what writers owe: rows that have come, less those that have been indexed since,
 * and never more than are to be indexed at all. So rows that were there before their index do not
 * keep writers waiting, nor do those of an index that cannot be made. Each statement waits for some
 * milliseconds at most when much is owed, and for some seconds at most when all of the bound is: a
 * large index may take minutes to be made. Much is an eighth of the bound, for codes of rows
 * ({@link InterimIndexes}) are made about as fast as rows come, or half of it where there are no
 * codes.
 */
public final class IndexBacklog {
  /** Measuring so much takes about two seconds, at the rate of memory that is not in a cache. */
  private static final long MEASURED_BYTES_MAX = 2L << 30;

  /** How long a statement waits at most while less is owed than the bound. */
  private static final long SLOW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long SLOW_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final double MUCH_BESIDE_CODES = 0.125;
  private static final double MUCH = 0.5;

  private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final VectorIndexes indexes;
  private final Map<IndexId, Debt> debts = new ConcurrentHashMap<>();
  private volatile @Nullable Builder builder;

  IndexBacklog(VectorIndexes indexes) {
    this.indexes = indexes;
  }

  private record Builder(Scheduler scheduler, BooleanSupplier works) {}

  /** What is owed to one index. Its lock owns it. */
  private static final class Debt {
    private long nextRowId;
    private long rows;

    Debt(long nextRowId) {
      this.nextRowId = nextRowId;
    }

    synchronized long update(long newNextRowId, long missing) {
      long added = Math.max(0, newNextRowId - nextRowId);
      nextRowId += added;
      rows = Math.min(missing, rows + added);
      return rows;
    }

    synchronized void pay(long indexed) {
      rows = Math.max(0, rows - indexed);
    }
  }

  /**
   * Says that someone makes indexes.
   *
   * @param works whether it does, or has failed at last
   */
  public void onBuilder(Scheduler scheduler, BooleanSupplier works) {
    builder = new Builder(scheduler, works);
  }

  /** Rows need not be measured any more, for an index has them, or codes of them are there. */
  public void indexed(IndexDefinition index, long rows) {
    Debt debt = debts.get(index.id());
    if (debt != null) {
      debt.pay(rows);
    }
  }

  /** Forgets dropped indexes. */
  public void retain(Predicate<IndexId> there) {
    debts.keySet().removeIf(there.negate());
  }

  /**
   * Waits as the writers of a table have to, before anything of a statement is done.
   *
   * @param newest gives the newest state
   * @param rowsMax how many rows may be owed; 0 is any number
   * @param checkCancelled called now and then; what it throws ends the waiting
   */
  void await(Supplier<DatabaseState> newest, TableId table, long rowsMax, Runnable checkCancelled) {
    Builder making = builder;
    if (making == null || rowsMax == 0) {
      return;
    }
    long begin = making.scheduler().nanoTime();
    while (true) {
      Owed owed = owed(newest.get(), table, rowsMax);
      long waited = making.scheduler().nanoTime() - begin;
      long most = owed.part() < 1 ? SLOW_NANOS_MAX : WAIT_NANOS_MAX;
      if (!owed.isMuch() || waited >= most || !making.works().getAsBoolean()) {
        return;
      }
      indexes.want();
      checkCancelled.run();
      making.scheduler().pause(owed.part() < 1 ? SLOW_POLL_NANOS : POLL_NANOS);
    }
  }

  /**
   * What writers owe.
   *
   * @param part of the bound
   * @param isMuch whether they wait at all
   */
  private record Owed(double part, boolean isMuch) {}

  /** What is owed to the index of a table that is farthest behind. */
  private Owed owed(DatabaseState state, TableId id, long rowsMax) {
    Catalog catalog = state.catalog();
    TableState table = state.tables().get(id);
    double most = 0;
    boolean much = false;
    if (table == null) {
      return new Owed(most, much);
    }
    for (IndexDefinition index : catalog.indexesOf(id)) {
      SqlType.Vector type = IndexSpecs.type(index, table.definition());
      if (index.kind().isVector() && type != null) {
        long missing = indexes.measuredRows(table.parts(), index);
        long rows =
            debts
                .computeIfAbsent(index.id(), key -> new Debt(table.nextRowId()))
                .update(table.nextRowId(), missing);
        long measured = MEASURED_BYTES_MAX / type.element().bytes(type.dimension());
        double part = (double) rows / Math.min(rowsMax, measured);
        boolean codes = InterimIndexes.serves(index, type);
        most = Math.max(most, part);
        much |= part > (codes ? MUCH_BESIDE_CODES : MUCH);
      }
    }
    return new Owed(most, much);
  }
}
