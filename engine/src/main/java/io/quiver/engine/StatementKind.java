package io.quiver.engine;

/** What a statement does, as far as an endpoint must know before it runs. */
public enum StatementKind {
  /** Gives rows: SELECT, VALUES, SHOW, DESCRIBE, EXPLAIN. */
  QUERY,
  INSERT,
  UPDATE,
  DELETE,
  /** Changes the catalog. */
  DDL,
  /** BEGIN, COMMIT, ROLLBACK. */
  TRANSACTION,
  /** SET and maintenance. */
  OTHER;

  /** Whether it inserts, updates or deletes; with RETURNING it gives rows as well. */
  public boolean changesRows() {
    return this == INSERT || this == UPDATE || this == DELETE;
  }
}
