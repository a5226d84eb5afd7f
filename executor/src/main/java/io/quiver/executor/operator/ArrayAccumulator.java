package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * ARRAY_AGG: keeps every value of a batch in one chunk, and of each group where its first and last
 * value are; each value knows where its group's next one is.
 */
final class ArrayAccumulator implements Accumulator {
  private static final int NONE = -1;

  private final AggregateCall call;
  private final Reservation reservation;
  private final List<Column> chunks = new ArrayList<>();

  /** For each chunk the address of what follows each value, as {@link RowBuffer} forms them. */
  private final List<int[]> following = new ArrayList<>();

  private int[] first = new int[0];
  private int[] last = new int[0];

  ArrayAccumulator(AggregateCall call, Reservation reservation) {
    this.call = call;
    this.reservation = reservation;
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column values = batch.column(call.arguments().getFirst()).gather(rows, count, Arena.ofAuto());
    reservation.grow(values.sizeInBytes() + (long) count * Integer.BYTES);
    int[] next = new int[count];
    Arrays.fill(next, NONE);
    int chunk = chunks.size() << RowBuffer.CHUNK_BITS;
    chunks.add(values);
    following.add(next);
    for (int i = 0; i < count; i++) {
      int group = groups[rows[i]];
      int address = chunk | i;
      if (first[group] == NONE) {
        first[group] = address;
      } else {
        int before = last[group];
        following.get(before >>> RowBuffer.CHUNK_BITS)[before & RowBuffer.CHUNK_MASK] = address;
      }
      last[group] = address;
    }
  }

  @Override
  public void ensure(int capacity) {
    int old = first.length;
    first = Arrays.copyOf(first, capacity);
    last = Arrays.copyOf(last, capacity);
    Arrays.fill(first, old, capacity, NONE);
  }

  @Override
  public int bytesPerGroup() {
    return 8;
  }

  @Override
  public Column result(int from, int count) {
    ColumnBuilder builder = new ColumnBuilder(call.type(), count);
    for (int group = from; group < from + count; group++) {
      int address = first[group];
      if (address == NONE) {
        builder.appendNull();
        continue;
      }
      while (address != NONE) {
        int chunk = address >>> RowBuffer.CHUNK_BITS;
        int row = address & RowBuffer.CHUNK_MASK;
        builder.elements().appendFrom(chunks.get(chunk), row);
        address = following.get(chunk)[row];
      }
      builder.endList();
    }
    return builder.build();
  }
}
