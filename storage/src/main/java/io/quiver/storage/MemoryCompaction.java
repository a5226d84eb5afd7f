package io.quiver.storage;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.ColumnMap;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.RowMerge;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Frees deleted rows of a database that lives in memory, where no flush does so. A block of which
 * more than half is deleted is copied without those rows, so that each row is copied for at least
 * one that goes.
 */
final class MemoryCompaction {
  private final CommitPipeline pipeline;

  MemoryCompaction(CommitPipeline pipeline) {
    this.pipeline = pipeline;
  }

  void committed(DatabaseState state) {
    if (state.tables().values().stream().anyMatch(MemoryCompaction::isWasteful)) {
      pipeline.rearrange(newest -> {
        Map<TableId, TableState> tables = new HashMap<>(newest.tables());
        tables.replaceAll((id, table) ->
            isWasteful(table) ? compact(table, MemoryCompaction::isWasteful) : table);
        return newest.with(tables);
      });
    }
  }

  /** Frees all deleted rows of one table that are in blocks which grow no more. */
  static void optimize(CommitPipeline pipeline, TableId id) {
    pipeline.rearrange(newest -> {
      Map<TableId, TableState> tables = new HashMap<>(newest.tables());
      tables.computeIfPresent(
          id, (same, table) -> compact(table, part -> part.deleted().count() > 0));
      return newest.with(tables);
    });
  }

  private static boolean isWasteful(TableState table) {
    for (int i = 0; i < finished(table); i++) {
      if (isWasteful(table.parts().get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isWasteful(TablePart part) {
    return part.deleted().count() > part.rowCount() / 2;
  }

  /** How many of the parts grow no more. */
  private static int finished(TableState table) {
    return table.growing() == null ? table.parts().size() : table.parts().size() - 1;
  }

  private static TableState compact(TableState table, Predicate<TablePart> chosen) {
    List<TablePart> parts = new ArrayList<>();
    for (int i = 0; i < table.parts().size(); i++) {
      TablePart part = table.parts().get(i);
      if (i >= finished(table) || !chosen.test(part)) {
        parts.add(part);
      } else if (part.liveRowCount() > 0) {
        parts.add(compact(table, part));
      }
    }
    return table.with(parts);
  }

  private static TablePart compact(TableState table, TablePart part) {
    Map<ColumnId, SqlType> types = new LinkedHashMap<>();
    for (ColumnDefinition column : table.definition().columns()) {
      types.put(column.id(), column.type());
    }
    RowMerge merge = new RowMerge(types, part.liveRowCount());
    merge.add(part.columns(), part.rowCount(), part.deleted());
    Map<ColumnId, Column> columns = merge.columns();
    long bytes = columns.values().stream().mapToLong(Column::sizeInBytes).sum();
    return new TablePart(new ColumnMap(columns), DeletedRows.NONE, bytes, null);
  }
}
