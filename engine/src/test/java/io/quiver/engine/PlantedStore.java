package io.quiver.engine;

import io.quiver.storage.BuildLimits;
import io.quiver.storage.Job;
import io.quiver.storage.Store;
import io.quiver.storage.VectorIndexBuild;
import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowConditions;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A store with a bug in it, to see that the tests find it. */
final class PlantedStore implements Store {
  /** What is wrong. */
  enum Bug {
    NONE,
    /** A transaction changes rows that another has changed since its snapshot. */
    LOST_UPDATE,
    /** A read-only transaction gets a snapshot of some time ago. */
    STALE_SNAPSHOT,
    /** REPEATABLE READ takes a snapshot for each statement. */
    STATEMENT_SNAPSHOT,
    /** In a read-only transaction one table is older than the other. */
    FRACTURED_SNAPSHOT
  }

  private static final int SNAPSHOT_AGE = 8;

  private final Store store;
  private final Bug bug;

  /** Guarded by this object's lock; all are closed with the store. */
  private final List<Snapshot> old = new ArrayList<>();

  private int begun;

  PlantedStore(Store store, Bug bug) {
    this.store = store;
    this.bug = bug;
  }

  @Override
  public Snapshot snapshot() {
    return store.snapshot();
  }

  @Override
  public Transaction begin(IsolationLevel isolation, boolean readOnly, RowConditions conditions) {
    boolean repeatable = isolation == IsolationLevel.REPEATABLE_READ;
    return switch (bug) {
      case NONE -> store.begin(isolation, readOnly, conditions);
      case STATEMENT_SNAPSHOT -> store.begin(IsolationLevel.READ_COMMITTED, readOnly, conditions);
      case LOST_UPDATE ->
          repeatable && !readOnly
              ? new Planted(
                  store.begin(IsolationLevel.READ_COMMITTED, false, conditions),
                  keep(store.snapshot()))
              : store.begin(isolation, readOnly, conditions);
      case STALE_SNAPSHOT, FRACTURED_SNAPSHOT ->
          readOnly
              ? new Planted(store.begin(isolation, true, conditions), someTimeAgo())
              : store.begin(isolation, false, conditions);
    };
  }

  private synchronized Snapshot keep(Snapshot snapshot) {
    old.add(snapshot);
    return snapshot;
  }

  private synchronized Snapshot someTimeAgo() {
    if (begun++ % SNAPSHOT_AGE == 0) {
      old.add(store.snapshot());
    }
    return old.getLast();
  }

  @Override
  public void flush() {
    store.flush();
  }

  @Override
  public void checkpoint() {
    store.checkpoint();
  }

  @Override
  public void optimize(TableId table, BooleanSupplier cancelled) {
    store.optimize(table, cancelled);
  }

  @Override
  public void reindex(TableId table, @Nullable IndexId index, BooleanSupplier cancelled) {
    store.reindex(table, index, cancelled);
  }

  @Override
  public List<VectorIndexBuild> indexBuilds() {
    return store.indexBuilds();
  }

  @Override
  public boolean killIndexBuild(long id) {
    return store.killIndexBuild(id);
  }

  @Override
  public BuildLimits buildLimits() {
    return store.buildLimits();
  }

  @Override
  public void limitBuilds(BuildLimits limits) {
    store.limitBuilds(limits);
  }

  @Override
  public List<Job> jobs() {
    return store.jobs();
  }

  @Override
  public void load(TableId table, List<ColumnId> columns, BooleanSupplier cancelled) {
    store.load(table, columns, cancelled);
  }

  @Override
  public void release(TableId table) {
    store.release(table);
  }

  @Override
  public List<CacheUsage> cacheUsage() {
    return store.cacheUsage();
  }

  @Override
  public long cacheBytes() {
    return store.cacheBytes();
  }

  @Override
  public synchronized void close() {
    old.forEach(Snapshot::close);
    store.close();
  }

  /** Another's transaction, with another snapshot than it would have. */
  private final class Planted implements Transaction {
    private final Transaction inner;
    private final Snapshot before;

    Planted(Transaction inner, Snapshot before) {
      this.inner = inner;
      this.before = before;
    }

    @Override
    public IsolationLevel isolation() {
      return bug == Bug.LOST_UPDATE ? IsolationLevel.REPEATABLE_READ : inner.isolation();
    }

    @Override
    public boolean isReadOnly() {
      return inner.isReadOnly();
    }

