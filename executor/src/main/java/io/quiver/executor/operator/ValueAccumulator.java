package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps one value a group: MIN, MAX, ANY_VALUE, SINGLE_VALUE, over any type. A batch's winners are
 * copied together into one chunk; when too many of the copies have been beaten since, those that
 * count are copied once more and the others go.
 */
final class ValueAccumulator implements Accumulator {
  private static final int BEATEN_VALUES_MAX = 4 * Batch.ROWS;

  private final AggregateCall call;
  private final int argument;
  private final Reservation reservation;
  private final List<Column> chunks = new ArrayList<>();
  private final int[] winners = new int[Batch.ROWS];
  private final int[] winnerGroups = new int[Batch.ROWS];
  private int stored;
  private long storedBytes;

  /** Where a group's value is, as {@link RowBuffer} forms addresses; -1 before there is one. */
  private int[] addresses = new int[0];

  /** The place in {@link #winners} of a group's best row in this batch, or -1. */
  private int[] winnerOf = new int[0];

  private int holders;

  ValueAccumulator(AggregateCall call, Reservation reservation) {
    this.call = call;
    this.argument = call.arguments().getFirst();
    this.reservation = reservation;
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(argument);
    int found = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      int group = groups[row];
      if (!beats(column, row, group)) {
        continue;
      }
      if (winnerOf[group] < 0) {
        winnerOf[group] = found;
        winnerGroups[found++] = group;
      }
      winners[winnerOf[group]] = row;
    }
    for (int i = 0; i < found; i++) {
      winnerOf[winnerGroups[i]] = -1;
    }
    if (found > 0) {
      keep(column, found);
    }
  }

  private boolean beats(Column column, int row, int group) {
    boolean first = winnerOf[group] < 0 && addresses[group] < 0;
    if (call.function() == AggregateCall.Function.SINGLE_VALUE) {
      if (!first) {
        throw new QuiverException(
            ErrorCode.CARDINALITY_VIOLATION,
            "a subquery used as an expression returned more than one row");
      }
      return true;
    }
    if (column.isNull(row)) {
      return false;
    }
    if (first) {
      return true;
    }
    if (call.function() == AggregateCall.Function.ANY_VALUE) {
      return false;
    }
    int order =
        winnerOf[group] >= 0
            ? ColumnComparator.compare(column, row, column, winners[winnerOf[group]])
            : compareToStored(column, row, addresses[group]);
    return call.function() == AggregateCall.Function.MIN ? order < 0 : order > 0;
  }

  private int compareToStored(Column column, int row, int address) {
    Column chunk = chunks.get(address >>> RowBuffer.CHUNK_BITS);
    return ColumnComparator.compare(column, row, chunk, address & RowBuffer.CHUNK_MASK);
  }

  private void keep(Column column, int found) {
    addChunk(column.gather(winners, found, Arena.ofAuto()));
    int chunk = chunks.size() - 1;
    for (int i = 0; i < found; i++) {
      int group = winnerGroups[i];
      if (addresses[group] < 0) {
        holders++;
      }
      addresses[group] = chunk << RowBuffer.CHUNK_BITS | i;
    }
    if (stored > 2L * holders + BEATEN_VALUES_MAX || chunks.size() > holders + Batch.ROWS) {
      dropBeaten();
    }
  }

  private void addChunk(Column chunk) {
    long bytes = chunk.sizeInBytes();
    reservation.grow(bytes);
    storedBytes += bytes;
    stored += chunk.length();
    chunks.add(chunk);
  }

  private void dropBeaten() {
    List<Column> old = List.copyOf(chunks);
    long oldBytes = storedBytes;
    chunks.clear();
    stored = 0;
    storedBytes = 0;
    int group = 0;
    while (group < addresses.length) {
      ColumnBuilder builder = new ColumnBuilder(old.getFirst().type(), Batch.ROWS);
      for (; group < addresses.length && builder.length() < Batch.ROWS; group++) {
        int address = addresses[group];
        if (address >= 0) {
          addresses[group] = chunks.size() << RowBuffer.CHUNK_BITS | builder.length();
          builder.appendFrom(
              old.get(address >>> RowBuffer.CHUNK_BITS), address & RowBuffer.CHUNK_MASK);
        }
      }
      addChunk(builder.build());
    }
    reservation.shrink(oldBytes);
  }

  @Override
  public void ensure(int capacity) {
    int old = addresses.length;
    addresses = Arrays.copyOf(addresses, capacity);
    winnerOf = Arrays.copyOf(winnerOf, capacity);
    Arrays.fill(addresses, old, capacity, -1);
    Arrays.fill(winnerOf, old, capacity, -1);
  }

  @Override
  public int bytesPerGroup() {
    return 8;
  }

  @Override
  public Column result(int from, int count) {
    ColumnBuilder builder =
        new ColumnBuilder(chunks.isEmpty() ? call.type() : chunks.getFirst().type(), count);
    for (int group = from; group < from + count; group++) {
      int address = addresses[group];
      if (address < 0) {
        builder.appendNull();
      } else {
        builder.appendFrom(
            chunks.get(address >>> RowBuffer.CHUNK_BITS), address & RowBuffer.CHUNK_MASK);
      }
    }
    return builder.build();
  }
}
