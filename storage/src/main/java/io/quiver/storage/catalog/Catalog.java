package io.quiver.storage.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tables that a snapshot sees. Immutable.
 *
 * @param version grows with every DDL commit, so that a plan made on an older one is recognised; an
 *     uncommitted DDL of one's own transaction gives a negative one that no other session has
 * @param tables in the order of their names
 */
public record Catalog(long version, List<TableDefinition> tables) {
  public static final String DEFAULT_SCHEMA = "public";

  public Catalog {
    tables = List.copyOf(tables);
  }

  /** The table with this exact name, or null. */
  public @Nullable TableDefinition table(String schemaName, String name) {
    for (TableDefinition table : tables) {
      if (table.name().equals(name) && table.schemaName().equals(schemaName)) {
        return table;
      }
    }
    return null;
  }

  /** The table with this id, or null when it has been dropped. */
  public @Nullable TableDefinition table(TableId id) {
    for (TableDefinition table : tables) {
      if (table.id().equals(id)) {
        return table;
      }
    }
    return null;
  }
}
