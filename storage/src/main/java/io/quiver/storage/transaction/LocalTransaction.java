package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction over the tables of a {@link CommitPipeline}. */
public final class LocalTransaction implements Transaction {
  private final CommitPipeline pipeline;
  private final IsolationLevel isolation;
  private final boolean readOnly;
  private final Map<TableId, TableChanges> changes = new HashMap<>();
  private final Map<TableId, LiveTable.Identity> identities = new HashMap<>();
  private final Set<TableId> madeHere = new HashSet<>();
  private List<TableDefinition> created = List.of();
  private Set<TableId> dropped = Set.of();
  private @Nullable DatabaseState fixedBase;
  private @Nullable Catalog catalogBase;
  private @Nullable Catalog ownCatalog;
  private Mark mark = new Mark(Map.of(), List.of(), Set.of());
  private boolean ended;

  public LocalTransaction(CommitPipeline pipeline, IsolationLevel isolation, boolean readOnly) {
    this.pipeline = pipeline;
    this.isolation = isolation;
    this.readOnly = readOnly;
  }

  /** What to go back to when a statement fails. */
  private record Mark(
      Map<TableId, TableChanges.Mark> tables, List<TableDefinition> created, Set<TableId> dropped) {
    Mark {
      tables = Map.copyOf(tables);
    }
  }

