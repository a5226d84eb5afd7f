package io.quiver.storage.manifest;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.memtable.DeletedRows;
import java.util.List;
import java.util.UUID;

/**
 * All of a database at one commit that is in segments: what the log adds comes after it.
 *
 * @param number counts manifests
 * @param commitVersion of the last commit that it contains
 * @param replayFrom the position of that commit in the log
 * @param nextTable above the id of every table, view and index so far
 * @param tables those of the catalog, with their rows
 */
public record Manifest(
    long number,
    long commitVersion,
    Lsn replayFrom,
    Catalog catalog,
    long nextTable,
    List<Table> tables) {
  /** A database in which nothing has happened. */
  public static final Manifest EMPTY = new Manifest(0, 0, Lsn.START, Catalog.EMPTY, 1, List.of());

  public Manifest {
    tables = List.copyOf(tables);
  }

  /** A table, and the segments with its rows in ascending order of their ids. */
  public record Table(
      TableDefinition definition, long nextRowId, long nextIdentity, List<Segment> segments) {
    public Table {
      segments = List.copyOf(segments);
    }
  }

  /**
   * A segment of a table.
   *
   * @param firstRowId of the first row; where the segment has no ids, those of the others follow it
   * @param rowCount deleted rows included
   * @param sizeInBytes of the rows in memory
   */
  public record Segment(
      UUID id, long firstRowId, int rowCount, long sizeInBytes, DeletedRows deleted) {}

  /** The ids of all segments. */
  public List<UUID> segmentIds() {
    return tables.stream().flatMap(table -> table.segments().stream()).map(Segment::id).toList();
  }
}
