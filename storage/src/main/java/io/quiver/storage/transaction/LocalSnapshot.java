package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Map;

/**
 * A committed state, with what a transaction has changed over it.
 *
 * @param changed tables that differ from those of the state
 */
record LocalSnapshot(DatabaseState state, Catalog catalog, Map<TableId, TableState> changed)
    implements Snapshot {

  @Override
  public CommitVersion version() {
    return state.version();
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

  /** Nothing to let go: what it refers to lives as long as it is reachable. */
  @Override
  public void close() {}
}
