package io.quiver.engine;

import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;

/**
 * A statement that can be executed many times by the session that prepared it. It stays valid when
 * tables change: the plan is looked up at each execution. Immutable.
 */
public final class PreparedStatement {
  private final StatementText text;
  private final StatementKind kind;
  private final Schema result;
  private final List<SqlType> parameterTypes;

  PreparedStatement(
      StatementText text, StatementKind kind, Schema result, List<SqlType> parameterTypes) {
    this.text = text;
    this.kind = kind;
    this.result = result;
    this.parameterTypes = List.copyOf(parameterTypes);
  }

  StatementText text() {
    return text;
  }

  /** As it was written. */
  public String sql() {
    return text.sql();
  }

  public StatementKind kind() {
    return kind;
  }

  /** The rows that it gives: those of a query, or of RETURNING; else empty. */
  public Schema result() {
    return result;
  }

  /** One a {@code ?}, in order. */
  public List<SqlType> parameterTypes() {
    return parameterTypes;
  }

  /** Whether it gives rows: a query does, and a change with RETURNING. */
  public boolean hasRows() {
    return result.size() > 0;
  }
}
