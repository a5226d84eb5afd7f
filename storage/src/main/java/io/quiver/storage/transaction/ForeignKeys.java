package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Holds one open transaction to the foreign keys. A row that is added must find the key that it
 * references: at once, or at the end of its statement where that may be a later row of the same
 * table. Keys that rows lose are looked for at the end of the statement, in one pass over each
 * table that references theirs: the rows that use them follow (CASCADE, SET NULL, SET DEFAULT),
 * again until no more keys are lost, and then none may be left (NO ACTION, RESTRICT). What other
 * transactions commit meanwhile is looked at by {@link ForeignKeyConflicts}. Owned by the
 * transaction's thread.
 */
final class ForeignKeys {
  private static final int ROUNDS_MAX = 1_000;

  private final LocalTransaction transaction;
  private final OwnTables tables;
  private final long undone;

  /** What the statement has done to keys that are referenced. */
  private final List<LostKeys> lost = new ArrayList<>();

  /**
   * Rows that the statement has added without the key that they reference in their own table, or in
   * another one while they follow a key.
   */
  private final Map<BoundForeignKey, LongStream.Builder> waiting = new LinkedHashMap<>();

  /** Whether rows follow keys that they lose: another foreign key may yet change them, too. */
  private boolean following;

  private final Map<TableId, TableState> parents = new HashMap<>();
  private final Map<Use, Long> children = new HashMap<>();
  private final Map<TableId, TableState> unchanged = new HashMap<>();

  private @Nullable Catalog referencesOf;
  private final Map<TableId, List<BoundForeignKey>> references = new HashMap<>();

  ForeignKeys(LocalTransaction transaction, OwnTables tables) {
    this.transaction = transaction;
    this.tables = tables;
    this.undone = tables.pipeline().undone();
  }

  /**
   * Values of a key that rows have lost.
   *
   * @param foreignKey that references the key
   * @param before in the order of the key; null in rows that are to be left out
   * @param after what the rows have instead, or null where they are deleted
   */
  private record LostKeys(
      BoundForeignKey foreignKey, List<Column> before, @Nullable List<Column> after, int count) {
    Constraint.Action action() {
      Constraint.ForeignKey constraint = foreignKey.constraint();
      return after == null ? constraint.onDelete() : constraint.onUpdate();
    }
  }

  /** A foreign key of a table, whatever both are called. */
  record Use(TableId table, Constraint.ForeignKey constraint) {}

  /**
   * What a transaction has looked at and relies on when it commits.
   *
   * @param parents tables in which keys of new rows were found, as they were before; a table whose
   *     state was not the same each time is left out
   * @param children for each foreign key whose table was searched for rows that use a lost key, the
   *     first row id that was not there yet
   * @param unchanged tables that may have no other rows
   * @param ownKeys finds keys among the rows that the transaction itself adds
   * @param isUndone whether a commit has been undone since the transaction began: then a state that
   *     is as it was may not be the one in which a key was found
   */
  record Relied(
      Map<TableId, TableState> parents,
      Map<Use, Long> children,
      Map<TableId, TableState> unchanged,
      OwnKeys ownKeys,
      BooleanSupplier isUndone) {
    static final Relied NOTHING =
        new Relied(Map.of(), Map.of(), Map.of(), (table, key, values, row) -> false, () -> false);

    Relied {
      parents = Map.copyOf(parents);
      children = Map.copyOf(children);
      unchanged = Map.copyOf(unchanged);
    }
  }

  /** Finds a key among rows that are not committed yet. */
  @FunctionalInterface
  interface OwnKeys {
    boolean has(TableId table, List<ColumnId> key, List<Column> values, int row);
  }

  Relied relied() {
    CommitPipeline pipeline = tables.pipeline();
    return new Relied(
        parents, children, unchanged, tables::hasOwnKey, () -> pipeline.undone() != undone);
  }

  /** A statement begins, or all that the last one has done is taken back. */
  void begin() {
    lost.clear();
    waiting.clear();
    following = false;
  }

