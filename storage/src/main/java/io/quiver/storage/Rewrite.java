package io.quiver.storage;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Parts of one table that follow each other, and that become one segment. */
record Rewrite(TableState table, List<TablePart> parts) {
  TableDefinition definition() {
    return table.definition();
  }

  /** Whether some of the rows are in no segment yet. */
  boolean hasMemory() {
    return parts.stream().anyMatch(part -> part.segment() == null);
  }

  long rows() {
    return parts.stream().mapToLong(TablePart::rowCount).sum();
  }

  long liveRows() {
    return parts.stream().mapToLong(TablePart::liveRowCount).sum();
  }

  static long liveRows(Collection<Rewrite> all) {
    return all.stream().mapToLong(Rewrite::liveRows).sum();
  }

  static long liveBytes(Collection<Rewrite> all) {
    return all.stream()
        .flatMap(rewrite -> rewrite.parts.stream())
        .mapToLong(MergePolicy::liveBytes)
        .sum();
  }

  /** The segments that the rows are in now. */
  static Set<UUID> segments(Collection<Rewrite> all) {
    Set<UUID> segments = new HashSet<>();
    for (Rewrite rewrite : all) {
      for (TablePart part : rewrite.parts) {
        UUID segment = part.segment();
        if (segment != null) {
          segments.add(segment);
        }
      }
    }
    return segments;
  }
}
