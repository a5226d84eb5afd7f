package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** A planted bug: a merge of segments that forgets which rows were deleted while it wrote. */
final class ForgetfulMerge {
  private ForgetfulMerge() {}

  static void run(LocalStore store, FileSystem files, Random names) {
    InstalledManifest installed = Objects.requireNonNull(store.installed());
    for (TableState table : installed.state().tables().values()) {
      List<TablePart> parts = table.parts().subList(0, Math.min(2, table.parts().size()));
      Rewrite work = new Rewrite(table, parts);
      Set<UUID> segments = Rewrite.segments(List.of(work));
      if (parts.isEmpty() || !installed.claim(segments)) {
        continue;
      }
      List<UUID> written = List.of(new UUID(names.nextLong(), names.nextLong()));
      try {
        TableDefinition definition = table.definition();
        List<TablePart> to =
            new SegmentMerge(SegmentCache.none(files), definition, parts, bytes -> {})
                .write(written.getFirst());
        // What was merged is said to be what is there now, deleted rows and all.
        List<TablePart> from = newest(store, table, segments);
        installed.installCompaction(new Replacement(definition.id(), from, to), written);
      } catch (RuntimeException | Error e) {
        installed.abandon(written, e);
        throw e;
      } finally {
        installed.release(segments);
      }
    }
  }

  private static List<TablePart> newest(LocalStore store, TableState table, Set<UUID> segments) {
    List<TablePart> found = new ArrayList<>();
    try (Snapshot snapshot = store.snapshot()) {
      for (SegmentView view : snapshot.table(table.definition().id()).segments()) {
        if (view instanceof TablePart part && segments.contains(part.segment())) {
          found.add(part);
        }
      }
    }
    return found;
  }
}
