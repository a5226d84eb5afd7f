package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.index.ReusedGraph;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.vector.index.BuildOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/**
 * A planted bug: a merge of two segments that carries the graph of the second one as though its
 * rows came first, and none of them had been deleted. All rows are there, and a search finds as
 * many as it should, but not the nearest.
 */
final class MisnumberedMerge {
  private MisnumberedMerge() {}

  static void run(LocalStore store, FileSystem files, Random names) {
    InstalledManifest installed = Objects.requireNonNull(store.installed());
    for (TableState table : installed.state().tables().values()) {
      if (table.parts().size() < 2) {
        continue;
      }
      Rewrite work = new Rewrite(table, table.parts().subList(0, 2));
      Set<UUID> segments = Rewrite.segments(List.of(work));
      if (!installed.claim(segments)) {
        continue;
      }
      List<UUID> written = List.of(new UUID(names.nextLong(), names.nextLong()));
      try {
        List<TablePart> to =
            new SegmentMerge(SegmentCache.none(files), work.definition(), work.parts(), bytes -> {})
                .write(written.getFirst());
        to.forEach(part -> carry(installed, work, part));
        installed.installCompaction(
            new Replacement(work.definition().id(), work.parts(), to), written);
      } catch (RuntimeException | Error e) {
        installed.abandon(written, e);
        throw e;
      } finally {
        installed.release(segments);
      }
    }
  }

  private static void carry(InstalledManifest installed, Rewrite work, TablePart to) {
    VectorIndexes indexes = installed.indexes().vectors();
    for (IndexDefinition index : installed.newestCatalog().indexesOf(work.definition().id())) {
      SegmentVectorIndex found =
          index.kind() == IndexDefinition.Kind.HNSW
              ? indexes.find(work.parts().getLast(), index)
              : null;
      if (found != null) {
        int[] numbers = new int[found.rowCount()];
        Arrays.setAll(numbers, row -> row < to.rowCount() ? row : -1);
        BuildOptions options = BuildOptions.threads(1);
        indexes.build(
            indexes.plan(to, work.definition(), index, options, new ReusedGraph(found, numbers)),
            options);
      }
    }
  }
}
