package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.types.Column;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * Sorts the positions of rows by their keys, and those of equal keys by position.
 *
 * <p>Rows that are alike so far are sorted by the next chunk of {@link KeyOrder}: its leading bits
 * (behind those in which all of them are equal) and the row's position share a number of 64 bits,
 * as many bits as fit. Rows that are alike in these are sorted again by what remains. So it takes
 * 12 bytes a row, and compares numbers alone.
 */
final class PositionSort {
  private final List<Column> columns;
  private final List<IndexDefinition.Key> keys;
  private final Runnable progress;
  private final int positionBits;
  private final int[] positions;
  private final long[] numbers;

  /** Runs of rows whose keys are alike before a chunk of a column. */
  private final Deque<Run> runs = new ArrayDeque<>();

  private record Run(int from, int to, int column, int chunk) {}

  private PositionSort(
      List<Column> columns, List<IndexDefinition.Key> keys, int rows, Runnable progress) {
    this.columns = columns;
    this.keys = keys;
    this.progress = progress;
    this.positionBits = PackedPositions.bits(rows);
    this.positions = new int[rows];
    this.numbers = new long[rows];
    Arrays.setAll(positions, i -> i);
  }

  /**
   * The positions of all rows in the order of their keys.
   *
   * @param columns those of the keys
   * @param progress called now and then; what it throws ends the work
   */
  static int[] sort(
      List<Column> columns, List<IndexDefinition.Key> keys, int rows, Runnable progress) {
    PositionSort sort = new PositionSort(columns, keys, rows, progress);
    sort.push(new Run(0, rows, 0, 0));
    while (!sort.runs.isEmpty()) {
      sort.sort(sort.runs.pop());
    }
    return sort.positions;
  }

  private void push(Run run) {
    if (run.to() - run.from() > 1 && run.column() < columns.size()) {
      runs.push(run);
    }
  }

  private void sort(Run run) {
    if (run.to() - run.from() > 1_000) {
      progress.run();
    }
    Column column = columns.get(run.column());
    if (run.chunk() == 0 && column.mayHaveNulls()) {
      sortNulls(run, column);
    } else {
      sortValues(run, column);
    }
  }

  private void sortNulls(Run run, Column column) {
    int nulls = 0;
    for (int i = run.from(); i < run.to(); i++) {
      nulls += column.isNull(positions[i]) ? 1 : 0;
    }
    boolean first = keys.get(run.column()).nullsFirst();
    int nullsFrom = first ? run.from() : run.to() - nulls;
    int valuesFrom = first ? run.from() + nulls : run.from();
    int[] old = Arrays.copyOfRange(positions, run.from(), run.to());
    int nullAt = nullsFrom;
    int valueAt = valuesFrom;
    for (int position : old) {
      if (column.isNull(position)) {
        positions[nullAt++] = position;
      } else {
        positions[valueAt++] = position;
      }
    }
    push(new Run(nullsFrom, nullsFrom + nulls, run.column() + 1, 0));
    if (valueAt - valuesFrom > 1) {
      sortValues(new Run(valuesFrom, valueAt, run.column(), 0), column);
    }
  }

  private void sortValues(Run run, Column column) {
    long flip = keys.get(run.column()).descending() ? -1 : 0;
    long least = Long.MAX_VALUE;
    long most = Long.MIN_VALUE;
    for (int i = run.from(); i < run.to(); i++) {
      long chunk = KeyOrder.chunk(column, positions[i], run.chunk()) ^ flip;
      numbers[i] = chunk;
      least = Math.min(least, chunk);
      most = Math.max(most, chunk);
    }
    if (least != most) {
      // The sign stays free, so that numbers compare signed.
      int wanted = Long.SIZE - Long.numberOfLeadingZeros(most - least);
      int shift = Math.max(0, wanted - (Long.SIZE - 1 - positionBits));
      for (int i = run.from(); i < run.to(); i++) {
        numbers[i] = ((numbers[i] - least) >>> shift) << positionBits | positions[i];
      }
      Arrays.sort(numbers, run.from(), run.to());
      long mask = (1L << positionBits) - 1;
      for (int i = run.from(); i < run.to(); i++) {
        positions[i] = (int) (numbers[i] & mask);
        numbers[i] >>>= positionBits;
      }
      pushAlike(run, column, shift);
    } else {
      push(next(run, column, run.from(), run.to()));
    }
  }

  /** Leaves rows that were alike in what they were sorted by for later. */
  private void pushAlike(Run run, Column column, int shift) {
    int from = run.from();
    while (from < run.to()) {
      int to = from + 1;
      while (to < run.to() && numbers[to] == numbers[from]) {
        to++;
      }
      if (to - from > 1) {
        // Where bits were left out the same chunk is sorted again, by its remaining bits.
        push(
            shift > 0 ? new Run(from, to, run.column(), run.chunk()) : next(run, column, from, to));
      }
      from = to;
    }
  }

  /** The run of rows that are equal in all of a chunk, before what comes after it. */
  private Run next(Run run, Column column, int from, int to) {
    long chunk = KeyOrder.chunk(column, positions[from], run.chunk());
    return KeyOrder.isLast(column.type(), chunk, run.chunk())
        ? new Run(from, to, run.column() + 1, 0)
        : new Run(from, to, run.column(), run.chunk() + 1);
  }
}
