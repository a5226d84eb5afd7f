package io.quiver.executor.operator;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/**
 * What OFFSET and FETCH come to in one execution.
 *
 * @param fetch {@link Long#MAX_VALUE} for all
 */
record RowRange(long offset, long fetch) {

  /** Null, as an expression and as a value, means no offset and every row. */
  static RowRange of(
      @Nullable Expression offset, @Nullable Expression fetch, ExecutionContext context) {
    long skipped = value(offset, 0, context);
    long wanted = value(fetch, Long.MAX_VALUE, context);
    if (skipped < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_OFFSET, "OFFSET must not be negative, found " + skipped);
    }
    if (wanted < 0) {
      throw new QuiverException(
          ErrorCode.INVALID_LIMIT, "LIMIT must not be negative, found " + wanted);
    }
    return new RowRange(skipped, wanted);
  }

  /** The rows to find, those to skip included; {@link Long#MAX_VALUE} for all. */
  long total() {
    long sum = offset + fetch;
    return fetch == 0 ? 0 : sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static long value(
      @Nullable Expression expression, long absent, ExecutionContext context) {
    if (expression == null) {
      return absent;
    }
    Object value = ExpressionEvaluator.compile(expression, context.evaluation()).constant();
    return value == null ? absent : ((Number) value).longValue();
  }
}