  /**
   * Before rows are added: looks for the keys that they reference.
   *
   * @param firstRowId that the rows will have
   * @throws QuiverException 23503
   */
  void adding(TableDefinition table, Batch rows, long firstRowId) {
    for (Constraint.ForeignKey constraint : table.constraints(Constraint.ForeignKey.class)) {
      BoundForeignKey foreignKey = bound(table, constraint);
      relyOn(foreignKey.referenced().id());
      List<Column> values = KeyGuard.columns(table, foreignKey.columns(), rows);
      for (int row = 0; row < rows.rowCount(); row++) {
        if (Keys.hasNull(values, row) || hasKey(foreignKey, values, row)) {
          continue;
        }
        if (!foreignKey.isOfItself() && !following) {
          // A commit that has deleted the key may be undone yet, where the log has no room.
          tables.pipeline().awaitNewest();
          if (hasKey(foreignKey, values, row)) {
            continue;
          }
          throw foreignKey.missing(values, row);
        }
        waiting.computeIfAbsent(foreignKey, _ -> LongStream.builder()).add(firstRowId + row);
      }
    }
  }

  private BoundForeignKey bound(TableDefinition table, Constraint.ForeignKey constraint) {
    TableDefinition referenced =
        constraint.referenced().equals(table.id())
            ? table
            : transaction.catalog().table(constraint.referenced());
    if (referenced == null) {
      throw RowConflicts.conflict("the table that foreign key " + constraint.name() + " uses");
    }
    return BoundForeignKey.of(table, constraint, referenced);
  }

  private OwnTables.View view(TableId table) {
    return tables.view(table, transaction.base().tables().get(table));
  }

  private boolean hasKey(BoundForeignKey foreignKey, List<Column> values, int row) {
    return tables.hasKey(foreignKey.referenced().id(), foreignKey.key(), values, row);
  }

  /** Keys are found in the newest state, which is this one or a later. */
  @SuppressWarnings("ReferenceEquality") // Whether anything has changed, cheaply.
  private void relyOn(TableId parent) {
    TableState newest = tables.newest(parent);
    if (newest != null) {
      TableState first = parents.putIfAbsent(parent, newest);
      if (first != null && first != newest) {
        // No state is the one in which all keys were found: they are all looked for again.
        parents.put(parent, TableState.empty(newest.definition(), 0));
      }
    }
  }

  /**
   * Before rows are deleted: keeps their keys for the end of the statement.
   *
   * @param next the rows that will be in their place, or null where they are deleted for good
   */
  @SuppressWarnings("ReferenceEquality") // One catalog after the other.
  void deleting(TableId table, long[] rowIds, @Nullable Batch next) {
    Catalog catalog = transaction.catalog();
    if (catalog != referencesOf) {
      references.clear();
      referencesOf = catalog;
    }
    for (BoundForeignKey foreignKey : references.computeIfAbsent(table, this::references)) {
      List<Column> before = tables.values(table, rowIds, foreignKey.key());
      List<Column> after =
          next == null ? null : KeyGuard.columns(foreignKey.referenced(), foreignKey.key(), next);
      add(new LostKeys(foreignKey, before, after, rowIds.length));
    }
  }

  private List<BoundForeignKey> references(TableId table) {
    return transaction.catalog().references(table).stream()
        .map(reference -> bound(reference.table(), reference.key()))
        .toList();
  }

  /** Leaves out keys that stay as they are. */
  private void add(LostKeys keys) {
    List<Column> after = keys.after();
    if (after == null) {
      lost.add(keys);
      return;
    }
    int[] changed = new int[keys.count()];
    int count = 0;
    for (int row = 0; row < changed.length; row++) {
      boolean same = !Keys.hasNull(after, row) && !Keys.hasNull(keys.before(), row);
      if (!same || !Keys.equal(keys.before(), row, after, row)) {
        changed[count++] = row;
      }
    }
    if (count > 0) {
      int[] rows = Arrays.copyOf(changed, count);
      lost.add(
          new LostKeys(
              keys.foreignKey(), gathered(keys.before(), rows), gathered(after, rows), count));
    }
  }

  private static List<Column> gathered(List<Column> columns, int[] rows) {
    return columns.stream()
        .map(column -> column.gather(rows, rows.length, Arena.ofAuto()))
        .toList();
  }

