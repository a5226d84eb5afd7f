package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
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
  private final TransactionBase base;
  private final boolean readOnly;
  private final RowConditions conditions;
  private final Map<TableId, TableChanges> changes = new HashMap<>();
  private final UsedIdentities identities;
  private final Set<TableId> madeHere = new HashSet<>();
  private final SpooledRows spooled;
  private final ForeignKeys foreignKeys;
  private final Expectations seen = new Expectations();
  private final OwnSequences sequences = new OwnSequences();
  private CatalogEdits edits = CatalogEdits.NONE;

  /** What was committed when the statement that runs took its snapshot; null before any has. */
  private @Nullable Catalog statementBase;

  private @Nullable Catalog catalogBase;
  private @Nullable Catalog ownCatalog;
  private Mark mark = new Mark(Map.of(), CatalogEdits.NONE);
  private boolean upserts;
  private boolean ended;

  /**
   * @param spool where many rows go, or null where all stay in memory
   */
  public LocalTransaction(
      CommitPipeline pipeline,
      IsolationLevel isolation,
      boolean readOnly,
      RowConditions conditions,
      @Nullable SegmentSpool spool) {
    this.pipeline = pipeline;
    this.base = new TransactionBase(isolation, pipeline);
    this.readOnly = readOnly;
    this.conditions = conditions;
    this.spooled = new SpooledRows(spool, pipeline);
    this.foreignKeys = new ForeignKeys(this, new OwnTables(changes, pipeline));
    this.identities = new UsedIdentities(pipeline.memTable());
  }

  /** What to go back to when a statement fails, or to a savepoint. */
  private record Mark(Map<TableId, TableChanges.Mark> tables, CatalogEdits edits)
      implements Savepoint {
    Mark {
      tables = Map.copyOf(tables);
    }
  }

  @Override
  public IsolationLevel isolation() {
    return base.isolation();
  }

  @Override
  public boolean isReadOnly() {
    return readOnly;
  }

  @Override
  public long memoryBytes() {
    return changes.values().stream().mapToLong(TableChanges::memoryBytes).sum();
  }

  @Override
  public void awaitWritten() {
    spooled.settle();
  }

  @Override
  public boolean hasWrites() {
    return !edits.isEmpty()
        || identities.hasRestarted()
        || changes.values().stream().anyMatch(table -> !table.isEmpty());
  }

  @Override
  public Snapshot snapshot() {
    checkOpen();
    DatabaseState pinned = base.pin();
    try {
      return snapshot(pinned);
    } catch (RuntimeException | Error e) {
      base.unpin(pinned);
      throw e;
    }
  }

  private Snapshot snapshot(DatabaseState pinned) {
    Map<TableId, TableState> changed = new HashMap<>();
    Map<TableId, TableChanges> own = new HashMap<>();
    for (TableChanges table : changes.values()) {
      TableId id = table.definition().id();
      TableState committed = pinned.tables().get(id);
      boolean differs = !table.isEmpty() || edits.alters(id);
      if ((madeHere.contains(id) || (committed != null && differs)) && !isDropped(id)) {
        if (committed != null) {
          table.checkSameLayout(committed.definition());
        }
        changed.put(id, table.over(committed));
        own.put(id, table);
      }
    }
    statementBase = pinned.catalog();
    return new LocalSnapshot(
        pinned, catalog(pinned.catalog()), Map.copyOf(changed), Map.copyOf(own), pipeline);
  }

  @Override
  public void beginStatement() {
    checkOpen();
    mark = mark();
    foreignKeys.begin();
  }

  @Override
  public void endStatement() {
    checkOpen();
    foreignKeys.end();
  }

  @Override
  public void undoStatement() {
    rollbackTo(mark);
  }

  @Override
  public Savepoint savepoint() {
    checkOpen();
    return mark();
  }

  private Mark mark() {
    Map<TableId, TableChanges.Mark> tables = new HashMap<>();
    changes.forEach((id, table) -> tables.put(id, table.mark()));
    return new Mark(tables, edits);
  }

  @Override
  public void rollbackTo(Savepoint savepoint) {
    checkOpen();
    if (!(savepoint instanceof Mark to)) {
      throw new IllegalArgumentException("not a savepoint of this kind of transaction");
    }
    spooled.forget();
    changes.forEach((id, table) -> table.undo(to.tables().get(id)));
    changes.keySet().retainAll(to.tables().keySet());
    foreignKeys.begin();
    edits = to.edits();
    ownCatalog = null;
    statementBase = null;
  }

  @Override
  public void append(TableId table, Batch rows) {
    checkWritable();
    TableDefinition definition = definition(table);
    RowCheck.check(definition, rows, conditions);
    TableChanges target = changes(definition);
    foreignKeys.adding(definition, rows, target.nextRowId());
    RowConflicts.append(pipeline, target, rows, pipeline.memTable().readyKeys(table));
    spooled.added(target);
  }

  @Override
  public long[] appendNew(TableId table, Batch rows, Snapshot seen, @Nullable List<ColumnId> key) {
    checkWritable();
    TableDefinition definition = definition(table);
    RowCheck.check(definition, rows, conditions);
    TableChanges target = changes(definition);
    List<KeyGuard> committed = pipeline.memTable().readyKeys(table);
    upserts = true;
    TableChanges.Arbiters arbiters = new TableChanges.Arbiters(key);
    long[] holders = target.holders(rows, committed, arbiters);
    TableSnapshot visible = seen.table(table);
    RowConflicts.conflicting(pipeline, () -> RowConflicts.checkSeen(visible, holders));
    Batch free = TableChanges.free(rows, holders);
    foreignKeys.adding(definition, free, target.nextRowId());
    target.appendFree(rows, holders, committed, arbiters);
    spooled.added(target);
    return holders;
  }

  @Override
  public long delete(TableId table, long[] rowIds) {
    return delete(table, rowIds, null);
  }

  @Override
  public long delete(TableId table, long[] rowIds, @Nullable Batch next) {
    checkWritable();
    TableDefinition definition = definition(table);
    TableChanges target = changes(definition);
    List<KeyGuard> _ = pipeline.memTable().readyKeys(table);
    RowConflicts.checkDeletes(pipeline, target, rowIds);
    foreignKeys.deleting(table, rowIds, next);
    spooled.settle();
    return target.delete(rowIds);
  }

  @Override
  public long nextIdentity(TableId table) {
    checkOpen();
    return identities.take(table);
  }

  @Override
  public void advanceIdentity(TableId table, long used) {
    checkOpen();
    identities.advance(table, used);
  }

  @Override
  public void restartIdentity(TableId table, long next) {
    checkWritable();
    identities.restart(table, next);
  }

  @Override
  public long nextValue(TableId sequence) {
    checkWritable();
    SequenceDefinition own = sequences.find(sequence, edits, base().catalog());
    return own == null ? pipeline.sequences.next(sequence) : sequences.take(own);
  }

  @Override
  public void setValue(TableId sequence, long value, boolean given) {
    checkWritable();
    SequenceDefinition own = sequences.find(sequence, edits, base().catalog());
    if (own == null) {
      pipeline.sequences.set(sequence, value, given);
    } else {
      sequences.set(own, value, given);
    }
  }

  @Override
  public TableDefinition createTable(NewTable table) {
    checkWritable();
    if (catalog().isTaken(table.schemaName(), table.name())) {
      throw RowConflicts.duplicateTable(table.name());
    }
    TableDefinition definition = NewTables.definition(table, pipeline.newTable());
    change(new CatalogChange.CreateTable(definition));
    madeHere.add(definition.id());
    changes.put(definition.id(), new TableChanges(definition));
    return definition;
  }

  @Override
  public void dropTable(TableId table) {
    checkWritable();
    TableDefinition definition = definition(table);
    change(new CatalogChange.DropTable(definition.id()));
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A definition is replaced by another object, never back.
  public void alterTable(TableDefinition altered) {
    checkWritable();
    TableDefinition before = definition(altered.id());
    boolean renamed =
        !before.name().equals(altered.name()) || !before.schemaName().equals(altered.schemaName());
    if (renamed && catalog().isTaken(altered.schemaName(), altered.name())) {
      throw RowConflicts.duplicateTable(altered.name());
    }
    DatabaseState base = base();
    TableState committed = base.tables().get(altered.id());
    if (!madeHere.contains(altered.id())) {
      if (committed != null && !edits.alters(altered.id()) && committed.definition() != before) {
        throw RowConflicts.altered(before);
      }
      seen.definition(before);
      seen.views(statementBase().views());
    }
    altered.columns().stream()
        .filter(column -> !before.has(column.id()))
        .forEach(RowCheck::checkInitial);
    TableChanges target = changes(before);
    spooled.settle();
    target.alter(altered);
    if (target.checkNewKeys(before, committed, base.version(), pipeline.memTable())) {
      seen.rows(committed);
    }
    if (RowCheck.asksMore(before, altered)) {
      seen.rows(committed);
      RowCheck.checkAltered(before, target.over(committed), conditions);
      foreignKeys.altering(before, target.over(committed));
    }
    change(new CatalogChange.AlterTable(altered));
  }

  @Override
  public TableId newView() {
    return pipeline.newTable();
  }

  @Override
  public IndexId newIndex() {
    return pipeline.newIndex();
  }

  @Override
  public void change(CatalogChange change) {
    checkWritable();
    switch (change) {
      case CatalogChange.PutView(ViewDefinition view) ->
          view.dependencies().forEach(id -> seen.definition(statementBase().table(id)));
      case CatalogChange.PutIndex(IndexDefinition index) ->
          seen.definition(statementBase().table(index.table()));
      default -> {}
    }
    edits = edits.plus(change, statementBase());
    ownCatalog = null;
  }

  @Override
  public CommitVersion commit(CommitMode mode) {
    checkOpen();
    try {
      foreignKeys.end();
      spooled.settle();
      if (!hasWrites()) {
        return pipeline.visible().version();
      }
      CommitRecord record = record();
      try {
        spooled.force(record);
        return pipeline.commit(record, mode, spooled);
      } catch (QuiverException e) {
        throw upserts && e.code() == ErrorCode.UNIQUE_VIOLATION ? RowConflicts.rival(e) : e;
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
    List<CommitRecord.Segment> segments = new ArrayList<>();
    List<CommitRecord.Rows> rows = new ArrayList<>();
    Map<TableId, Integer> layouts = new HashMap<>();
    for (TableChanges table : changes.values()) {
      TableId id = table.definition().id();
      if (isDropped(id)) {
        continue;
      }
      long[] rowIds = table.sortedDeletes();
      if (rowIds.length > 0) {
        deletes.add(new CommitRecord.Deletes(id, rowIds));
      }
      spooled.addedLast(table);
      segments.addAll(spooled.segments(table));
      List<Batch> added = table.liveRows();
      added.forEach(batch -> rows.add(new CommitRecord.Rows(id, batch)));
      if (!added.isEmpty() || !table.inSegments().isEmpty()) {
        layouts.put(id, table.base().layout());
      }
    }
    List<CommitRecord.IdentityNext> counters =
        identities.next(
            id -> changes.containsKey(id) && !changes.get(id).isEmpty(), this::isDropped);
    CommitRecord.Expected expected = seen.of(layouts, !edits.isEmpty(), foreignKeys.relied());
    return new CommitRecord(
        sequences.committed(edits.changes()), deletes, segments, rows, counters, expected);
  }

  /** True where this transaction drops a table, its own or another. */
  private boolean isDropped(TableId table) {
    return edits.drops(table) || (madeHere.contains(table) && !edits.creates(table));
  }

  /** What was committed as this transaction sees it. */
  DatabaseState base() {
    return base.get();
  }

  RowConditions conditions() {
    return conditions;
  }

  private void end() {
    ended = true;
    base.close();
    spooled.end();
  }

  /** The catalog with what this transaction has done to it. */
  Catalog catalog() {
    return catalog(base().catalog());
  }

  @Override
  public Catalog statementCatalog() {
    checkOpen();
    return catalog(statementBase());
  }

  /** What was committed for the statement that runs, whatever has been since. */
  private Catalog statementBase() {
    Catalog planned = statementBase;
    return planned == null ? base().catalog() : planned;
  }

  @SuppressWarnings("ReferenceEquality") // Whether it is the same catalog, cheaply.
  private Catalog catalog(Catalog committed) {
    if (edits.isEmpty()) {
      return committed;
    }
    Catalog catalog = ownCatalog;
    if (catalog == null || catalogBase != committed) {
      catalog = committed.with(pipeline.uncommittedCatalog(), edits.changes());
      ownCatalog = catalog;
      catalogBase = committed;
    }
    return catalog;
  }

  private TableChanges changes(TableDefinition definition) {
    TableChanges found =
        changes.computeIfAbsent(definition.id(), id -> new TableChanges(definition));
    if (found.definition().layout() == definition.layout()) {
      return found;
    }
    if (!found.isEmpty() || edits.alters(definition.id())) {
      throw RowConflicts.altered(definition);
    }
    TableChanges anew = new TableChanges(definition);
    changes.put(definition.id(), anew);
    return anew;
  }

  /** The definition of a table that this transaction sees. */
  private TableDefinition definition(TableId table) {
    TableDefinition definition = statementCatalog().table(table);
    if (definition == null || catalog().table(table) == null) {
      definition = catalog().table(table);
    }
    if (definition == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + table.value() + " does not exist any more");
    }
    return definition;
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
