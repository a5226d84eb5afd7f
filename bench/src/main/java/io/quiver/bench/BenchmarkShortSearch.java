package io.quiver.bench;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.operator.QueryMemory;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.LocalStore;
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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What does embedded JDBC add to a search that takes microseconds, prepared and as a text?
 *
 * <p>The same rows are searched by the operator alone, through a prepared statement, and by texts
 * whose query vector is a literal, in turn.
 *
 * <p>Arguments: rows (1000), dimensions (128), searches of each (20000).
 */
public final class BenchmarkShortSearch {
  private static final int K = 10;
  private static final int QUERIES = 64;
  private static final TableId TABLE = new TableId(1);
  private static final ColumnId ID = new ColumnId(0);
  private static final ColumnId VECTOR = new ColumnId(1);

  private final int rows;
  private final int dimension;
  private final Random random = new Random(1);
  private final float[][] vectors;
  private final float[][] queries = new float[QUERIES][];
  private final String[] texts = new String[QUERIES];

  private BenchmarkShortSearch(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
    this.vectors = new float[rows][];
    for (int row = 0; row < rows; row++) {
      vectors[row] = vector();
    }
    for (int i = 0; i < QUERIES; i++) {
      queries[i] = vector();
      texts[i] = "SELECT id FROM t ORDER BY v <-> '" + Arrays.toString(queries[i]) + "' LIMIT " + K;
    }
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws SQLException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int searches = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20_000;
    new BenchmarkShortSearch(rows, dimension).run(searches);
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private void run(int searches) throws SQLException {
    try (Store store = LocalStore.inMemory();
        Connection connection = DriverManager.getConnection("jdbc:quiver:mem:bench")) {
      fill(store);
      fill(connection);
      try (Statement statement = connection.createStatement();
          PreparedStatement prepared =
              connection.prepareStatement("SELECT id FROM t ORDER BY v <-> ? LIMIT " + K)) {
        for (int round = 0; round < 3; round++) {
          round(searches, store, prepared, statement);
        }
      }
    }
  }

  private void round(int searches, Store store, PreparedStatement prepared, Statement statement)
      throws SQLException {
    long[] operator = new long[searches];
    long[] byPrepared = new long[searches];
    long[] byText = new long[searches];
    for (int i = 0; i < searches; i++) {
      long start = System.nanoTime();
      long expected = operator(store, queries[i % QUERIES]);
      long second = System.nanoTime();
      prepared.setObject(1, queries[i % QUERIES]);
      long found;
      try (ResultSet result = prepared.executeQuery()) {
        found = sum(result);
      }
      long third = System.nanoTime();
      long foundByText;
      try (ResultSet result = statement.executeQuery(texts[i % QUERIES])) {
        foundByText = sum(result);
      }
      long end = System.nanoTime();
      if (found != expected || foundByText != expected) {
        throw new IllegalStateException("the searches differ");
      }
      operator[i] = second - start;
      byPrepared[i] = third - second;
      byText[i] = end - third;
    }
    double base = median(operator);
    System.out.printf(
        Locale.ROOT,
        "operator p50 %.1f us; prepared %.1f us, %.1f above it; text %.1f us, %.1f above it%n",
        base,
        median(byPrepared),
        median(byPrepared) - base,
        median(byText),
        median(byText) - base);
  }

  private static double median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2] / 1e3;
  }

  private static long sum(ResultSet result) throws SQLException {
    long sum = 0;
    while (result.next()) {
      sum += result.getLong(1);
    }
    return sum;
  }

  private void fill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id BIGINT, v VECTOR(" + dimension + "))");
    }
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (int row = 0; row < rows; row++) {
        insert.setLong(1, row);
        insert.setObject(2, vectors[row]);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void fill(Store store) {
    List<ColumnDefinition> columns =
        List.of(
            new ColumnDefinition(
                ID, "id", SqlType.BIGINT, true, null, ColumnDefinition.Identity.NONE),
            new ColumnDefinition(
                VECTOR,
                "v",
                SqlType.vector(dimension),
                true,
                null,
                ColumnDefinition.Identity.NONE));
    ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, rows);
    ColumnBuilder values = new ColumnBuilder(SqlType.vector(dimension), rows);
    for (int row = 0; row < rows; row++) {
      ids.append((long) row);
      values.append(vectors[row]);
    }
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.change(
          new CatalogChange.CreateTable(
              new TableDefinition(TABLE, "public", "t", columns, List.of())));
      transaction.append(TABLE, new Batch(List.of(ids.build(), values.build()), rows));
      transaction.commit();
    }
  }

  private long operator(Store store, float[] query) {
    PlanNode plan =
        new PlanNode.VectorSearch(
            TABLE,
            List.of(ID),
            VECTOR,
            Metric.L2,
            new Expression.Literal(query, SqlType.vector(dimension)),
            null,
            null,
            new Expression.Literal((long) K, SqlType.BIGINT),
            Schema.of(
                new Field("id", SqlType.BIGINT, true),
                new Field("distance", SqlType.DOUBLE, true)));
    long sum = 0;
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
            sum += batch.column(0).getLong(row);
          }
        }
      }
    }
    return sum;
  }
}
