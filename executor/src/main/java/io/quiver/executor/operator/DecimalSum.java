package io.quiver.executor.operator;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Int128;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SUM and AVG over DECIMAL, exact: each group's digits are added up in 128 bits, and beyond that,
 * where more than 38 digits come together on the way, in a big integer.
 */
final class DecimalSum implements Accumulator {
  private final AggregateCall call;
  private final int argument;
  private long[] counts = new long[0];
  private long[] lows = new long[0];
  private long[] highs = new long[0];
  // What has left the 128 bits, in each group where anything has.
  private @Nullable BigInteger[] overflows = new BigInteger[0];
  private int scale;

  DecimalSum(AggregateCall call) {
    this.call = call;
    this.argument = call.arguments().getFirst();
  }

  @Override
  public void add(Batch batch, int[] rows, int count, int[] groups) {
    Column column = batch.column(argument);
    scale = ((SqlType.Decimal) column.type()).scale();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      if (!column.isNull(row)) {
        add(groups[row], column.getDecimalHigh(row), column.getDecimalLow(row));
      }
    }
  }

  private void add(int group, long high, long low) {
    long oldHigh = highs[group];
    long sumLow = lows[group] + low;
    long carry = Long.compareUnsigned(sumLow, low) < 0 ? 1 : 0;
    long sumHigh = oldHigh + high + carry;
    if (((oldHigh ^ sumHigh) & (high ^ sumHigh)) < 0) {
      BigInteger before = overflows[group];
      BigInteger sum =
          Int128.toBigInteger(oldHigh, lows[group]).add(Int128.toBigInteger(high, low));
      overflows[group] = before == null ? sum : before.add(sum);
      sumHigh = 0;
      sumLow = 0;
    }
    highs[group] = sumHigh;
    lows[group] = sumLow;
    counts[group]++;
  }

  @Override
  public void ensure(int capacity) {
    counts = Arrays.copyOf(counts, capacity);
    lows = Arrays.copyOf(lows, capacity);
    highs = Arrays.copyOf(highs, capacity);
    overflows = Arrays.copyOf(overflows, capacity);
  }

  @Override
  public int bytesPerGroup() {
    return 28;
  }

  @Override
  public Column result(int from, int count) {
    SqlType.Decimal type = (SqlType.Decimal) call.type();
    ColumnBuilder builder = new ColumnBuilder(type, count);
    for (int group = from; group < from + count; group++) {
      if (counts[group] == 0) {
        builder.appendNull();
      } else {
        BigDecimal sum = sum(group);
        builder.appendDecimal(
            call.function() == AggregateCall.Function.AVG
                ? sum.divide(BigDecimal.valueOf(counts[group]), type.scale(), RoundingMode.HALF_UP)
                : sum);
      }
    }
    return builder.build();
  }

  private BigDecimal sum(int group) {
    BigInteger digits = Int128.toBigInteger(highs[group], lows[group]);
    BigInteger beyond = overflows[group];
    return new BigDecimal(beyond == null ? digits : digits.add(beyond), scale);
  }
}
