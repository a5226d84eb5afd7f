package io.quiver.engine.command;

import io.quiver.engine.definition.Names;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;

/** TRUNCATE: deletes all rows that the snapshot sees, as any DELETE may be rolled back. */
public final class Truncation {
  private Truncation() {}

  /** Empties some tables, each once, however often it is named. */
  public static void run(Statement.Truncate command, Names names, ExecutionContext context) {
    Set<TableDefinition> tables = new LinkedHashSet<>();
    command.names().forEach(name -> tables.add(names.existingTable(name)));
    addReferencing(tables, command.cascade(), names.catalog());
    for (TableDefinition table : tables) {
      context.awaitKeysToChange(table.id());
      for (SegmentView segment : context.snapshot().table(table.id()).segments()) {
        context.checkCancelled();
        context.transaction().delete(table.id(), liveRowIds(segment));
      }
    }
  }

  /** With CASCADE, the tables that reference one of them are emptied, too. */
  private static void addReferencing(
      Set<TableDefinition> tables, boolean cascade, Catalog catalog) {
    Deque<TableDefinition> left = new ArrayDeque<>(tables);
    while (!left.isEmpty()) {
      TableDefinition table = left.pop();
      for (Catalog.Reference reference : catalog.references(table.id())) {
        if (tables.contains(reference.table())) {
          continue;
        }
        if (!cascade) {
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "table \""
                  + table.name()
                  + "\" is referenced by foreign key \""
                  + reference.key().name()
                  + "\" of table \""
                  + reference.table().name()
                  + "\"; empty both at once, or with CASCADE");
        }
        tables.add(reference.table());
        left.push(reference.table());
      }
    }
  }

  private static long[] liveRowIds(SegmentView segment) {
    Column ids = segment.column(ColumnId.ROW_ID);
    MemorySegment live = segment.live();
    long[] rowIds = new long[segment.liveRowCount()];
    int count = 0;
    for (int row = 0; row < segment.rowCount(); row++) {
      boolean isLive =
          live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) >> (row & 7) & 1) == 1;
      if (isLive) {
        rowIds[count++] = ids.getLong(row);
      }
    }
    return rowIds;
  }
}
