package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** STRING_AGG: puts a group's texts together, each but the first after its row's separator. */
final class TextAccumulator implements Accumulator {
  /** At most, for a character of a {@link StringBuilder} that has just grown. */
  private static final int BYTES_PER_CHARACTER = 4;

  private final AggregateCall call;
  private final Reservation reservation;
  private @Nullable StringBuilder[] texts = new StringBuilder[0];

  TextAccumulator(AggregateCall call, Reservation reservation) {
    this.call = call;
    this.reservation = reservation;
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(call.arguments().get(0));
    Column separators = batch.column(call.arguments().get(1));
    long added = 0;
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (column.isNull(row)) {
        continue;
      }
      StringBuilder text = texts[groups[row]];
      if (text == null) {
        text = new StringBuilder();
        texts[groups[row]] = text;
      } else if (!separators.isNull(row)) {
        String separator = separators.getString(row);
        text.append(separator);
        added += separator.length();
      }
      String value = column.getString(row);
      text.append(value);
      added += value.length();
    }
    reservation.grow(added * BYTES_PER_CHARACTER);
  }

  @Override
  public void ensure(int capacity) {
    texts = Arrays.copyOf(texts, capacity);
  }

  @Override
  public int bytesPerGroup() {
    return 64;
  }

  @Override
  public Column result(int from, int count) {
    ColumnBuilder builder = new ColumnBuilder(call.type(), count);
    for (int group = from; group < from + count; group++) {
      StringBuilder text = texts[group];
      builder.append(text == null ? null : text.toString());
    }
    return builder.build();
  }
}
