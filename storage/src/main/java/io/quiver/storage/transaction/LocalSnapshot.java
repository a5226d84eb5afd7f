package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.index.InterimIndex;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A committed state, with what a transaction has changed over it. */
final class LocalSnapshot implements Snapshot {
  private final DatabaseState state;
  private final Catalog catalog;
  private final Map<TableId, TableState> changed;
  private final Map<TableId, TableChanges> own;
  private final MemTable memTable;
  private final SequenceValues sequences;
  private final SnapshotPins pins;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param state pinned already; closing unpins it
   * @param changed tables that differ from those of the state
   * @param own what has changed them
   */
  LocalSnapshot(
      DatabaseState state,
      Catalog catalog,
      Map<TableId, TableState> changed,
      Map<TableId, TableChanges> own,
      CommitPipeline pipeline) {
    this.state = state;
    this.catalog = catalog;
    this.changed = changed;
    this.own = own;
    this.memTable = pipeline.memTable();
    this.sequences = pipeline.sequences;
    this.pins = pipeline.pins();
  }

  @Override
  public CommitVersion version() {
    return state.version();
  }

  @Override
  public Catalog catalog() {
    return catalog;
  }

  @Override
  public TableSnapshot table(TableId id) {
    TableState shown = changed.get(id);
    if (shown != null) {
      return keyed(id, shown);
    }
    TableState table = catalog.table(id) == null ? null : state.tables().get(id);
    if (table == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + id.value() + " does not exist any more");
    }
    return keyed(id, table);
  }

  private TableSnapshot keyed(TableId id, TableState table) {
    LiveTable live = memTable.live(id);
    return table.definition().uniqueKeys().isEmpty()
        ? table
        : new LocalTable(table, version(), live == null ? List.of() : live.keys(), own.get(id));
  }

  @Override
  public @Nullable ScalarIndex index(IndexDefinition index, SegmentView segment) {
    TableDefinition table = catalog.table(index.table());
    return table != null && index.isBuilt() && segment instanceof TablePart part
        ? memTable.indexes().find(part, table, index)
        : null;
  }

  @Override
  public @Nullable SegmentVectorIndex vectorIndex(IndexDefinition index, SegmentView segment) {
    return index.kind().isVector() && segment instanceof TablePart part
        ? memTable.indexes().vectors().find(part, index)
        : null;
  }

  @Override
  public List<InterimIndex.Run> interimIndex(IndexDefinition index, SegmentView segment) {
    return index.kind().isVector() && segment instanceof TablePart part
        ? memTable.indexes().vectors().interim().find(part, index)
        : List.of();
  }

  @Override
  public IndexLag.@Nullable Waited waited(IndexDefinition index) {
    return memTable.indexes().vectors().lag().of(index);
  }

  @Override
  public SegmentIndexes.Extent extent(IndexDefinition index) {
    List<TablePart> parts = new ArrayList<>();
    for (SegmentView segment : table(index.table()).segments()) {
      if (segment instanceof TablePart part) {
        parts.add(part);
      }
    }
    TableDefinition table = table(index.table()).definition();
    if (index.kind().isVector()) {
      return memTable.indexes().vectors().extent(parts, index);
    }
    return index.isBuilt()
        ? memTable.indexes().extent(parts, table, index)
        : SegmentIndexes.Extent.NONE;
  }

  @Override
  public SequenceDefinition.Position position(SequenceDefinition sequence) {
    return sequences.position(sequence);
  }

  @Override
  public void awaitKeys(TableId table, Runnable checkCancelled) {
    LiveTable live = memTable.live(table);
    if (live != null) {
      for (KeyGuard key : live.keys()) {
        key.ready(rows -> checkCancelled.run());
      }
    }
  }

  @Override
  public void awaitIndexes(TableId table, long rowsMax, Runnable checkCancelled) {
    memTable.indexes().vectors().backlog().await(memTable::newest, table, rowsMax, checkCancelled);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pins.unpin(state);
    }
  }
}
