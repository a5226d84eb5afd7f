package io.quiver.storage.index;

import io.quiver.vector.index.IndexSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Serves searches for rows that an index on vectors is still to have, since a graph of them takes
 * long to be made: runs of consecutive rows, of each of which the codes are scanned, a bit an
 * element (RaBitQ), and the nearest are measured. A scan takes about a tenth of the time that
 * measuring all rows does, and codes are made about as fast as rows can be loaded. Where rows are
 * put elsewhere that had an index, this may serve as a run there.
 *
 * <p>Rows that come make the last run longer, up to a greatest length. Where rows are put together,
 * four short runs of codes become one, if that is at least twice as long as each of them, as in a
 * log-structured merge-tree (O'Neil, Cheng, Gawlick, O'Neil, 1996). Safe for many threads, of which
 * one makes runs.
 */
public final class InterimIndex {
  /** Measuring so many bytes takes about as long as a run costs. */
  private static final long STEP_BYTES = 1L << 20;

  private static final int STEP_ROWS_MIN = 64;

  /** In a longer run the nearest by their codes are too often not the nearest. */
  private static final int ROWS_MAX = 32_768;

  private static final int FACTOR = 4;

  /** Fewer rows than this part of a step have none, where no others come. */
  private static final int REST = 8;

  private final int step;
  private volatile List<Run> runs = List.of();

  /**
   * @param step so many rows that just came get codes, with others that came
   */
  public InterimIndex(int step) {
    this.step = step;
  }

  /**
   * How many rows that just came get codes.
   *
   * @param vectorBytes of a row
   * @param rowsMax how many rows they may have; small in tests
   */
  public static int step(long vectorBytes, int rowsMax) {
    long rows =
        Math.clamp(STEP_BYTES / vectorBytes, STEP_ROWS_MIN, Math.max(STEP_ROWS_MIN, rowsMax));
    return (int) (rows - rows % STEP_ROWS_MIN);
  }

  /**
   * Some rows that follow each other.
   *
   * @param from the first
   * @param to the one behind the last
   */
  public record Range(int from, int to) {
    /** How many they are. */
    public int rows() {
      return to - from;
    }
  }

  /**
   * Codes or another index of the rows of a range.
   *
   * @param index whose first row is the range's
   */
  public record Run(Range range, SegmentVectorIndex index) {
    /** Whether it is a list of codes, which are rougher than any other index is. */
    public boolean isCodes() {
      return index.index().spec() instanceof IndexSpec.Ivf lists && lists.lists() == 1;
    }
  }

  /** In the order of their rows, of which none is in two of them. */
  public List<Run> runs() {
    return runs;
  }

  /** How many rows, from one on and before another, are in runs. */
  public int rows(int from, int to) {
    int rows = 0;
    for (Run run : runs) {
      int within = Math.min(to, run.range.to) - Math.max(from, run.range.from);
      rows += Math.max(0, within);
    }
    return rows;
  }

  /** Bytes that it keeps in memory. */
  public long memoryBytes() {
    return runs.stream().mapToLong(run -> run.index.memoryBytes()).sum();
  }

  /**
   * What is to be made next: a run of rows that are in none, or else one of several.
   *
   * @param covered so many of the first rows need none
   * @param rows that there are
   * @param grows whether others come
   */
  public @Nullable Range next(int covered, int rows, boolean grows) {
    List<Run> known = runs;
    int position = covered;
    int from = covered;
    for (Run run : known) {
      if (run.range.from - position >= Math.ceilDiv(step, REST)) {
        return new Range(from, Math.min(from + ROWS_MAX, run.range.from));
      }
      if (run.range.to > position) {
        position = run.range.to;
        from = run.isCodes() && run.range.rows() < ROWS_MAX ? run.range.from : position;
      }
    }
    if (rows - position < (grows ? step : Math.ceilDiv(step, REST))) {
      return joined(known);
    }
    int end = grows ? rows - rows % STEP_ROWS_MIN : rows;
    return new Range(from, Math.min(from + ROWS_MAX, end));
  }

  /** The run of codes whose rows are the first of a range that is to be made; null for none. */
  public @Nullable Run begun(Range next) {
    for (Run run : runs) {
      if (run.range.from == next.from && run.range.to <= next.to && run.isCodes()) {
        return run;
      }
    }
    return null;
  }

  private @Nullable Range joined(List<Run> known) {
    for (int i = 0; i + FACTOR <= known.size(); i++) {
      int longest = 0;
      int next = known.get(i).range.from;
      for (Run run : known.subList(i, i + FACTOR)) {
        boolean follows = run.range.from == next && run.isCodes();
        longest = follows ? Math.max(longest, run.range.rows()) : ROWS_MAX;
        next = run.range.to;
      }
      Range all = new Range(known.get(i).range.from, next);
      // Each row comes to a run of at least twice the length.
      if (all.rows() <= ROWS_MAX && 2 * longest <= all.rows()) {
        return all;
      }
    }
    return null;
  }

  /** Adds a run, in place of those whose rows it has. */
  public synchronized void put(Run made) {
    List<Run> next = new ArrayList<>(runs);
    next.removeIf(run -> run.range.from >= made.range.from && run.range.to <= made.range.to);
    next.add(made);
    next.sort(Comparator.comparingInt(run -> run.range.from));
    runs = List.copyOf(next);
  }

  /** Lets runs go whose rows the index has by now. */
  public synchronized void trim(int covered) {
    if (runs.stream().anyMatch(run -> run.range.to <= covered)) {
      runs = runs.stream().filter(run -> run.range.to > covered).toList();
    }
  }
}
