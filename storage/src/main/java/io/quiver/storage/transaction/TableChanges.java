package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one open transaction has done to one table. Its rows carry provisional row ids, above all
 * committed ones; commit gives them their own. Owned by the transaction's thread.
 */
final class TableChanges {
  /** The first provisional row id; whatever is below has been committed. */
  static final long FIRST_OWN_ROW_ID = 1L << 62;

  private final TableDefinition base;
  private TableState own;
  private long[] deletes = new long[8];
  private int deleteCount;
  private final Set<Long> deleted = new HashSet<>();

  /** Of the rows of {@link #own}. This object's lock owns it: open results look into it. */
  private KeyIndex ownKeys = new KeyIndex();

  private @Nullable View view;

  TableChanges(TableDefinition definition) {
    this.base = definition;
    this.own = TableState.empty(definition, FIRST_OWN_ROW_ID);
  }

  /** Where to go back to. */
  record Mark(TableState own, int deleteCount) {
    static final int NOTHING_DELETED = 0;
  }

  /** What was last shown: as long as nothing changes, it is shown again. */
  private record View(
      @Nullable TableState base,
      TableState own,
      int deleteCount,
      TableState kept,
      TableState shown) {}

  /** The table as this transaction has it now. */
  TableDefinition definition() {
    return own.definition();
  }

  /** The table as it was when this transaction began to change it. */
  TableDefinition base() {
    return base;
  }

  /** Gives the table another definition. */
  synchronized void alter(TableDefinition next) {
    own = own.altered(next);
    view = null;
    indexOwnKeys();
  }

  boolean isEmpty() {
    return own.parts().isEmpty() && deleteCount == 0;
  }

  /** True when this transaction has deleted a committed row. */
  boolean deletes(long rowId) {
    return deleted.contains(rowId);
  }

  /** Bytes of the rows that it has appended and that are in memory. */
  long memoryBytes() {
    return own.memory().bytes();
  }

  /** Its parts that are in no segment; they come after those that are. */
  List<TablePart> inMemory() {
    return own.parts().stream().filter(part -> part.segment() == null).toList();
  }

  /** Its parts that are in segments and have rows left. */
  List<TablePart> inSegments() {
    return own.parts().stream()
        .filter(part -> part.segment() != null && part.liveRowCount() > 0)
        .toList();
  }

  /** Puts a segment in the place of all the rows in memory, or nothing where it is null. */
  synchronized void replaceInMemory(@Nullable TablePart segment) {
    List<TablePart> parts =
        new ArrayList<>(own.parts().stream().filter(part -> part.segment() != null).toList());
    if (segment != null) {
      parts.add(segment);
    }
    own = own.sealed().with(parts);
    view = null;
  }

  /** The rows that it has appended and not deleted again, and that are in memory. */
  List<Batch> liveRows() {
    List<Batch> batches = new ArrayList<>();
    for (TablePart part : inMemory()) {
      List<Column> columns =
          definition().columns().stream().map(column -> part.column(column.id())).toList();
      Batch all = new Batch(columns, part.rowCount());
      if (part.liveRowCount() == part.rowCount()) {
        batches.add(all);
      } else if (part.liveRowCount() > 0) {
        int[] rows = part.liveRows();
        batches.add(all.gather(rows, rows.length, Arena.ofAuto()));
      }
    }
    return batches;
  }

  /** The committed rows that this transaction deletes, ascending. */
  long[] sortedDeletes() {
    long[] sorted = Arrays.copyOf(deletes, deleteCount);
    Arrays.sort(sorted);
    return sorted;
  }

  Mark mark() {
    return new Mark(own, deleteCount);
  }

  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  synchronized void undo(@Nullable Mark mark) {
    TableState before = mark == null ? TableState.empty(base, FIRST_OWN_ROW_ID) : mark.own();
    int kept = mark == null ? Mark.NOTHING_DELETED : mark.deleteCount();
    for (int i = kept; i < deleteCount; i++) {
      deleted.remove(deletes[i]);
    }
    deleteCount = kept;
    view = null;
    if (before != own) {
      // An open result may still read what is undone, so later rows go somewhere else.
      own = before.sealed();
      indexOwnKeys();
    }
  }

  /**
   * Adds rows that have been checked against the definition.
   *
   * @param committed the keys of committed rows, or null where there are none
   */
  synchronized void append(Batch rows, @Nullable KeyGuard committed) {
    if (rows.rowCount() == 0) {
      return;
    }
    TableState before = own;
    own = own.append(rows);
    TableDefinition definition = definition();
    if (definition.primaryKey().isEmpty()) {
      return;
    }
    List<Column> keys = KeyGuard.keyColumns(definition, rows);
    for (int row = 0; row < rows.rowCount(); row++) {
      long other = committed == null ? KeyIndex.ABSENT : committed.find(keys, row);
      boolean taken = other != KeyIndex.ABSENT && !deleted.contains(other);
      if (taken || ownKeys.find(keys, row, own::hasKey) != KeyIndex.ABSENT) {
        own = before;
        indexOwnKeys();
        throw KeyGuard.duplicate(definition, keys, row);
      }
      ownKeys.add(keys, row, before.nextRowId() + row);
    }
  }

