package io.quiver.storage;

import io.quiver.storage.transaction.TablePart;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses which parts of a table are written anew, always some that follow each other.
 *
 * <p>A flush takes the parts in memory, and small segments before them that are no larger than what
 * is written together with them: so many small flushes do not make many segments. A compaction
 * takes a segment of which more than half is deleted, or {@value #TIER_SEGMENTS} segments or more
 * of which none is larger than all the others together: so a row is rewritten a number of times
 * that is logarithmic in the table's size, and a table has few segments.
 */
final class MergePolicy {
  /** A flush writes no segment anew that is larger. */
  private static final long FLUSH_SEGMENT_BYTES_MAX = 4L << 20;

  private static final int TIER_SEGMENTS = 4;

  private MergePolicy() {}

  /** Parts that follow each other and become one segment. */
  record Run(int from, int count) {
    List<TablePart> of(List<TablePart> parts) {
      return parts.subList(from, from + count);
    }
  }

  /**
   * What a flush writes: all parts in memory.
   *
   * @param free whether a segment may be written anew with them
   */
  static List<Run> flush(List<TablePart> parts, long segmentBytesMax, Predicate<UUID> free) {
    boolean[] chosen = new boolean[parts.size()];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = parts.get(i).segment() == null;
    }
    chooseLast(parts, chosen, free);
    return runs(parts, chosen, segmentBytesMax);
  }

  /** What makes a table's segments few, full and without deleted rows. */
  static List<Run> optimize(List<TablePart> parts, long segmentBytesMax) {
    boolean[] chosen = new boolean[parts.size()];
    for (int i = 0; i < chosen.length; i++) {
      chosen[i] = parts.get(i).segment() != null;
    }
    List<Run> runs = runs(parts, chosen, segmentBytesMax);
    runs.removeIf(run -> run.count() == 1 && parts.get(run.from()).deleted().count() == 0);
    return runs;
  }

  /**
   * The run of parts whose rewriting is worth most now, or null where none is.
   *
   * @param free whether a part may be rewritten
   */
  static @Nullable Run compact(
      List<TablePart> parts, long segmentBytesMax, Predicate<TablePart> free) {
    @Nullable Run best = null;
    long bestBytes = Long.MAX_VALUE;
    for (int from = 0; from < parts.size(); from++) {
      long bytes = 0;
      long largest = 0;
      for (int to = from; to < parts.size(); to++) {
        TablePart part = parts.get(to);
        bytes += liveBytes(part);
        largest = Math.max(largest, liveBytes(part));
        if (!free.test(part) || (to > from && bytes > segmentBytesMax)) {
          break;
        }
        boolean emptied = to == from && isMostlyDeleted(part);
        boolean tier = to - from + 1 >= TIER_SEGMENTS && largest <= bytes - largest;
        if ((emptied || tier) && isBetter(best, bytes, bestBytes, to - from + 1)) {
          best = new Run(from, to - from + 1);
          bestBytes = bytes;
        }
      }
    }
    return best;
  }

  /** The longer run wins, for it leaves fewer segments; of equally long ones the smaller. */
  private static boolean isBetter(@Nullable Run best, long bytes, long bestBytes, int count) {
    return best == null || count > best.count() || (count == best.count() && bytes < bestBytes);
  }

  static boolean isMostlyDeleted(TablePart part) {
    return part.deleted().count() > part.rowCount() / 2;
  }

  /** About what the rows of a part take that are not deleted. */
  static long liveBytes(TablePart part) {
    return (long) ((double) part.sizeInBytes() * part.liveRowCount() / part.rowCount());
  }

  private static List<Run> runs(List<TablePart> parts, boolean[] chosen, long segmentBytesMax) {
    List<Run> runs = new ArrayList<>();
    for (int from = 0; from < chosen.length; ) {
      if (!chosen[from]) {
        from++;
        continue;
      }
      long bytes = liveBytes(parts.get(from));
      int to = from + 1;
      while (to < chosen.length
          && chosen[to]
          && bytes + liveBytes(parts.get(to)) <= segmentBytesMax) {
        bytes += liveBytes(parts.get(to));
        to++;
      }
      runs.add(new Run(from, to - from));
      from = to;
    }
    return runs;
  }

  private static void chooseLast(List<TablePart> parts, boolean[] chosen, Predicate<UUID> free) {
    long bytes = 0;
    int at = parts.size() - 1;
    while (at >= 0 && chosen[at]) {
      bytes += parts.get(at).sizeInBytes();
      at--;
    }
    while (at >= 0 && bytes > 0) {
      UUID segment = parts.get(at).segment();
      long size = parts.get(at).sizeInBytes();
      if (segment == null
          || size > bytes
          || size > FLUSH_SEGMENT_BYTES_MAX
          || !free.test(segment)) {
        break;
      }
      bytes += size;
      chosen[at] = true;
      at--;
    }
  }
}
