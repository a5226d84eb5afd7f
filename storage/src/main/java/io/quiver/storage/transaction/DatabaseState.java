package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;
import java.util.Map;

/**
 * All tables at one commit. Immutable; a snapshot is a reference to one.
 *
 * @param memoryBytes of rows that are in no segment yet
 * @param arrangement counts how often the same rows have been arranged in other parts
 */
public record DatabaseState(
    CommitVersion version,
    Catalog catalog,
    Map<TableId, TableState> tables,
    long memoryBytes,
    long arrangement) {
  public DatabaseState {
    tables = Map.copyOf(tables);
  }

  /** The same commit with its tables arranged otherwise. */
  public DatabaseState with(Map<TableId, TableState> arranged) {
    return new DatabaseState(version, catalog, arranged, memoryBytes(arranged), arrangement + 1);
  }

  public static DatabaseState of(
      CommitVersion version, Catalog catalog, Map<TableId, TableState> tables) {
    return new DatabaseState(version, catalog, tables, memoryBytes(tables), 0);
  }

  private static long memoryBytes(Map<TableId, TableState> tables) {
    long bytes = 0;
    for (TableState table : tables.values()) {
      bytes += table.memoryBytes();
    }
    return bytes;
  }
}
