package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of all tables, and what they share between transactions. Rows of a commit go
 * into growing blocks that older states do not see.
 *
 * <p>The newest state may not be durable yet: it is what the next commit is checked against, and
 * what {@link CommitPipeline} makes visible once the log has it. The commit lock owns all changes;
 * any thread may read.
 */
final class MemTable {
  private static final long FIRST_ROW_ID = 1;

  private final Map<TableId, LiveTable> live = new ConcurrentHashMap<>();
  private final SnapshotPins pins;
  private final Scheduler scheduler;
  private final SegmentIndexes indexes = new SegmentIndexes();
  private volatile DatabaseState newest;

  MemTable(DatabaseState state, SnapshotPins pins, Scheduler scheduler) {
    this.newest = state;
    this.pins = pins;
    this.scheduler = scheduler;
    state
        .tables()
        .forEach((id, table) -> live.put(id, new LiveTable(table, state.version(), newest(id))));
  }

  private KeyGuard.Newest newest(TableId table) {
    return new NewestRows(table);
  }

  /** The newest rows of a table; they stay readable while they are read. */
  private final class NewestRows implements KeyGuard.Newest {
    private final TableId table;

    NewestRows(TableId table) {
      this.table = table;
    }

    @Override
    public void read(Consumer<@Nullable TableState> reader) {
      DatabaseState pinned = pins.pin(MemTable.this::newest);
      try {
        reader.accept(pinned.tables().get(table));
      } finally {
        pins.unpin(pinned);
      }
    }

    @Override
    public Scheduler scheduler() {
      return scheduler;
    }
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** A commit whose rows are in memory, and which is no part of the newest state yet. */
  record Staged(DatabaseState before, DatabaseState after, CommitRecord record) {}

  /**
   * A commit that is part of the newest state, and can be undone while no later one is and no rows
   * have been arranged otherwise.
   *
   * @param replaced what transactions shared of the tables that it dropped or altered
   */
  record Applied(Staged staged, Map<TableId, LiveTable> replaced) {}

  DatabaseState newest() {
    return newest;
  }

  SegmentIndexes indexes() {
    return indexes;
  }

  /** What transactions share of a table, or null when it is not there or has been dropped. */
  @Nullable LiveTable live(TableId table) {
    return live.get(table);
  }

  /**
   * Does all of a commit that can fail: its rows are written behind those that anyone sees, and are
   * written over if the commit goes no further.
   */
  Staged stage(CommitRecord record) {
    return stage(record, 1);
  }

  /**
   * As {@link #stage(CommitRecord)}, of commits that only add rows, one after the other.
   *
   * @param commits how many a record has been made of
   */
  Staged stage(CommitRecord record, int commits) {
    DatabaseState before = newest;
    Map<TableId, TableState> changed = new LinkedHashMap<>();
    for (CatalogChange change : record.catalog()) {
      if (change instanceof CatalogChange.CreateTable(TableDefinition table)) {
        changed.put(table.id(), TableState.empty(table, FIRST_ROW_ID));
      } else if (change instanceof CatalogChange.AlterTable(TableDefinition table)) {
        changed.put(table.id(), table(changed, table.id()).altered(table));
      }
    }
    for (CommitRecord.Deletes deletes : record.deletes()) {
      changed.put(deletes.table(), table(changed, deletes.table()).delete(deletes.rowIds()));
    }
    Set<TableId> added = new HashSet<>();
    for (CommitRecord.Segment segment : record.segments()) {
      changed.put(segment.table(), table(changed, segment.table()).adopt(segment));
      added.add(segment.table());
    }
    rowsByTable(record)
        .forEach((id, batches) -> {
          changed.put(id, table(changed, id).adopt(batches));
          added.add(id);
        });
    for (CommitRecord.IdentityNext identity : record.identities()) {
      TableState table = table(changed, identity.table());
      if (later(identity.next(), table.nextIdentity())) {
        changed.put(identity.table(), table.withNextIdentity(identity.next()));
      }
    }
    for (TableId id : added) {
      TableState table = table(changed, id);
      TableState old = before.tables().get(id);
      long first = old == null ? FIRST_ROW_ID : old.nextRowId();
      keys(id).forEach(key -> key.reserve(table, first));
    }
    return new Staged(before, next(before, changed, record, commits), record);
  }

