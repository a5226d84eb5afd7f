package io.quiver.engine;

import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;

/**
 * A statement that can be executed many times by the session that prepared it. It stays valid when
 * tables change: the plan is looked up at each execution.
 *
 * @param result the rows that it gives: those of a query, or of RETURNING; else empty
 * @param parameterTypes one a {@code ?}, in order
 */
public record PreparedStatement(
    String sql, StatementKind kind, Schema result, List<SqlType> parameterTypes) {
  public PreparedStatement {
    parameterTypes = List.copyOf(parameterTypes);
  }

  /** Whether it gives rows: a query does, and a change with RETURNING. */
  public boolean hasRows() {
    return result.size() > 0;
  }
}