    @Override
    public boolean hasWrites() {
      return inner.hasWrites();
    }

    @Override
    public Snapshot snapshot() {
      Snapshot newest = inner.snapshot();
      boolean hasTables =
          before.catalog().tables().size() == newest.catalog().tables().size()
              && before.catalog().tables().size() >= 3;
      return inner.hasWrites() || !hasTables ? newest : new View(before, newest);
    }

    @Override
    public Catalog statementCatalog() {
      return inner.statementCatalog();
    }

    @Override
    public void beginStatement() {
      inner.beginStatement();
    }

    @Override
    public void endStatement() {
      inner.endStatement();
    }

    @Override
    public long delete(TableId table, long[] rowIds, @Nullable Batch next) {
      return delete(table, rowIds);
    }

    @Override
    public void undoStatement() {
      inner.undoStatement();
    }

    @Override
    public Savepoint savepoint() {
      return inner.savepoint();
    }

    @Override
    public void rollbackTo(Savepoint savepoint) {
      inner.rollbackTo(savepoint);
    }

    @Override
    public void append(TableId table, Batch rows) {
      inner.append(table, rows);
    }

    @Override
    public long[] appendNew(
        TableId table, Batch rows, Snapshot seen, @Nullable List<ColumnId> key) {
      return inner.appendNew(table, rows, seen, key);
    }

    /** Where a row has another version by now, that one is deleted. */
    @Override
    public long delete(TableId table, long[] rowIds) {
      long deleted = 0;
      for (long rowId : rowIds) {
        try {
          deleted += inner.delete(table, new long[] {rowId});
        } catch (QuiverException e) {
          if (bug != Bug.LOST_UPDATE || e.code() != ErrorCode.SERIALIZATION_FAILURE) {
            throw e;
          }
          deleted += inner.delete(table, new long[] {newest(table, rowId)});
        }
      }
      return deleted;
    }

    private long newest(TableId table, long rowId) {
      try (Snapshot newest = store.snapshot()) {
        List<Column> keys = List.of(before.table(table).rows(new long[] {rowId}).column(0));
        RowLocation now = newest.table(table).find(keys, 0);
        return now == null ? rowId : now.segment().column(ColumnId.ROW_ID).getLong(now.row());
      }
    }

    @Override
    public long nextIdentity(TableId table) {
      return inner.nextIdentity(table);
    }

    @Override
    public void advanceIdentity(TableId table, long used) {
      inner.advanceIdentity(table, used);
    }

    @Override
    public void restartIdentity(TableId table, long next) {
      inner.restartIdentity(table, next);
    }

    @Override
    public long nextValue(TableId sequence) {
      return inner.nextValue(sequence);
    }

    @Override
    public void setValue(TableId sequence, long value, boolean given) {
      inner.setValue(sequence, value, given);
    }

    @Override
    public TableDefinition createTable(NewTable table) {
      return inner.createTable(table);
    }

    @Override
    public void dropTable(TableId table) {
      inner.dropTable(table);
    }

    @Override
    public void alterTable(TableDefinition altered) {
      inner.alterTable(altered);
    }

    @Override
    public TableId newView() {
      return inner.newView();
    }

    @Override
    public IndexId newIndex() {
      return inner.newIndex();
    }

    @Override
    public void change(CatalogChange change) {
      inner.change(change);
    }

    @Override
    public long memoryBytes() {
      return inner.memoryBytes();
    }

    @Override
    public void awaitWritten() {
      inner.awaitWritten();
    }

    @Override
    public CommitVersion commit(CommitMode mode) {
      return inner.commit(mode);
    }

    @Override
    public void rollback() {
      inner.rollback();
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  /** An old snapshot in the place of a new one. */
  private final class View implements Snapshot {
    private final Snapshot shown;
    private final Snapshot newest;

    View(Snapshot shown, Snapshot newest) {
      this.shown = shown;
      this.newest = newest;
    }

    @Override
    public CommitVersion version() {
      return shown.version();
    }

    @Override
    public Catalog catalog() {
      return shown.catalog();
    }

    @Override
    public TableSnapshot table(TableId id) {
      @Nullable TableDefinition table = shown.catalog().table(id);
      boolean isNew = bug == Bug.FRACTURED_SNAPSHOT && table != null && table.name().equals("reg0");
      return (isNew ? newest : shown).table(id);
    }

    @Override
    public void close() {
      newest.close();
    }
  }
}