  private static Map<TableId, List<Batch>> rowsByTable(CommitRecord record) {
    Map<TableId, List<Batch>> rows = new LinkedHashMap<>();
    for (CommitRecord.Rows each : record.rows()) {
      rows.computeIfAbsent(each.table(), id -> new ArrayList<>()).add(each.batch());
    }
    return rows;
  }

  /** Makes a staged commit the newest state. */
  Applied apply(Staged staged) {
    Applied applied = new Applied(staged, replaced(staged.record()));
    // Before the keys: whoever meets a key of this commit also finds the rows that it replaced
    // gone,
    // and so tells an update that came first (40001) from a duplicate (23505).
    newest = staged.after();
    CommitRecord record = staged.record();
    Map<TableId, long[]> deleted = deleted(record);
    for (TableId id : changed(record)) {
      TableState before = staged.before().tables().get(id);
      TableState after = staged.after().tables().get(id);
      if (before != null && after != null) {
        long[] rowIds = deleted.getOrDefault(id, new long[0]);
        for (KeyGuard key : keys(id)) {
          key.advance(after, rowIds, before.nextRowId(), staged.after().version());
        }
      }
    }
    for (CatalogChange change : record.catalog()) {
      if (change instanceof CatalogChange.AlterTable(TableDefinition altered)) {
        alter(altered.id(), staged.after());
      }
    }
    for (TableDefinition created : record.created()) {
      TableState after = staged.after().tables().get(created.id());
      if (after != null) {
        live.put(
            created.id(), new LiveTable(after, staged.after().version(), newest(created.id())));
      }
    }
    for (CommitRecord.IdentityNext identity : record.identities()) {
      LiveTable table = live.get(identity.table());
      if (table != null) {
        table.identity().advance(identity.next() - 1);
      }
    }
    record.dropped().forEach(live::remove);
    return applied;
  }

  private Map<TableId, LiveTable> replaced(CommitRecord record) {
    if (record.catalog().isEmpty()) {
      return Map.of();
    }
    Set<TableId> ids = new HashSet<>(record.dropped());
    for (CatalogChange change : record.catalog()) {
      if (change instanceof CatalogChange.AlterTable(TableDefinition table)) {
        ids.add(table.id());
      }
    }
    Map<TableId, LiveTable> replaced = new HashMap<>();
    for (TableId id : ids) {
      LiveTable table = live.get(id);
      if (table != null) {
        replaced.put(id, table);
      }
    }
    return replaced;
  }

  private static Map<TableId, long[]> deleted(CommitRecord record) {
    Map<TableId, long[]> deleted = new HashMap<>();
    record.deletes().forEach(deletes -> deleted.put(deletes.table(), deletes.rowIds()));
    return deleted;
  }

  /** The tables whose rows a commit changes. */
  private static Set<TableId> changed(CommitRecord record) {
    Set<TableId> changed = new HashSet<>();
    record.deletes().forEach(deletes -> changed.add(deletes.table()));
    record.segments().forEach(segment -> changed.add(segment.table()));
    record.rows().forEach(rows -> changed.add(rows.table()));
    return changed;
  }

