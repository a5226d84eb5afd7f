package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All tables at one commit. Immutable; a snapshot is a reference to one.
 *
 * @param memory rows that are in no segment yet
 * @param arrangement counts how often the same rows have been arranged in other parts
 */
public record DatabaseState(
    CommitVersion version,
    Catalog catalog,
    Map<TableId, TableState> tables,
    Memory memory,
    long arrangement) {
  public DatabaseState {
    tables = Map.copyOf(tables);
  }

  /** The same commit with its tables arranged otherwise. */
  public DatabaseState with(Map<TableId, TableState> arranged) {
    return new DatabaseState(version, catalog, arranged, Memory.of(arranged), arrangement + 1);
  }

  public static DatabaseState of(
      CommitVersion version, Catalog catalog, Map<TableId, TableState> tables) {
    return new DatabaseState(version, catalog, tables, Memory.of(tables), 0);
  }

  /** Bytes of the rows that are in no segment yet. */
  public long memoryBytes() {
    return memory.bytes();
  }

  /** What is in no segment yet, rows that are deleted there included. */
  public record Memory(long rows, long bytes) {
    static final Memory NONE = new Memory(0, 0);

    static Memory of(@Nullable TableState table) {
      return table == null ? NONE : table.memory();
    }

    static Memory of(Map<TableId, TableState> tables) {
      Memory all = NONE;
      for (TableState table : tables.values()) {
        all = all.plus(table.memory());
      }
      return all;
    }

    Memory plus(Memory other) {
      return new Memory(rows + other.rows, bytes + other.bytes);
    }

    Memory minus(Memory other) {
      return new Memory(rows - other.rows, bytes - other.bytes);
    }
  }
}
