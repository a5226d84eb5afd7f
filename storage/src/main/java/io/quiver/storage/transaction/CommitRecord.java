package io.quiver.storage.transaction;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction changes: one atomic record of the log, applied in the order of its
 * components. Applying it is deterministic: row ids, the catalog's version and the order of tables
 * follow from the state before; the rows of a table's segments come before its others.
 *
 * @param catalog steps in their order
 * @param identities where each identity counts on, at least
 * @param expected what must still hold when the record is committed; it is no part of the log
 */
public record CommitRecord(
    List<CatalogChange> catalog,
    List<Deletes> deletes,
    List<Segment> segments,
    List<Rows> rows,
    List<IdentityNext> identities,
    Expected expected) {
  public CommitRecord {
    catalog = List.copyOf(catalog);
    deletes = List.copyOf(deletes);
    segments = List.copyOf(segments);
    rows = List.copyOf(rows);
    identities = List.copyOf(identities);
  }

  boolean isEmpty() {
    return catalog.isEmpty()
        && deletes.isEmpty()
        && segments.isEmpty()
        && rows.isEmpty()
        && identities.isEmpty();
  }

  /** Whether it does nothing but add rows in memory. */
  public boolean addsRowsAlone() {
    return catalog.isEmpty() && deletes.isEmpty() && segments.isEmpty();
  }

  /** One record that does what some do one after the other, each of which adds rows alone. */
  public static CommitRecord joined(List<CommitRecord> records) {
    if (records.size() == 1) {
      return records.getFirst();
    }
    List<Rows> rows = new ArrayList<>();
    List<IdentityNext> identities = new ArrayList<>();
    for (CommitRecord record : records) {
      if (!record.addsRowsAlone()) {
        throw new IllegalArgumentException("a record that does more than add rows");
      }
      rows.addAll(record.rows());
      identities.addAll(record.identities());
    }
    return new CommitRecord(List.of(), List.of(), List.of(), rows, identities, Expected.NOTHING);
  }

  /** The definition that the record gives a table, or null when it leaves it as it is. */
  @Nullable TableDefinition definition(TableId id) {
    for (CatalogChange change : catalog) {
      if (change instanceof CatalogChange.CreateTable(TableDefinition table)
          && table.id().equals(id)) {
        return table;
      }
      if (change instanceof CatalogChange.AlterTable(TableDefinition table)
          && table.id().equals(id)) {
        return table;
      }
    }
    return null;
  }

  /** Whether all that it does to the catalog is to advance sequences. */
  boolean advancesOnly() {
    return catalog.stream().allMatch(CatalogChange.AdvanceSequence.class::isInstance);
  }

  /** The tables that are made. */
  List<TableDefinition> created() {
    return catalog.stream()
        .filter(CatalogChange.CreateTable.class::isInstance)
        .map(change -> ((CatalogChange.CreateTable) change).table())
        .toList();
  }

  /** The tables that are dropped. */
  List<TableId> dropped() {
    return catalog.stream()
        .filter(CatalogChange.DropTable.class::isInstance)
        .map(change -> ((CatalogChange.DropTable) change).table())
        .toList();
  }

  /**
   * What a transaction saw and relied on.
   *
   * @param layouts of the tables that it adds rows to
   * @param definitions of the tables that it alters, or builds views and indexes on
   * @param nextRowIds of the tables whose rows it has looked at, so that they may have no more
   * @param views all of them, where a table is altered that may be read by one
   * @param relied what it saw for foreign keys
   */
  public record Expected(
      Map<TableId, Integer> layouts,
      Map<TableId, TableDefinition> definitions,
      Map<TableId, Long> nextRowIds,
      @Nullable List<ViewDefinition> views,
      ForeignKeys.Relied relied) {
    static final Expected NOTHING =
        new Expected(Map.of(), Map.of(), Map.of(), null, ForeignKeys.Relied.NOTHING);

    public Expected {
      layouts = Map.copyOf(layouts);
      definitions = Map.copyOf(definitions);
      nextRowIds = Map.copyOf(nextRowIds);
    }
  }

  /**
   * Rows to delete.
   *
   * @param rowIds ascending
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; a list would box a million ids.
  public record Deletes(TableId table, long[] rowIds) {}

  /**
   * Rows to append that are in a segment already, which is durable and has no row ids.
   *
   * @param rowCount deleted rows included
   * @param sizeInBytes of the rows in memory
   * @param columns of the segment
   */
  public record Segment(
      TableId table,
      UUID id,
      int rowCount,
      long sizeInBytes,
      DeletedRows deleted,
      ColumnSource columns) {}

  /** Rows to append, in native memory that nobody changes any more. */
  public record Rows(TableId table, Batch batch) {}

  /** Where a table's identity counts on. */
  public record IdentityNext(TableId table, long next) {}
}