  /**
   * Who has the keys of rows: the id of a committed row, that of an own row, that which an earlier
   * one of these rows will have, or {@link KeyIndex#ABSENT}.
   */
  long[] holders(Batch rows, @Nullable KeyGuard committed) {
    long[] holders = new long[rows.rowCount()];
    Arrays.fill(holders, KeyIndex.ABSENT);
    TableDefinition definition = definition();
    if (definition.primaryKey().isEmpty()) {
      return holders;
    }
    List<Column> keys = KeyGuard.keyColumns(definition, rows);
    KeyIndex fresh = new KeyIndex();
    Map<Long, Integer> rowOf = new HashMap<>();
    long next = own.nextRowId();
    for (int row = 0; row < holders.length; row++) {
      long other = committed == null ? KeyIndex.ABSENT : committed.find(keys, row);
      if (other == KeyIndex.ABSENT || deleted.contains(other)) {
        other = ownKeys.find(keys, row, own::hasKey);
      }
      if (other == KeyIndex.ABSENT) {
        other =
            fresh.find(
                keys,
                row,
                (id, wanted, at) -> sameKey(keys, Objects.requireNonNull(rowOf.get(id)), at));
      }
      holders[row] = other;
      if (other == KeyIndex.ABSENT) {
        rowOf.put(next, row);
        fresh.add(keys, row, next++);
      }
    }
    return holders;
  }

  private static boolean sameKey(List<Column> keys, int one, int other) {
    for (Column key : keys) {
      if (!Keys.equal(key, one, key, other)) {
        return false;
      }
    }
    return true;
  }

  /** Adds the rows whose keys have no holder. */
  void appendFree(Batch rows, long[] holders) {
    int[] free = new int[holders.length];
    int count = 0;
    for (int row = 0; row < holders.length; row++) {
      if (holders[row] == KeyIndex.ABSENT) {
        free[count++] = row;
      }
    }
    Batch added = count == holders.length ? rows : rows.gather(free, count, Arena.ofAuto());
    append(added, null);
  }

  /** Deletes rows, committed or own; gives how many were there until now. */
  synchronized long delete(long[] rowIds) {
    long count = 0;
    long[] ownRows = new long[rowIds.length];
    int ownCount = 0;
    for (long rowId : rowIds) {
      if (rowId >= FIRST_OWN_ROW_ID) {
        ownRows[ownCount++] = rowId;
      } else if (deleted.add(rowId)) {
        if (deleteCount == deletes.length) {
          deletes = Arrays.copyOf(deletes, 2 * deleteCount);
        }
        deletes[deleteCount++] = rowId;
        count++;
      }
    }
    return count + deleteOwn(Arrays.copyOf(ownRows, ownCount));
  }

  private long deleteOwn(long[] rowIds) {
    if (rowIds.length == 0) {
      return 0;
    }
    Arrays.sort(rowIds);
    long before = own.rowCount();
    if (!definition().primaryKey().isEmpty()) {
      for (long rowId : rowIds) {
        TablePart part = own.partOf(rowId);
        if (part != null) {
          ownKeys.remove(own.keyColumns(part), part.position(rowId), rowId);
        }
      }
    }
    own = own.delete(rowIds);
    return before - own.rowCount();
  }

  /** The table as this transaction sees it over a committed state, null where it made the table. */
  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  synchronized TableState over(@Nullable TableState committed) {
    if (committed == null) {
      return own;
    }
    View last = view;
    boolean sameBase = last != null && last.base() == committed;
    if (last != null && sameBase && last.own() == own && last.deleteCount() == deleteCount) {
      return last.shown();
    }
    // Only deletes since the last view are applied, so that many statements cost their own rows.
    int from = last != null && sameBase ? last.deleteCount() : 0;
    long[] fresh = Arrays.copyOfRange(deletes, from, deleteCount);
    Arrays.sort(fresh);
    TableDefinition definition = definition();
    TableState kept = last != null && sameBase ? last.kept() : rebased(committed);
    kept = kept.delete(fresh);
    List<TablePart> parts = new ArrayList<>(kept.parts());
    parts.addAll(own.parts());
    TableState shown =
        new TableState(definition, parts, own.nextRowId(), committed.nextIdentity(), null);
    view = new View(committed, own, deleteCount, kept, shown);
    return shown;
  }

  @SuppressWarnings("ReferenceEquality") // Only to save the work.
  private TableState rebased(TableState committed) {
    TableDefinition definition = definition();
    return committed.definition() == definition ? committed : committed.altered(definition);
  }

  /** The row with a key among the own rows of a state that {@link #over} gave, or null. */
  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  synchronized @Nullable RowLocation find(TableState shown, List<Column> keys, int row) {
    long found = ownKeys.find(keys, row, own::hasKey);
    if (found != KeyIndex.ABSENT && shown.isLive(found) && shown.hasKey(found, keys, row)) {
      return shown.location(found);
    }
    View last = view;
    boolean newest = shown == own || (last != null && last.shown() == shown && last.own() == own);
    return newest ? null : shown.find(keys, row, FIRST_OWN_ROW_ID, Long.MAX_VALUE);
  }

  private void indexOwnKeys() {
    ownKeys = new KeyIndex();
    if (definition().primaryKey().isEmpty()) {
      return;
    }
    for (TablePart part : own.parts()) {
      List<Column> keys = own.keyColumns(part);
      for (int row = 0; row < part.rowCount(); row++) {
        if (!part.deleted().contains(row)) {
          ownKeys.add(keys, row, part.firstRowId() + row);
        }
      }
    }
  }
}
