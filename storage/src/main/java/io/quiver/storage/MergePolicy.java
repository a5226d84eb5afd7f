package io.quiver.storage;

import io.quiver.storage.transaction.TablePart;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses which parts of a table a flush writes anew: all that are in memory; segments of which
 * more than half is deleted; and, of the last segments, those no larger than what is written
 * together with them. So a row is rewritten a number of times that is logarithmic in the table's
 * size, and a table has few segments.
 */
final class MergePolicy {
  /** A segment becomes about this large at most, unless one transaction's part is larger. */
  private static final long SEGMENT_BYTES_MAX = 256L << 20;

  private MergePolicy() {}

  /** Parts that follow each other and become one segment. */
  record Run(int from, int count) {}

  static List<Run> runs(List<TablePart> parts) {
    boolean[] chosen = new boolean[parts.size()];
    for (int i = 0; i < chosen.length; i++) {
      TablePart part = parts.get(i);
      boolean mostlyDeleted = part.deleted().count() > part.rowCount() / 2;
      chosen[i] = part.segment() == null || mostlyDeleted;
    }
    chooseLast(parts, chosen);
    List<Run> runs = new ArrayList<>();
    for (int from = 0; from < chosen.length; ) {
      if (!chosen[from]) {
        from++;
        continue;
      }
      long bytes = parts.get(from).sizeInBytes();
      int to = from + 1;
      while (to < chosen.length
          && chosen[to]
          && bytes + parts.get(to).sizeInBytes() <= SEGMENT_BYTES_MAX) {
        bytes += parts.get(to).sizeInBytes();
        to++;
      }
      runs.add(new Run(from, to - from));
      from = to;
    }
    return runs;
  }

  private static void chooseLast(List<TablePart> parts, boolean[] chosen) {
    long bytes = 0;
    int at = parts.size() - 1;
    while (at >= 0 && chosen[at]) {
      bytes += parts.get(at).sizeInBytes();
      at--;
    }
    while (at >= 0 && parts.get(at).sizeInBytes() <= bytes && bytes < SEGMENT_BYTES_MAX) {
      bytes += parts.get(at).sizeInBytes();
      chosen[at] = true;
      at--;
    }
  }
}
