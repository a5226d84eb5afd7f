package io.quiver.engine;

import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Results that are complete when they are given. */
final class Results {
  private Results() {}

  static QueryResult count(StatementKind kind, long updateCount) {
    return new Complete(kind, new Schema(List.of()), List.of(), updateCount);
  }

  /** A change that has been made, and the rows of its RETURNING. */
  static QueryResult returned(
      StatementKind kind, Schema schema, List<Batch> batches, long updateCount) {
    return new Complete(kind, schema, batches, updateCount);
  }

  static QueryResult rows(Schema schema, Batch batch) {
    return new Complete(StatementKind.QUERY, schema, List.of(batch), -1);
  }

  private static final class Complete implements QueryResult {
    private final StatementKind kind;
    private final Schema schema;
    private final Deque<Batch> batches;
    private final long updateCount;
    private int given;

    private Complete(StatementKind kind, Schema schema, List<Batch> batches, long updateCount) {
      this.kind = kind;
      this.schema = schema;
      this.batches = new ArrayDeque<>(batches);
      this.updateCount = updateCount;
    }

    @Override
    public StatementKind kind() {
      return kind;
    }

    @Override
    public Schema schema() {
      return schema;
    }

    @Override
    public @Nullable Batch next() {
      Batch batch = batches.peek();
      while (batch != null && given >= batch.rowCount()) {
        batches.remove();
        given = 0;
        batch = batches.peek();
      }
      if (batch == null) {
        return null;
      }
      int count = Math.min(Batch.ROWS, batch.rowCount() - given);
      Batch slice = batch.slice(given, count);
      given += count;
      return slice;
    }

    @Override
    public long updateCount() {
      return updateCount;
    }

    @Override
    public void cancel() {}

    @Override
    public void close() {}
  }
}
