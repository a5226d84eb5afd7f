package io.quiver.storage;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Parts of a table that follow each other, and what their rows were rewritten to.
 *
 * <p>It can be applied to any later state of the table: parts are told by their first row id, other
 * parts may have changed, and rows that were deleted meanwhile are deleted in the new parts too.
 *
 * @param from with the deleted rows that {@code to} was written without
 * @param to in place of them; none where all rows are deleted
 */
record Replacement(TableId table, List<TablePart> from, List<TablePart> to) {
  Replacement {
    from = List.copyOf(from);
    to = List.copyOf(to);
    if (from.isEmpty()) {
      throw new IllegalArgumentException("nothing is replaced");
    }
  }

  private long firstRowId() {
    return from.getFirst().firstRowId();
  }

  /** The same rows with the new parts in the place of the old ones; a dropped table stays away. */
  static DatabaseState apply(DatabaseState state, List<Replacement> all) {
    Map<TableId, Map<Long, Replacement>> byTable = new HashMap<>();
    for (Replacement each : all) {
      byTable.computeIfAbsent(each.table(), id -> new HashMap<>()).put(each.firstRowId(), each);
    }
    Map<TableId, TableState> tables = new HashMap<>(state.tables());
    byTable.forEach((id, replacements) ->
        tables.computeIfPresent(id, (same, table) -> apply(table, replacements)));
    return state.with(tables);
  }

  private static TableState apply(TableState table, Map<Long, Replacement> byFirstRowId) {
    List<TablePart> parts = new ArrayList<>();
    LongStream.Builder deletedSince = LongStream.builder();
    List<TablePart> old = table.parts();
    int applied = 0;
    for (int i = 0; i < old.size(); ) {
      Replacement replacement = byFirstRowId.get(old.get(i).firstRowId());
      if (replacement == null) {
        parts.add(old.get(i));
        i++;
        continue;
      }
      applied++;
      for (TablePart was : replacement.from()) {
        if (i == old.size() || !sameRows(old.get(i), was)) {
          throw moved(table);
        }
        collectDeleted(old.get(i), was, deletedSince);
        i++;
      }
      parts.addAll(replacement.to());
    }
    if (applied != byFirstRowId.size()) {
      throw moved(table);
    }
    return table.with(parts).delete(deletedSince.build().toArray());
  }

  private static boolean sameRows(TablePart now, TablePart was) {
    return now.firstRowId() == was.firstRowId() && now.rowCount() == was.rowCount();
  }

  /** Whether the old parts are there still, so that it can be applied. */
  boolean fits(DatabaseState state) {
    TableState now = state.tables().get(table);
    if (now == null) {
      return false;
    }
    int at = 0;
    for (TablePart part : now.parts()) {
      if (at < from.size() && part.isOfSame(from.get(at)) && sameRows(part, from.get(at))) {
        at++;
      }
    }
    return at == from.size();
  }

  private static IllegalStateException moved(TableState table) {
    return new IllegalStateException(
        "rows of " + table.definition().name() + " were rewritten that are arranged otherwise now");
  }

  private static void collectDeleted(TablePart now, TablePart was, LongStream.Builder into) {
    if (now.deleted().count() == was.deleted().count()) {
      return;
    }
    Column rowIds = now.column(ColumnId.ROW_ID);
    for (int row = 0; row < now.rowCount(); row++) {
      if (now.deleted().contains(row) && !was.deleted().contains(row)) {
        into.add(rowIds.getLong(row));
      }
    }
  }
}
