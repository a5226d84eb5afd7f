package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.memtable.RowMemory;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
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
  private final RowMemory memory = new RowMemory();
  private TableState own;
  private long[] deletes = new long[8];
  private int deleteCount;
  private final Set<Long> deleted = new HashSet<>();

  /** Of the rows of {@link #own}, by key; open results look into them. */
  private List<OwnKey> ownKeys;

  /** Of the committed rows, by keys that this transaction has added to the table. */
  private List<KeyGuard> newKeys = List.of();

  private @Nullable View view;

  TableChanges(TableDefinition definition) {
    this.base = definition;
    this.own = TableState.empty(definition, FIRST_OWN_ROW_ID);
    this.ownKeys = OwnKey.of(definition);
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

  /** Rows that were made for another layout fit no more. */
  void checkSameLayout(TableDefinition committed) {
    if (committed.layout() != base.layout()) {
      throw RowConflicts.altered(committed);
    }
  }

  /** Gives the table another definition. */
  synchronized void alter(TableDefinition next) {
    memory.shown();
    own = own.altered(next);
    view = null;
    indexOwnKeys();
  }

  /** The rows that it has added, deleted ones included. */
  TableState ownRows() {
    memory.shown();
    return own;
  }

  /** What the next row that is added will have. */
  long nextRowId() {
    return own.nextRowId();
  }

  /** Whether one of the rows that it has added has a key. */
  synchronized boolean hasOwnKey(List<ColumnId> key, List<Column> values, int row) {
    for (OwnKey each : ownKeys) {
      if (each.key().columns().equals(key)) {
        return each.find(own, values, row) != KeyIndex.ABSENT;
      }
    }
    return false;
  }

  /**
   * Checks the rows that are there against keys that the table has not had.
   *
   * @param before the definition that this transaction has altered last
   * @param committed the table as committed, or null where this transaction made it
   * @param memTable knows whose threads read keys
   * @return whether there are such keys
   * @throws QuiverException 23505
   */
  synchronized boolean checkNewKeys(
      TableDefinition before,
      @Nullable TableState committed,
      CommitVersion version,
      MemTable memTable) {
    List<KeyGuard> more = new ArrayList<>(newKeys);
    for (OwnKey each : ownKeys) {
      if (!NewKeys.isNew(before, each.key())) {
        continue;
      }
      NewKeys.check(own, each.key(), (keys, row) -> each.find(own, keys, row));
      if (committed != null) {
        TableState rows = rebased(committed).delete(sortedDeletes());
        KeyGuard guard =
            new KeyGuard(
                each.key().columns(),
                rows,
                version,
                new KeyGuard.Fixed(rows, memTable.scheduler()));
        NewKeys.check(rows, each.key(), guard::find);
        NewKeys.check(own, each.key(), guard::find);
        more.add(guard);
      }
    }
    boolean found = ownKeys.stream().anyMatch(each -> NewKeys.isNew(before, each.key()));
    newKeys = List.copyOf(more);
    return found;
  }

  /** The committed rows' values of a key, or null where there are none. */
  private @Nullable KeyGuard guard(List<KeyGuard> committed, Constraint.Key key) {
    KeyGuard guard = LiveTable.guard(committed, key.columns());
    return guard != null ? guard : LiveTable.guard(newKeys, key.columns());
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

  /** Gives its parts that are in memory, behind which later rows begin another one. */
  synchronized List<TablePart> leaving() {
    own = own.sealed();
    memory.leaving();
    return inMemory();
  }

  /** Puts a segment in the place of the parts that {@link #leaving} gave, or nothing for null. */
  @SuppressWarnings("ReferenceEquality") // They must not have changed.
  synchronized void left(List<TablePart> leaving, @Nullable TablePart segment) {
    List<TablePart> parts = new ArrayList<>(own.parts());
    int first = parts.size() - inMemory().size();
    for (TablePart part : leaving) {
      if (parts.remove(first) != part) {
        throw new IllegalStateException("rows have changed while they were written");
      }
    }
    if (segment != null) {
      parts.add(first, segment);
    }
    own = own.with(parts);
    memory.left();
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
    memory.shown();
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
    memory.shown();
    if (before != own) {
      // An open result may still read what is undone, so later rows go somewhere else.
      own = before.sealed();
      indexOwnKeys();
    }
  }

  /**
   * Adds rows that have been checked against the definition.
   *
   * @param committed the keys of committed rows; none where there are no such rows
   * @throws QuiverException 23505 when a key is taken; nothing has been added then
   */
  void append(Batch rows, List<KeyGuard> committed) {
    append(rows, committed, Arbiters.NONE);
  }

  private synchronized void append(Batch rows, List<KeyGuard> committed, Arbiters free) {
    if (rows.rowCount() == 0) {
      return;
    }
    TableState before = own;
    own = own.append(rows, memory);
    for (OwnKey each : ownKeys) {
      List<Column> keys = KeyGuard.keyColumns(definition(), each.key(), rows);
      KeyGuard guard = free.has(each.key()) ? null : guard(committed, each.key());
      for (int row = 0; row < rows.rowCount(); row++) {
        if (isTaken(guard, keys, row) || each.find(own, keys, row) != KeyIndex.ABSENT) {
          own = before;
          indexOwnKeys();
          throw KeyGuard.duplicate(definition(), each.key(), keys, row);
        }
        each.add(keys, row, before.nextRowId() + row);
      }
    }
  }

  private boolean isTaken(@Nullable KeyGuard guard, List<Column> keys, int row) {
    return guard != null && holder(guard, keys, row) != KeyIndex.ABSENT;
  }

  /** The committed row with a key that this transaction has left there. */
  private long holder(@Nullable KeyGuard guard, List<Column> keys, int row) {
    long found = guard == null ? KeyIndex.ABSENT : guard.find(keys, row);
    return found != KeyIndex.ABSENT && deleted.contains(found) ? KeyIndex.ABSENT : found;
  }

  /**
   * The keys at which rows may meet others without an error.
   *
   * @param columns of the only one, or null for all
   */
  record Arbiters(@Nullable List<ColumnId> columns) {
    static final Arbiters NONE = new Arbiters(List.of());

    boolean has(Constraint.Key key) {
      return columns == null || columns.equals(key.columns());
    }
  }

  /**
   * Who has the keys of rows: the id of a committed row, that of an own row, that which an earlier
   * one of these rows will have, or {@link KeyIndex#ABSENT}.
   */
  long[] holders(Batch rows, List<KeyGuard> committed, Arbiters arbiters) {
    List<Proposed> keys = new ArrayList<>();
    for (OwnKey each : ownKeys) {
      if (arbiters.has(each.key())) {
        List<Column> columns = KeyGuard.keyColumns(definition(), each.key(), rows);
        KeyGuard guard = guard(committed, each.key());
        keys.add(new Proposed(each, columns, guard, new OwnKey(each.key(), fresh())));
      }
    }
    long[] holders = new long[rows.rowCount()];
    int[] rowOf = new int[holders.length];
    int free = 0;
    for (int row = 0; row < holders.length; row++) {
      long holder = KeyIndex.ABSENT;
      for (int i = 0; i < keys.size() && holder == KeyIndex.ABSENT; i++) {
        holder = holder(keys.get(i), row, rowOf);
      }
      holders[row] = holder;
      if (holder == KeyIndex.ABSENT) {
        long rowId = own.nextRowId() + free;
        rowOf[free++] = row;
        for (Proposed key : keys) {
          key.fresh().add(key.columns(), row, rowId);
        }
      }
    }
    return holders;
  }

  private static KeyIndex fresh() {
    return new KeyIndex(0, FIRST_OWN_ROW_ID);
  }

  /** A key of rows that are to be added, and who has it: a committed row, an own one, or a new. */
  private record Proposed(
      OwnKey own, List<Column> columns, @Nullable KeyGuard committed, OwnKey fresh) {}

  private long holder(Proposed key, int row, int[] rowOf) {
    List<Column> keys = key.columns();
    long holder = holder(key.committed(), keys, row);
    if (holder == KeyIndex.ABSENT) {
      holder = key.own().find(own, keys, row);
    }
    if (holder != KeyIndex.ABSENT || Keys.hasNull(keys, row)) {
      return holder;
    }
    return key.fresh()
        .index()
        .find(
            Keys.hash(keys, row),
            rowId ->
                Keys.equal(keys, rowOf[(int) (rowId - own.nextRowId())], keys, row)
                    ? KeyIndex.Match.EQUAL
                    : KeyIndex.Match.DIFFERENT);
  }

  /** The rows whose keys have no holder. */
  static Batch free(Batch rows, long[] holders) {
    int[] free = new int[holders.length];
    int count = 0;
    for (int row = 0; row < holders.length; row++) {
      if (holders[row] == KeyIndex.ABSENT) {
        free[count++] = row;
      }
    }
    return count == holders.length ? rows : rows.gather(free, count, Arena.ofAuto());
  }

  /** Adds the rows whose keys have no holder; at other keys than the arbiters they may meet any. */
  void appendFree(Batch rows, long[] holders, List<KeyGuard> committed, Arbiters arbiters) {
    append(free(rows, holders), committed, arbiters);
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
    for (long rowId : rowIds) {
      TablePart part = own.partOf(rowId);
      int position = part == null ? -1 : part.position(rowId);
      if (part != null && position >= 0) {
        for (OwnKey each : ownKeys) {
          each.remove(TableState.keyColumns(part, each.key().columns()), position, rowId);
        }
      }
    }
    own = own.delete(rowIds);
    return before - own.rowCount();
  }

  /** The table as this transaction sees it over a committed state, null where it made the table. */
  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  synchronized TableState over(@Nullable TableState committed) {
    memory.shown();
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
  synchronized @Nullable RowLocation find(
      TableState shown, List<ColumnId> key, List<Column> keys, int row) {
    View last = view;
    boolean newest = shown == own || (last != null && last.shown() == shown && last.own() == own);
    for (OwnKey each : ownKeys) {
      if (each.key().columns().equals(key)) {
        long found = each.find(own, keys, row);
        if (found != KeyIndex.ABSENT
            && shown.isLive(found)
            && shown.match(found, key, keys, row) == KeyIndex.Match.EQUAL) {
          return shown.location(found);
        }
        return newest ? null : shown.find(key, keys, row, FIRST_OWN_ROW_ID, Long.MAX_VALUE);
      }
    }
    return shown.find(key, keys, row, FIRST_OWN_ROW_ID, Long.MAX_VALUE);
  }

  private void indexOwnKeys() {
    ownKeys = OwnKey.of(definition());
    for (OwnKey each : ownKeys) {
      for (TablePart part : own.parts()) {
        List<Column> keys = TableState.keyColumns(part, each.key().columns());
        for (int row = 0; row < part.rowCount(); row++) {
          if (!part.deleted().contains(row)) {
            each.add(keys, row, part.firstRowId() + row);
          }
        }
      }
    }
  }
}
