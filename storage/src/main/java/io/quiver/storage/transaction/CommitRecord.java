package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import java.util.List;

/**
 * What one transaction changes: one atomic record of the log, applied in the order of its
 * components. Applying it is deterministic: row ids, the catalog's version and the order of tables
 * follow from the state before.
 *
 * @param identities where each identity counts on, at least
 */
public record CommitRecord(
    List<TableDefinition> created,
    List<TableId> dropped,
    List<Deletes> deletes,
    List<Rows> rows,
    List<IdentityNext> identities) {
  public CommitRecord {
    created = List.copyOf(created);
    dropped = List.copyOf(dropped);
    deletes = List.copyOf(deletes);
    rows = List.copyOf(rows);
    identities = List.copyOf(identities);
  }

  boolean isEmpty() {
    return created.isEmpty()
        && dropped.isEmpty()
        && deletes.isEmpty()
        && rows.isEmpty()
        && identities.isEmpty();
  }

  /**
   * Rows to delete.
   *
   * @param rowIds ascending
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; a list would box a million ids.
  public record Deletes(TableId table, long[] rowIds) {}

  /** Rows to append, in native memory that nobody changes any more. */
  public record Rows(TableId table, Batch batch) {}

  /** Where a table's identity counts on. */
  public record IdentityNext(TableId table, long next) {}
}