  /**
   * At the end of a statement: lets rows follow the keys that they use, and checks what is left.
   *
   * @throws QuiverException 23503 where a row uses a key that is not there; what deleting and
   *     adding the rows that follow gives otherwise
   */
  void end() {
    List<LostKeys> checks = new ArrayList<>();
    following = true;
    for (int round = 0; !lost.isEmpty(); round++) {
      if (round == ROUNDS_MAX) {
        throw new QuiverException(
            ErrorCode.STATEMENT_TOO_COMPLEX,
            "foreign keys cascade in a circle: " + ROUNDS_MAX + " rounds were not enough");
      }
      List<LostKeys> now = joined(lost);
      lost.clear();
      for (LostKeys keys : now) {
        switch (keys.action()) {
          case NO_ACTION, RESTRICT -> checks.add(keys);
          case CASCADE -> {
            List<Column> after = keys.after();
            follow(keys, after == null ? null : valueOf -> gathered(after, valueOf));
          }
          case SET_NULL -> follow(keys, valueOf -> nulls(keys.before(), valueOf.length));
          case SET_DEFAULT -> follow(keys, valueOf -> defaults(keys, valueOf.length));
        }
      }
    }
    joined(checks).forEach(this::checkUnused);
    waiting.forEach((foreignKey, rowIds) -> checkFound(foreignKey, rowIds.build().toArray()));
    waiting.clear();
    following = false;
  }

  /** One for all that one foreign key has to do with deletes, and one for updates. */
  private static List<LostKeys> joined(List<LostKeys> all) {
    Map<List<Object>, List<LostKeys>> groups = new LinkedHashMap<>();
    for (LostKeys keys : all) {
      Use use = new Use(keys.foreignKey().table().id(), keys.foreignKey().constraint());
      groups.computeIfAbsent(List.of(use, keys.after() == null), _ -> new ArrayList<>()).add(keys);
    }
    return groups.values().stream()
        .map(group -> group.size() == 1 ? group.getFirst() : joinedGroup(group))
        .toList();
  }

  private static LostKeys joinedGroup(List<LostKeys> group) {
    LostKeys first = group.getFirst();
    List<Column> after =
        first.after() == null
            ? null
            : joinedColumns(
                group.stream().map(keys -> Objects.requireNonNull(keys.after())).toList());
    return new LostKeys(
        first.foreignKey(),
        joinedColumns(group.stream().map(LostKeys::before).toList()),
        after,
        group.stream().mapToInt(LostKeys::count).sum());
  }

  private static List<Column> joinedColumns(List<List<Column>> pieces) {
    List<Column> joined = new ArrayList<>();
    for (int i = 0; i < pieces.getFirst().size(); i++) {
      ColumnBuilder builder = new ColumnBuilder(pieces.getFirst().get(i).type(), Batch.ROWS);
      for (List<Column> piece : pieces) {
        for (int row = 0; row < piece.get(i).length(); row++) {
          builder.appendFrom(piece.get(i), row);
        }
      }
      joined.add(builder.build());
    }
    return joined;
  }

  private static List<Column> nulls(List<Column> like, int rows) {
    return like.stream()
        .map(column -> {
          ColumnBuilder builder = new ColumnBuilder(column.type(), rows);
          for (int row = 0; row < rows; row++) {
            builder.appendNull();
          }
          return builder.build();
        })
        .toList();
  }

  /** A default must be a key again, which is checked as of any other value. */
  private List<Column> defaults(LostKeys keys, int rows) {
    BoundForeignKey foreignKey = keys.foreignKey();
    return transaction.conditions().defaults(foreignKey.table(), foreignKey.columns(), rows);
  }

  /** What rows get in the columns of a foreign key whose values they lose. */
  @FunctionalInterface
  private interface Replacement {
    /**
     * The new values.
     *
     * @param valueOf for each row, the number of the lost key that it used
     */
    List<Column> values(int[] valueOf);
  }

  /**
   * The rows that use a lost key, as the transaction sees them; notes up to where it has looked.
   */
  private ForeignKeyUsers.Users users(LostKeys keys, KeyValues values) {
    BoundForeignKey foreignKey = keys.foreignKey();
    TableId table = foreignKey.table().id();
    OwnTables.View view = view(table);
    if (view.committedUpTo() > 0) {
      children.merge(new Use(table, foreignKey.constraint()), view.committedUpTo(), Math::min);
    }
    LocalTable shown = tables.keyed(view.table(), transaction.base().version());
    return ForeignKeyUsers.find(
        foreignKey,
        shown,
        values,
        transaction.catalog().indexesOf(table),
        tables.pipeline().memTable().indexes());
  }