  /**
   * Takes the last commits back: no snapshot has seen them. Who looks for conflicts may still read
   * their rows, so later ones go to other blocks. Identities that they took are not given again.
   *
   * @param commits the last one first
   */
  @SuppressWarnings("ReferenceEquality") // Whether anything has happened since.
  void undo(List<Applied> commits) {
    if (newest != commits.getFirst().staged().after()) {
      throw new IllegalStateException("commits that are not the last");
    }
    DatabaseState before = commits.getLast().staged().before();
    Map<TableId, TableState> tables = new HashMap<>(before.tables());
    for (Applied commit : commits) {
      for (TableId id : changed(commit.staged().record())) {
        tables.computeIfPresent(id, (same, table) -> table.sealed());
      }
    }
    // As when it is applied: first the state, then the keys.
    newest =
        new DatabaseState(
            before.version(), before.catalog(), tables, before.memory(), before.arrangement());
    commits.forEach(this::undoShared);
  }

  private void undoShared(Applied commit) {
    DatabaseState before = commit.staged().before();
    CommitRecord record = commit.staged().record();
    record.created().forEach(table -> live.remove(table.id()));
    live.putAll(commit.replaced());
    Map<TableId, long[]> deleted = deleted(record);
    for (TableId id : changed(record)) {
      TableState table = before.tables().get(id);
      if (table != null) {
        long[] rowIds = deleted.getOrDefault(id, new long[0]);
        keys(id).forEach(key -> key.retreat(table, rowIds));
      }
    }
    for (TableId id : commit.replaced().keySet()) {
      TableState table = before.tables().get(id);
      if (table != null) {
        keys(id).forEach(key -> key.rearranged(table));
      }
    }
  }

  private void alter(TableId id, DatabaseState after) {
    LiveTable table = live.get(id);
    TableState altered = after.tables().get(id);
    if (altered != null && table != null) {
      LiveTable next = table.altered(altered, after.version(), newest(id));
      next.keys().forEach(key -> key.rearranged(altered));
      live.put(id, next);
    }
  }

  /** The keys of a table's rows; waits while they are read, so that no commit does. */
  List<KeyGuard> readyKeys(TableId id) {
    List<KeyGuard> keys = keys(id);
    keys.forEach(key -> key.ready(rows -> {}));
    return keys;
  }

  private List<KeyGuard> keys(TableId id) {
    LiveTable table = live.get(id);
    return table == null ? List.of() : table.keys();
  }

  /** Replaces the newest state by another arrangement of the same rows. */
  void rearrange(DatabaseState same) {
    if (!same.version().equals(newest.version())) {
      throw new IllegalStateException(same.version() + " is not " + newest.version());
    }
    same.tables()
        .forEach((id, state) -> {
          keys(id).forEach(key -> key.rearranged(state));
        });
    newest = same;
  }

  private TableState table(Map<TableId, TableState> changed, TableId id) {
    TableState table = changed.get(id);
    TableState found = table != null ? table : newest.tables().get(id);
    if (found == null) {
      throw new IllegalStateException("a commit changes " + id + ", which does not exist");
    }
    return found;
  }

  private static DatabaseState next(
      DatabaseState before, Map<TableId, TableState> changed, CommitRecord record, int commits) {
    Map<TableId, TableState> tables = new HashMap<>(before.tables());
    DatabaseState.Memory memory = before.memory();
    for (Map.Entry<TableId, TableState> entry : changed.entrySet()) {
      TableState old = tables.put(entry.getKey(), entry.getValue());
      memory = memory.plus(entry.getValue().memory()).minus(DatabaseState.Memory.of(old));
    }
    for (TableId id : record.dropped()) {
      memory = memory.minus(DatabaseState.Memory.of(tables.remove(id)));
    }
    Catalog catalog = before.catalog();
    if (!record.catalog().isEmpty()) {
      // Plans do not depend on where sequences are.
      long step = record.advancesOnly() ? 0 : 1;
      catalog = catalog.with(catalog.version() + step, record.catalog());
    }
    CommitVersion version = new CommitVersion(before.version().value() + commits);
    return new DatabaseState(version, catalog, tables, memory, before.arrangement());
  }

  /** Compares identities, of which the one after the largest value is negative. */
  private static boolean later(long next, long than) {
    return Long.compareUnsigned(next, than) > 0;
  }
}
