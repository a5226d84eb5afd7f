package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** A committed state, with what a transaction has changed over it. */
final class LocalSnapshot implements Snapshot {
  private final DatabaseState state;
  private final Catalog catalog;
  private final Map<TableId, TableState> changed;
  private final SnapshotPins pins;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * @param state pinned already; closing unpins it
   * @param changed tables that differ from those of the state
   */
  LocalSnapshot(
      DatabaseState state, Catalog catalog, Map<TableId, TableState> changed, SnapshotPins pins) {
    this.state = state;
    this.catalog = catalog;
    this.changed = changed;
    this.pins = pins;
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
    TableState own = changed.get(id);
    if (own != null) {
      return own;
    }
    TableState table = catalog.table(id) == null ? null : state.tables().get(id);
    if (table == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + id.value() + " does not exist any more");
    }
    return table;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      pins.unpin(state);
    }
  }
}
