package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.ColumnMap;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.memtable.RowMerge;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Frees deleted rows of a database that lives in memory, where no flush does so. A block of which
 * more than half is deleted is copied without those rows, so that each row is copied for at least
 * one that goes.
 *
 * <p>Blocks of tables with an index on vectors are merged as segments are ({@link MergePolicy}):
 * searching few large indexes is quicker than many small ones. The merged rows have the indexes
 * that the blocks had before they are seen.
 */
final class MemoryCompaction {
  private static final System.Logger LOG = System.getLogger(MemoryCompaction.class.getName());

  private final CommitPipeline pipeline;
  private final long bytesMax;

  /**
   * @param bytesMax merging makes no part larger than about this
   */
  MemoryCompaction(CommitPipeline pipeline, long bytesMax) {
    this.pipeline = pipeline;
    this.bytesMax = bytesMax;
  }

  /**
   * Merges blocks of tables with indexes on vectors that have none yet, which is but copying, until
   * it is worth no more, on the thread of whoever builds those indexes. Where memory does not
   * suffice, blocks stay as they are.
   *
   * @param carried makes the indexes that blocks had
   * @param check called now and then; what it throws ends the work
   * @return false when nothing was worth it
   */
  boolean mergeUnindexed(CarriedIndexes carried, Runnable check) {
    boolean merged = false;
    while (merge(part -> !pipeline.indexes().vectors().hasAny(part), carried, check)) {
      merged = true;
    }
    return merged;
  }

  /**
   * Merges blocks of one table, and makes the indexes of what they become. So what has no index yet
   * gets it first.
   *
   * @return false where nothing is worth it
   */
  boolean mergeIndexed(CarriedIndexes carried, Runnable check) {
    return merge(part -> true, carried, check);
  }

  private boolean merge(Predicate<TablePart> free, CarriedIndexes carried, Runnable check) {
    check.run();
    Rewrite work = choose(free);
    if (work == null) {
      return false;
    }
    try {
      merge(work, carried, check);
      return true;
    } catch (QuiverException | OutOfMemoryError e) {
      if (e instanceof QuiverException other && other.code() != ErrorCode.OUT_OF_MEMORY) {
        throw e;
      }
      LOG.log(System.Logger.Level.WARNING, "rows in memory stay in small blocks", e);
      return false;
    }
  }

  private @Nullable Rewrite choose(Predicate<TablePart> free) {
    DatabaseState state = pipeline.visible();
    for (TableState table : state.tables().values()) {
      List<IndexDefinition> indexes = state.catalog().indexesOf(table.definition().id());
      if (indexes.stream().anyMatch(index -> index.kind().isVector())) {
        List<TablePart> finished = table.parts().subList(0, finished(table));
        MergePolicy.Run run = MergePolicy.compact(finished, bytesMax, free);
        if (run != null && run.count() > 1) {
          return new Rewrite(table, run.of(finished));
        }
      }
    }
    return null;
  }

  private void merge(Rewrite work, CarriedIndexes carried, Runnable check) {
    TableState table = work.table();
    List<TablePart> to = new ArrayList<>();
    if (work.liveRows() > 0) {
      to.add(copy(table, work.parts()));
    }
    Catalog catalog = pipeline.visible().catalog();
    carried.make(work, to, catalog, check, bytes -> {});
    Replacement replacement = new Replacement(table.definition().id(), work.parts(), to);
    pipeline.rearrange(newest -> {
      // Else rows were freed meanwhile, or the table is gone: then it is chosen anew.
      List<Replacement> fitting = replacement.fits(newest) ? List.of(replacement) : List.of();
      return Replacement.apply(newest, fitting);
    });
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
        parts.add(copy(table, List.of(part)));
      }
    }
    return table.with(parts);
  }

  /** The live rows of parts that follow each other, in one. */
  private static TablePart copy(TableState table, List<TablePart> parts) {
    Map<ColumnId, SqlType> types = new LinkedHashMap<>();
    for (ColumnDefinition column : table.definition().columns()) {
      types.put(column.id(), column.type());
    }
    RowMerge merge = new RowMerge(types, parts.stream().mapToInt(TablePart::liveRowCount).sum());
    parts.forEach(part -> merge.add(part.columns(), part.rowCount(), part.deleted()));
    Map<ColumnId, Column> columns = merge.columns();
    long bytes = columns.values().stream().mapToLong(Column::sizeInBytes).sum();
    return new TablePart(new ColumnMap(columns), DeletedRows.NONE, bytes, null);
  }
}
