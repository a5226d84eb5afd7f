package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
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
 * keep writers waiting, nor do those of an index that cannot be made. Writers go slower when they
 * owe half of the bound, and wait when they owe all of it, each statement for some seconds at most:
 * a large index may take minutes to be made.
 */
public final class IndexBacklog {
  /** Measuring so much takes about two seconds, at the rate of memory that is not in a cache. */
  private static final long MEASURED_BYTES_MAX = 2L << 30;

  /** How long a statement is slowed down while less is owed than the bound. */
  private static final long SLOW_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(10);

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

  /** Rows of an index have been indexed that were not before. */
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
      double owed = owed(newest.get(), table, rowsMax);
      boolean late = making.scheduler().nanoTime() - begin >= WAIT_NANOS_MAX;
      if (owed <= 0.5 || late || !making.works().getAsBoolean()) {
        return;
      }
      indexes.want();
      if (owed < 1) {
        making.scheduler().pause((long) (SLOW_NANOS_MAX * (2 * owed - 1)));
        return;
      }
      checkCancelled.run();
      making.scheduler().pause(POLL_NANOS);
    }
  }

  /** What is owed to the index of a table that is farthest behind, as a part of the bound. */
  private double owed(DatabaseState state, TableId id, long rowsMax) {
    Catalog catalog = state.catalog();
    TableState table = state.tables().get(id);
    double most = 0;
    for (IndexDefinition index : catalog.indexesOf(id)) {
      if (table != null && index.kind().isVector()) {
        long missing = indexes.missingRows(table.parts(), index);
        long rows =
            debts
                .computeIfAbsent(index.id(), key -> new Debt(table.nextRowId()))
                .update(table.nextRowId(), missing);
        ColumnDefinition column = table.definition().column(index.keys().getFirst().column());
        most = Math.max(most, (double) rows / Math.min(rowsMax, measured(column.type())));
      }
    }
    return most;
  }

  /** How many vectors are measured in about two seconds. */
  private static long measured(SqlType type) {
    return type instanceof SqlType.Vector vector
        ? MEASURED_BYTES_MAX / IndexSpecs.encoding(vector.element()).bytes(vector.dimension())
        : Long.MAX_VALUE;
  }
}
