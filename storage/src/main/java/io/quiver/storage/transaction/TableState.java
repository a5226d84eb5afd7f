package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.memtable.NumberedRows;
import io.quiver.storage.memtable.RowBlock;
import io.quiver.storage.memtable.RowMemory;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table at one commit, or those that a transaction has appended so far. Immutable:
 * a change gives another state that shares all but what changed, so that a snapshot is a reference
 * and undoing is going back to an older state.
 *
 * @param parts in ascending order of their row ids, which do not overlap
 * @param nextRowId above every row id so far
 * @param nextIdentity what the identity column counts on with
 * @param growing the block behind the last part, where more rows may be written; null when the next
 *     row starts a new block
 */
public record TableState(
    TableDefinition definition,
    List<TablePart> parts,
    long nextRowId,
    long nextIdentity,
    @Nullable RowBlock growing)
    implements TableSnapshot {
  /** From here on, parts are used where they are instead of being copied behind others. */
  private static final int ADOPTED_ROWS = 4_096;

  public TableState {
    parts = List.copyOf(parts);
  }

  static TableState empty(TableDefinition definition, long firstRowId) {
    return new TableState(definition, List.of(), firstRowId, 1, null);
  }

  @Override
  public List<SegmentView> segments() {
    return List.copyOf(parts);
  }

  @Override
  public long rowCount() {
    long rows = 0;
    for (TablePart part : parts) {
      rows += part.liveRowCount();
    }
    return rows;
  }

  /** Looks at every row: for when no index knows this state's keys. */
  @Override
  public @Nullable RowLocation find(List<ColumnId> key, List<Column> keys, int row) {
    return find(key, keys, row, 0, Long.MAX_VALUE);
  }

  /**
   * As {@link #find(List, List, int)}, in some parts.
   *
   * @param from parts whose first row id is less are left out
   * @param to parts that begin there or later are left out
   */
  @Nullable RowLocation find(List<ColumnId> key, List<Column> keys, int row, long from, long to) {
    for (TablePart part : parts) {
      if (part.firstRowId() < from || part.firstRowId() >= to) {
        continue;
      }
      List<Column> own = keyColumns(part, key);
      for (int at = 0; at < part.rowCount(); at++) {
        if (!Keys.hasNull(own, at)
            && Keys.equal(own, at, keys, row)
            && !part.deleted().contains(at)) {
          return new RowLocation(part, at);
        }
      }
    }
    return null;
  }

  /** Where a row is that is there. */
  RowLocation location(long rowId) {
    TablePart part = partOf(rowId);
    int position = part == null ? -1 : part.position(rowId);
    if (part == null || position < 0) {
      throw new IllegalStateException("row " + rowId + " of " + definition.name() + " is nowhere");
    }
    return new RowLocation(part, position);
  }

  /** The rows that are in no segment yet. */
  DatabaseState.Memory memory() {
    long rows = 0;
    long bytes = 0;
    for (TablePart part : parts) {
      if (part.segment() == null) {
        rows += part.rowCount();
        bytes += part.sizeInBytes();
      }
    }
    return new DatabaseState.Memory(rows, bytes);
  }

  /**
   * Adds rows, copied behind those that are there. Whoever calls this is the one writer of the
   * growing block, and has the newest of its states.
   */
  TableState append(Batch rows) {
    return append(List.of(rows), null);
  }

  /** As {@link #append(Batch)}, into blocks of some memory. */
  TableState append(Batch rows, RowMemory memory) {
    return append(List.of(rows), memory);
  }

  /** As {@link #append(Batch)}, of several batches one after the other. */
  private TableState append(List<Batch> batches, @Nullable RowMemory memory) {
    List<TablePart> grown = new ArrayList<>(parts);
    RowBlock block = growing;
    int shown = block == null ? 0 : grown.getLast().rowCount();
    int used = shown;
    long usedBytes = block == null ? 0 : grown.getLast().sizeInBytes();
    long rowId = nextRowId;
    for (Batch rows : batches) {
      for (int from = 0; from < rows.rowCount(); ) {
        int count = block == null ? 0 : RowBlock.room(used, usedBytes, rows, from);
        if (block == null || count == 0) {
          show(grown, block, shown, used);
          block = new RowBlock(definition.columns(), memory);
          shown = 0;
          used = 0;
          usedBytes = 0;
          count = RowBlock.room(0, 0, rows, from);
        }
        block.write(used, rowId, rows, from, count);
        usedBytes += rows.sizeInBytes() * count / rows.rowCount();
        used += count;
        rowId += count;
        from += count;
      }
    }
    show(grown, block, shown, used);
    return new TableState(definition, grown, rowId, nextIdentity, block);
  }

  /** Makes what a block has a part, in the place of that with the rows shown before. */
  private void show(List<TablePart> grown, @Nullable RowBlock block, int shown, int used) {
    if (block != null && used > shown) {
      ColumnSource view = block.view(used);
      TablePart before = shown == 0 ? null : grown.removeLast();
      DeletedRows deleted = before == null ? DeletedRows.NONE : before.deleted();
      PartIndexes indexes = before == null ? new PartIndexes(true) : before.indexes();
      grown.add(TablePart.growing(view, deleted, bytes(view), indexes));
    }
  }

  /** Adds rows that nobody will change: many of them are used where they are, few are copied. */
  TableState adopt(List<Batch> batches) {
    TableState state = this;
    int copied = 0;
    for (int i = 0; i < batches.size(); i++) {
      if (batches.get(i).rowCount() >= ADOPTED_ROWS) {
        state = state.append(batches.subList(copied, i), null).adopt(batches.get(i));
        copied = i + 1;
      }
    }
    List<Batch> rest = batches.subList(copied, batches.size());
    return rest.isEmpty() ? state : state.append(rest, null);
  }

  private TableState adopt(Batch rows) {
    ColumnSource view = RowBlock.adopt(definition.columns(), nextRowId, rows);
    List<TablePart> grown = new ArrayList<>(parts);
    grown.add(new TablePart(view, DeletedRows.NONE, bytes(view), null));
    return new TableState(definition, grown, nextRowId + rows.rowCount(), nextIdentity, null);
  }

  /** Adds the rows of a segment. */
  TableState adopt(CommitRecord.Segment segment) {
    ColumnSource numbered = new NumberedRows(segment.columns(), segment.rowCount(), nextRowId);
    TablePart part =
        new TablePart(numbered, segment.deleted(), segment.sizeInBytes(), segment.id());
    List<TablePart> grown = new ArrayList<>(parts);
    grown.add(part.covering(definition));
    return new TableState(definition, grown, nextRowId + segment.rowCount(), nextIdentity, null);
  }

  /** Deletes rows; those that are not there or deleted already change nothing. */
  public TableState delete(long[] sortedRowIds) {
    if (sortedRowIds.length == 0) {
      return this;
    }
    List<TablePart> changed = new ArrayList<>(parts.size());
    int[] positions = new int[sortedRowIds.length];
    int next = 0;
    for (int i = 0; i < parts.size(); i++) {
      TablePart part = parts.get(i);
      long end = i + 1 < parts.size() ? parts.get(i + 1).firstRowId() : Long.MAX_VALUE;
      int count = 0;
      next = firstAtLeast(sortedRowIds, next, part.firstRowId());
      while (next < sortedRowIds.length && sortedRowIds[next] < end) {
        int position = part.position(sortedRowIds[next]);
        if (position >= 0) {
          positions[count++] = position;
        }
        next++;
      }
      changed.add(count == 0 ? part : part.withDeleted(positions, count));
    }
    return new TableState(definition, changed, nextRowId, nextIdentity, growing);
  }

  /** The same rows in other parts, which may have been made for an older definition. */
  public TableState with(List<TablePart> arranged) {
    return new TableState(
        definition, covering(arranged, definition), nextRowId, nextIdentity, growing);
  }

  /** The same rows under another definition; later ones go to another block. */
  TableState altered(TableDefinition next) {
    return new TableState(next, covering(parts, next), nextRowId, nextIdentity, null);
  }

  private static List<TablePart> covering(List<TablePart> parts, TableDefinition definition) {
    return parts.stream().map(part -> part.covering(definition)).toList();
  }

  /** The same rows; later ones go to another block. */
  TableState sealed() {
    return new TableState(definition, parts, nextRowId, nextIdentity, null);
  }

  TableState withNextIdentity(long next) {
    return new TableState(definition, parts, nextRowId, next, growing);
  }

  /** The part among whose row ids one is, though it may not be there; null where none is. */
  @Nullable TablePart partOf(long rowId) {
    int low = 0;
    int high = parts.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (parts.get(middle).firstRowId() <= rowId) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return high < 0 ? null : parts.get(high);
  }

  @Override
  public Batch rows(long[] rowIds) {
    TablePart[] found = new TablePart[rowIds.length];
    int[] positions = new int[rowIds.length];
    for (int i = 0; i < rowIds.length; i++) {
      TablePart part = partOf(rowIds[i]);
      int position = part == null ? -1 : part.position(rowIds[i]);
      if (part == null || position < 0) {
        throw new IllegalArgumentException(
            "row " + rowIds[i] + " is not in table " + definition.name());
      }
      found[i] = part;
      positions[i] = position;
    }
    List<Column> columns = new ArrayList<>();
    for (ColumnDefinition column : definition.columns()) {
      var type = rowIds.length == 0 ? column.type() : found[0].column(column.id()).type();
      ColumnBuilder builder = new ColumnBuilder(type, rowIds.length);
      for (int i = 0; i < rowIds.length; i++) {
        builder.appendFrom(found[i].column(column.id()), positions[i]);
      }
      columns.add(builder.build());
    }
    return new Batch(columns, rowIds.length);
  }

  /** The values of rows in some columns, deleted or not; null for rows that are not here. */
  List<Column> values(long[] rowIds, List<ColumnId> columns) {
    return values(definition, columns, rowIds, _ -> this);
  }

  /**
   * The values of rows in some columns, deleted or not.
   *
   * @param stateOf where a row is, or null where it is nowhere; null is the value then
   */
  static List<Column> values(
      TableDefinition definition,
      List<ColumnId> columns,
      long[] rowIds,
      LongFunction<@Nullable TableState> stateOf) {
    List<Column> values = new ArrayList<>();
    for (ColumnId id : columns) {
      ColumnBuilder builder = new ColumnBuilder(definition.column(id).type(), rowIds.length);
      for (long rowId : rowIds) {
        TableState state = stateOf.apply(rowId);
        TablePart part = state == null ? null : state.partOf(rowId);
        int position = part == null ? -1 : part.position(rowId);
        if (part == null || position < 0) {
          builder.appendNull();
        } else {
          builder.appendFrom(part.column(id), position);
        }
      }
      values.add(builder.build());
    }
    return values;
  }

  @Override
  public boolean isLive(long rowId) {
    TablePart part = partOf(rowId);
    int position = part == null ? -1 : part.position(rowId);
    return part != null && position >= 0 && !part.deleted().contains(position);
  }

  static List<Column> keyColumns(TablePart part, List<ColumnId> key) {
    return key.stream().map(part::column).toList();
  }

  /** Compares the key of a row, deleted or not, with that in a row of other columns. */
  KeyIndex.Match match(long rowId, List<ColumnId> key, List<Column> keys, int row) {
    TablePart part = partOf(rowId);
    int position = part == null ? -1 : part.position(rowId);
    if (part == null || position < 0) {
      return KeyIndex.Match.UNKNOWN;
    }
    for (int i = 0; i < keys.size(); i++) {
      if (!Keys.equal(part.column(key.get(i)), position, keys.get(i), row)) {
        return KeyIndex.Match.DIFFERENT;
      }
    }
    return KeyIndex.Match.EQUAL;
  }

  private long bytes(ColumnSource source) {
    long bytes = source.column(ColumnId.ROW_ID).sizeInBytes();
    for (var column : definition.columns()) {
      bytes += source.column(column.id()).sizeInBytes();
    }
    return bytes;
  }

  private static int firstAtLeast(long[] sorted, int from, long wanted) {
    int found = Arrays.binarySearch(sorted, from, sorted.length, wanted);
    return found >= 0 ? found : -found - 1;
  }
}
