package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes indexes anew while the old ones serve. A file is replaced by an atomic rename, so that a
 * crash leaves one or the other; so does an end in between, index by index and segment by segment.
 *
 * @param scalars null where rows are in memory alone, whose scalar indexes are made when asked for
 */
record Reindexing(CommitPipeline pipeline, @Nullable Indexing scalars, VectorIndexing vectors) {
  /** Makes one index of a table, or with null all of them. */
  void run(TableId id, @Nullable IndexId only, BooleanSupplier cancelled) {
    Runnable check =
        () -> {
          if (cancelled.getAsBoolean()) {
            throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
          }
        };
    Catalog catalog = pipeline.visible().catalog();
    TableDefinition table = catalog.table(id);
    if (table == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table number " + id.value() + " does not exist any more");
    }
    for (IndexDefinition index : catalog.indexesOf(id)) {
      if (only != null && !index.id().equals(only)) {
        continue;
      }
      if (index.isBuilt() && scalars != null) {
        scalars.rebuild(id, index, check);
      } else if (index.kind().isVector()) {
        vectors.rebuild(table, index, check);
      }
    }
  }
}
