package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;
import java.util.Map;

/**
 * All tables at one commit. Immutable; a snapshot is a reference to one.
 *
 * @param memoryBytes of rows that are in no segment yet
 */
public record DatabaseState(
    CommitVersion version, Catalog catalog, Map<TableId, TableState> tables, long memoryBytes) {
  public DatabaseState {
    tables = Map.copyOf(tables);
  }

  public static DatabaseState of(
      CommitVersion version, Catalog catalog, Map<TableId, TableState> tables) {
    long bytes = 0;
    for (TableState table : tables.values()) {
      bytes += table.memoryBytes();
    }
    return new DatabaseState(version, catalog, tables, bytes);
  }
}
