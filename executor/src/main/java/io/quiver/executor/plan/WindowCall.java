package io.quiver.executor.plan;

import io.quiver.types.SqlType;
import java.util.List;

/**
 * One function over a window.
 *
 * @param arguments positions in the input; for COUNT none or the columns that must not be null, for
 *     LAG and LEAD the value, the BIGINT offset and the default, for NTILE and NTH_VALUE a BIGINT
 *     last
 */
public record WindowCall(Function function, List<Integer> arguments, SqlType type) {
  public WindowCall {
    arguments = List.copyOf(arguments);
  }

  /** What is computed. The first six ignore the frame, as do LAG and LEAD. */
  public enum Function {
    ROW_NUMBER,
    RANK,
    DENSE_RANK,
    PERCENT_RANK,
    CUME_DIST,
    NTILE,
    LAG,
    LEAD,
    FIRST_VALUE,
    LAST_VALUE,
    NTH_VALUE,
    COUNT,
    /** Over BIGINT (22003 on overflow), REAL or DOUBLE; null over no value. */
    SUM,
    /** Over DOUBLE. */
    AVG,
    MIN,
    MAX
  }
}
