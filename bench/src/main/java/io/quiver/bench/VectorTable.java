package io.quiver.bench;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.operator.QueryMemory;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.Store;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.time.Instant;
import java.util.List;
import java.util.function.LongConsumer;

/** Vectors with their numbers in a table of a store, filled and searched without SQL. */
record VectorTable(Store store, int dimension) {
  static final TableId TABLE = new TableId(1);
  static final ColumnId VECTOR = new ColumnId(1);
  private static final ColumnId ID = new ColumnId(0);

  /** Makes it. */
  void create() {
    List<ColumnDefinition> columns =
        List.of(column(ID, "id", SqlType.BIGINT), column(VECTOR, "v", SqlType.vector(dimension)));
    change(
        new CatalogChange.CreateTable(
            new TableDefinition(TABLE, "public", "t", columns, List.of())));
  }

  private static ColumnDefinition column(ColumnId id, String name, SqlType type) {
    return new ColumnDefinition(id, name, type, true, null, ColumnDefinition.Identity.NONE);
  }

  private void change(CatalogChange change) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.change(change);
      transaction.commit();
    }
  }

  /** Adds the vectors of some numbers in one transaction. */
  void insert(float[][] vectors, int from, int to) {
    ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, to - from);
    ColumnBuilder values = new ColumnBuilder(SqlType.vector(dimension), to - from);
    for (int row = from; row < to; row++) {
      ids.append((long) row);
      values.append(vectors[row]);
    }
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.append(TABLE, new Batch(List.of(ids.build(), values.build()), to - from));
      transaction.commit();
    }
  }

  /** Calls the operator that finds the k nearest by L2. */
  void search(float[] query, int k, LongConsumer numbers) {
    PlanNode plan =
        new PlanNode.VectorSearch(
            TABLE,
            List.of(ID),
            VECTOR,
            Metric.L2,
            new Expression.Literal(query, SqlType.vector(dimension)),
            null,
            null,
            new Expression.Literal((long) k, SqlType.BIGINT),
            Schema.of(
                new Field("id", SqlType.BIGINT, true),
                new Field("distance", SqlType.DOUBLE, true)));
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, true);
        Snapshot snapshot = transaction.snapshot()) {
      ExecutionContext context =
          new ExecutionContext(
              snapshot,
              transaction,
              List.of(),
              new QueryMemory(1 << 20),
              () -> false,
              Instant.EPOCH,
              new ExecutionContext.SessionNames("bench", "bench", "bench"),
              table -> {
                throw new IllegalStateException("no system table is read");
              });
      try (Operator operator = OperatorBuilder.build(plan, context)) {
        for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
          for (int row = 0; row < batch.rowCount(); row++) {
            numbers.accept(batch.column(0).getLong(row));
          }
        }
      }
    }
  }
}
