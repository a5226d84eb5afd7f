package io.quiver.executor.plan;

import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate of a group.
 *
 * @param arguments positions in the input, already of the type that the function adds up in
 * @param filterColumn the position of a BOOLEAN that must be true for a row to count, or -1
 * @param literal the value of {@link Function#LITERAL}
 */
public record AggregateCall(
    Function function,
    List<Integer> arguments,
    boolean distinct,
    int filterColumn,
    @Nullable Object literal,
    SqlType type) {
  public AggregateCall {
    arguments = List.copyOf(arguments);
  }

  /** What is computed; all but COUNT give null over no rows, all but ARRAY_AGG skip nulls. */
  public enum Function {
    /** Rows, or rows in which no argument is null; BIGINT. */
    COUNT,
    /** Over BIGINT (22003 on overflow), REAL or DOUBLE. */
    SUM,
    /** Over DOUBLE. */
    AVG,
    MIN,
    MAX,
    /** The one value; 21000 when there are several rows. */
    SINGLE_VALUE,
    /** Any of the values. */
    ANY_VALUE,
    /** Over DOUBLE, as the next three; null over no value, the samples' also over one. */
    STDDEV_POP,
    STDDEV_SAMP,
    VAR_POP,
    VAR_SAMP,
    /** Over a text and the separator before it, in the order in which rows come. */
    STRING_AGG,
    /** An array of the values, nulls too, in the order in which rows come. */
    ARRAY_AGG,
    /** The literal, in each group that has a row. */
    LITERAL
  }
}
