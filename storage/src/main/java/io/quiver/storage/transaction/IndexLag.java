package io.quiver.storage.transaction;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long rows are there before a vector index has them for the first time. Rows count
 * that are committed while their index is known and the database open. Safe for many threads.
 */
public final class IndexLag {
  private final Map<IndexId, Timeline> timelines = new ConcurrentHashMap<>();

  IndexLag() {}

  /**
   * How long rows have waited.
   *
   * @param lastMillis the oldest of those that were indexed last
   * @param mostMillis the one of all that has waited longest
   */
  public record Waited(long lastMillis, long mostMillis) {}

  /** Notes when the rows of a state were committed: now, if they were not noted before. */
  public void committed(DatabaseState state, long nanoTime) {
    for (IndexDefinition index : state.catalog().indexes()) {
      TableState table = index.kind().isVector() ? state.tables().get(index.table()) : null;
      if (table != null) {
        timelines
            .computeIfAbsent(index.id(), id -> new Timeline(table.nextRowId()))
            .committed(table.nextRowId(), nanoTime);
      }
    }
  }

  /** An index has all rows of a table from one to another. */
  void indexed(IndexDefinition index, long firstRowId, long lastRowId, long nanoTime) {
    Timeline timeline = timelines.get(index.id());
    if (timeline != null) {
      timeline.indexed(firstRowId, lastRowId + 1, nanoTime);
    }
  }

  /** What is known of an index; null where no row has been measured. */
  @Nullable Waited of(IndexDefinition index) {
    Timeline timeline = timelines.get(index.id());
    return timeline == null ? null : timeline.waited();
  }

  /** Forgets dropped indexes. */
  public void retain(Predicate<IndexId> there) {
    timelines.keySet().removeIf(there.negate());
  }

  /** Rows before one were committed at a time, those before the last mark's row earlier. */
  private record Mark(long nextRowId, long nanoTime) {}

  /** Of one index. Its lock owns it. */
  private static final class Timeline {
    private static final long MARK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int MARKS_MAX = 1_024;

    private final long firstRowId;
    private Deque<Mark> marks = new ArrayDeque<>();

    /** The rows that the index has had: the ids after each range of them, by its first one. */
    private final TreeMap<Long, Long> served = new TreeMap<>();

    private @Nullable Waited waited;

    Timeline(long firstRowId) {
      this.firstRowId = firstRowId;
    }

    synchronized @Nullable Waited waited() {
      return waited;
    }

    synchronized void committed(long nextRowId, long nanoTime) {
      Mark last = marks.peekLast();
      if (nextRowId <= (last == null ? firstRowId : last.nextRowId())) {
        return;
      }
      long time = nanoTime;
      if (last != null && nanoTime - last.nanoTime() < MARK_NANOS) {
        // Rows of about the same time have the first one's.
        marks.removeLast();
        time = last.nanoTime();
      }
      marks.addLast(new Mark(nextRowId, time));
      if (marks.size() > MARKS_MAX) {
        halve();
      }
    }

    private void halve() {
      Deque<Mark> fewer = new ArrayDeque<>();
      List<Mark> all = new ArrayList<>(marks);
      for (int i = 0; i < all.size(); i += 2) {
        Mark next = all.get(Math.min(i + 1, all.size() - 1));
        fewer.addLast(new Mark(next.nextRowId(), all.get(i).nanoTime()));
      }
      marks = fewer;
    }

    synchronized void indexed(long from, long to, long nanoTime) {
      long first = unserved(Math.max(from, firstRowId));
      if (first >= to) {
        return;
      }
      for (Mark mark : marks) {
        if (mark.nextRowId() > first) {
          long millis = TimeUnit.NANOSECONDS.toMillis(nanoTime - mark.nanoTime());
          long most = waited == null ? 0 : waited.mostMillis();
          waited = new Waited(millis, Math.max(most, millis));
          break;
        }
      }
      serve(Math.max(from, firstRowId), to);
      long oldest = unserved(firstRowId);
      marks.removeIf(mark -> mark.nextRowId() <= oldest);
    }

    /** The first row from one on that the index has never had. */
    private long unserved(long rowId) {
      Map.Entry<Long, Long> range = served.floorEntry(rowId);
      return range == null ? rowId : Math.max(rowId, range.getValue());
    }

    /** Ranges that meet become one. */
    private void serve(long from, long to) {
      long first = from;
      long after = to;
      Map.Entry<Long, Long> range = served.floorEntry(after);
      while (range != null && range.getValue() >= first) {
        first = Math.min(first, range.getKey());
        after = Math.max(after, range.getValue());
        served.remove(range.getKey());
        range = served.floorEntry(after);
      }
      served.put(first, after);
    }
  }
}