  @Override
  public IsolationLevel isolation() {
    return isolation;
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public boolean hasWrites() {
    return !created.isEmpty()
        || !dropped.isEmpty()
        || changes.values().stream().anyMatch(table -> !table.isEmpty());
  }

  @Override
  public Snapshot snapshot() {
    checkOpen();
    DatabaseState base = pinnedBase();
    Map<TableId, TableState> changed = new HashMap<>();
    for (TableChanges table : changes.values()) {
      TableId id = table.definition().id();
      TableState committed = base.tables().get(id);
      boolean differs = madeHere.contains(id) || (committed != null && !table.isEmpty());
      if (differs && !isDropped(table.definition())) {
        changed.put(id, table.over(committed));
      }
    }
    return new LocalSnapshot(base, catalog(base), Map.copyOf(changed), pipeline.pins());
  }

  @Override
  public void beginStatement() {
    checkOpen();
    Map<TableId, TableChanges.Mark> tables = new HashMap<>();
    changes.forEach((id, table) -> tables.put(id, table.mark()));
    mark = new Mark(tables, created, dropped);
  }

  @Override
  public void undoStatement() {
    checkOpen();
    changes.forEach((id, table) -> table.undo(mark.tables().get(id)));
    changes.keySet().retainAll(mark.tables().keySet());
    created = mark.created();
    dropped = mark.dropped();
    ownCatalog = null;
  }

  @Override
  public void append(TableId table, Batch rows) {
    checkWritable();
    TableDefinition definition = definition(table);
    RowCheck.check(definition, rows);
    TableChanges target = changes(definition);
    LiveTable live = pipeline.memTable().live(table);
    try {
      target.append(rows, live == null ? null : live.keys());
    } catch (QuiverException e) {
      if (e.code() == ErrorCode.UNIQUE_VIOLATION && live != null) {
        // Where another transaction has updated the row that this one replaces, that is the cause.
        TableState newest = pipeline.memTable().newest().tables().get(table);
        conflicting(() -> CommitPipeline.checkLive(newest, target.sortedDeletes()));
      }
      throw e;
    }
  }

  @Override
  public long delete(TableId table, long[] rowIds) {
    checkWritable();
    TableDefinition definition = definition(table);
    TableChanges target = changes(definition);
    TableState newest = pipeline.memTable().newest().tables().get(table);
    for (long rowId : rowIds) {
      boolean committed = rowId < TableChanges.FIRST_OWN_ROW_ID;
      if (committed && !target.deletes(rowId)) {
        conflicting(() -> CommitPipeline.checkLive(newest, rowId));
      }
    }
    return target.delete(rowIds);
  }

  /** Lets a conflict be seen only when the next snapshot has what it was with. */
  private void conflicting(Runnable check) {
    try {
      check.run();
    } catch (QuiverException conflict) {
      pipeline.awaitNewest();
      throw conflict;
    }
  }

  @Override
  public long nextIdentity(TableId table) {
    checkOpen();
    return identity(table).take();
  }

  @Override
  public void advanceIdentity(TableId table, long used) {
    checkOpen();
    identity(table).advance(used);
  }

  @Override
  public TableDefinition createTable(NewTable table) {
    checkWritable();
    if (catalog(base()).table(table.schemaName(), table.name()) != null) {
      throw CommitPipeline.duplicateTable(table.name());
    }
    TableDefinition definition = definition(table);
    List<TableDefinition> more = new ArrayList<>(created);
    more.add(definition);
    created = List.copyOf(more);
    ownCatalog = null;
    madeHere.add(definition.id());
    changes.put(definition.id(), new TableChanges(definition));
    return definition;
  }

  @Override
  public void dropTable(TableId table) {
    checkWritable();
    TableDefinition definition = definition(table);
    if (created.contains(definition)) {
      created = created.stream().filter(made -> !made.equals(definition)).toList();
    } else {
      Set<TableId> more = new HashSet<>(dropped);
      more.add(table);
      dropped = Set.copyOf(more);
    }
    ownCatalog = null;
  }

  @Override
  public CommitVersion commit() {
    checkOpen();
    try {
      if (!hasWrites()) {
        return pipeline.visible().version();
      }
      CommitRecord record = record();
      try {
        return pipeline.commit(record);
      } catch (QuiverException e) {
        if (e.code() == ErrorCode.SERIALIZATION_FAILURE) {
          pipeline.awaitNewest();
        }
        throw e;
      }
    } finally {
      end();
    }
  }

  @Override
  public void rollback() {
    checkOpen();
    changes.clear();
    end();
  }

  @Override
  public void close() {
    if (!ended) {
      rollback();
    }
  }

  private CommitRecord record() {
    List<CommitRecord.Deletes> deletes = new ArrayList<>();
    List<CommitRecord.Rows> rows = new ArrayList<>();
    for (TableChanges table : changes.values()) {
      if (isDropped(table.definition())) {
        continue;
      }
      TableId id = table.definition().id();
      long[] rowIds = table.sortedDeletes();
      if (rowIds.length > 0) {
        deletes.add(new CommitRecord.Deletes(id, rowIds));
      }
      table.liveRows().forEach(batch -> rows.add(new CommitRecord.Rows(id, batch)));
    }
    List<CommitRecord.IdentityNext> counters = new ArrayList<>();
    identities.forEach((id, identity) -> {
      TableChanges table = changes.get(id);
      if (table != null && !table.isEmpty() && !isDropped(table.definition())) {
        counters.add(new CommitRecord.IdentityNext(id, identity.next()));
      }
    });
    return new CommitRecord(created, List.copyOf(dropped), deletes, rows, counters);
  }

  /** True where this transaction drops a table, its own or another. */
  private boolean isDropped(TableDefinition table) {
    return dropped.contains(table.id())
        || (madeHere.contains(table.id()) && !created.contains(table));
  }

  /** What was committed as this transaction sees it. */
  private DatabaseState base() {
    if (isolation == IsolationLevel.READ_COMMITTED) {
      return pipeline.visible();
    }
    DatabaseState base = fixedBase;
    if (base == null) {
      base = pipeline.pins().pin(pipeline::visible);
      fixedBase = base;
    }
    return base;
  }

  private DatabaseState pinnedBase() {
    if (isolation == IsolationLevel.READ_COMMITTED) {
      return pipeline.pins().pin(pipeline::visible);
    }
    DatabaseState base = base();
    pipeline.pins().pin(base);
    return base;
  }

  private void end() {
    ended = true;
    DatabaseState base = fixedBase;
    if (base != null) {
      pipeline.pins().unpin(base);
      fixedBase = null;
    }
  }

  @SuppressWarnings("ReferenceEquality") // Whether it is the same catalog, cheaply.
  private Catalog catalog(DatabaseState base) {
    if (created.isEmpty() && dropped.isEmpty()) {
      return base.catalog();
    }
    Catalog catalog = ownCatalog;
    if (catalog == null || catalogBase != base.catalog()) {
      catalog = MemTable.changed(base.catalog(), pipeline.uncommittedCatalog(), created, dropped);
      ownCatalog = catalog;
      catalogBase = base.catalog();
    }
    return catalog;
  }

  private TableChanges changes(TableDefinition definition) {
    return changes.computeIfAbsent(definition.id(), id -> new TableChanges(definition));
  }

  private LiveTable.Identity identity(TableId table) {
    LiveTable live = pipeline.memTable().live(table);
    return identities.computeIfAbsent(
        table, id -> live == null ? new LiveTable.Identity(1) : live.identity());
  }

  /** The definition of a table that this transaction sees. */
  private TableDefinition definition(TableId table) {
    TableDefinition definition = catalog(base()).table(table);
    if (definition == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + table.value() + " does not exist any more");
    }
    return definition;
  }

  private TableDefinition definition(NewTable table) {
    Set<String> names = new HashSet<>();
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      ColumnDefinition column = table.columns().get(i);
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is given twice");
      }
      columns.add(
          new ColumnDefinition(
              new ColumnId(i),
              column.name(),
              column.type(),
              column.nullable() && !table.primaryKey().contains(i),
              column.defaultSql(),
              column.identity()));
    }
    List<ColumnId> primaryKey = table.primaryKey().stream().map(ColumnId::new).toList();
    return new TableDefinition(
        pipeline.newTable(), table.schemaName(), table.name(), columns, primaryKey);
  }

  private void checkOpen() {
    if (ended) {
      throw new IllegalStateException("the transaction has ended");
    }
  }

  private void checkWritable() {
    checkOpen();
    if (readOnly) {
      throw new QuiverException(
          ErrorCode.READ_ONLY_TRANSACTION, "a read-only transaction changes nothing");
    }
    pipeline.checkWritable();
  }
}
