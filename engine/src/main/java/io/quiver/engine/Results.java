package io.quiver.engine;

import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Results that are complete when they are given. */
final class Results {
  private Results() {}

  static QueryResult count(StatementKind kind, long updateCount) {
    return new Complete(kind, new Schema(List.of()), null, updateCount);
  }

  static QueryResult rows(Schema schema, Batch batch) {
    return new Complete(StatementKind.QUERY, schema, batch, -1);
  }

  private static final class Complete implements QueryResult {
    private final StatementKind kind;
    private final Schema schema;
    private final @Nullable Batch batch;
    private final long updateCount;
    private int given;

    private Complete(StatementKind kind, Schema schema, @Nullable Batch batch, long updateCount) {
      this.kind = kind;
      this.schema = schema;
      this.batch = batch;
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
      if (batch == null || given >= batch.rowCount()) {
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