  /** Deletes the rows that use a lost key, or gives them what there is instead. */
  private void follow(LostKeys keys, @Nullable Replacement instead) {
    KeyValues values =
        new KeyValues(
            keys.before(),
            keys.count(),
            row -> keys.after() != null || !hasKey(keys.foreignKey(), keys.before(), row));
    if (values.isEmpty()) {
      return;
    }
    ForeignKeyUsers.Users users = users(keys, values);
    TableId table = keys.foreignKey().table().id();
    if (users.rowIds().length == 0) {
      return;
    }
    if (instead == null) {
      transaction.delete(table, users.rowIds());
      return;
    }
    List<Batch> next = new ArrayList<>();
    for (int from = 0; from < users.rowIds().length; from += Batch.ROWS) {
      int to = Math.min(users.rowIds().length, from + Batch.ROWS);
      long[] rowIds = Arrays.copyOfRange(users.rowIds(), from, to);
      int[] valueOf = Arrays.copyOfRange(users.valueOf(), from, to);
      Batch changed =
          changed(keys.foreignKey(), users.table().rows(rowIds), instead.values(valueOf));
      transaction.delete(table, rowIds, changed);
      next.add(changed);
    }
    next.forEach(rows -> transaction.append(table, rows));
  }

  private static Batch changed(BoundForeignKey foreignKey, Batch rows, List<Column> values) {
    List<Column> columns = new ArrayList<>(rows.columns());
    for (int i = 0; i < values.size(); i++) {
      TableDefinition table = foreignKey.table();
      int position = table.columns().indexOf(table.column(foreignKey.columns().get(i)));
      columns.set(position, values.get(i));
    }
    return new Batch(columns, rows.rowCount());
  }

  private void checkUnused(LostKeys keys) {
    KeyValues values =
        new KeyValues(
            keys.before(), keys.count(), row -> !hasKey(keys.foreignKey(), keys.before(), row));
    if (values.isEmpty()) {
      return;
    }
    ForeignKeyUsers.Users users = users(keys, values);
    if (users.rowIds().length > 0) {
      throw keys.foreignKey().used(keys.before(), users.valueOf()[0]);
    }
  }

  /** Looks again for the keys of rows that are still there. */
  private void checkFound(BoundForeignKey foreignKey, long[] rowIds) {
    TableId table = foreignKey.table().id();
    List<Column> values = tables.values(table, rowIds, foreignKey.columns());
    TableState now = view(table).table();
    for (int row = 0; row < rowIds.length; row++) {
      if (now.isLive(rowIds[row])
          && !Keys.hasNull(values, row)
          && !hasKey(foreignKey, values, row)) {
        tables.pipeline().awaitNewest();
        if (!hasKey(foreignKey, values, row)) {
          throw foreignKey.missing(values, row);
        }
      }
    }
  }

  /**
   * Checks all rows of a table against foreign keys that it is given.
   *
   * @param rows under the new definition
   * @throws QuiverException 23503
   */
  void altering(TableDefinition before, TableState rows) {
    for (Constraint.ForeignKey constraint : added(before, rows.definition())) {
      BoundForeignKey foreignKey = bound(rows.definition(), constraint);
      TableState newest = tables.newest(foreignKey.referenced().id());
      if (newest != null) {
        unchanged.putIfAbsent(foreignKey.referenced().id(), newest);
      }
      for (TablePart part : rows.parts()) {
        List<Column> values = TableState.keyColumns(part, foreignKey.columns());
        for (int row = 0; row < part.rowCount(); row++) {
          if (!part.deleted().contains(row)
              && !Keys.hasNull(values, row)
              && !hasKey(foreignKey, values, row)) {
            throw foreignKey.missing(values, row);
          }
        }
      }
    }
  }

  static List<Constraint.ForeignKey> added(TableDefinition before, TableDefinition altered) {
    return altered.constraints(Constraint.ForeignKey.class).stream()
        .filter(key ->
            before.constraints(Constraint.ForeignKey.class).stream()
                .noneMatch(old -> old.withName(key.name()).equals(key)))
        .toList();
  }
}
