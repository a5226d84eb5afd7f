package io.quiver.executor.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.types.VectorText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the tests of operators share: small plans, and running them. */
final class Plans {
  private static final long PLENTY = 1L << 32;

  private Plans() {}

  static ExecutionContext context(TestTables tables, long memoryBytes, BooleanSupplier cancelled) {
    return new ExecutionContext(
        tables.snapshot(),
        tables,
        List.of(),
        new QueryMemory(memoryBytes),
        cancelled,
        Instant.EPOCH,
        new ExecutionContext.SessionNames("test", "tester", "0"),
        table -> {
          throw new IllegalStateException("no system tables here");
        });
  }

  static ExecutionContext context(TestTables tables) {
    return context(tables, PLENTY, () -> false);
  }

  /** Runs a plan that reads no table. */
  static List<List<@Nullable Object>> run(PlanNode plan) {
    return run(plan, new TestTables());
  }

  /** Runs a plan, and checks what must hold of every run: sizes, types, and no leak. */
  static List<List<@Nullable Object>> run(PlanNode plan, TestTables tables) {
    return run(plan, context(tables));
  }

  static List<List<@Nullable Object>> run(PlanNode plan, ExecutionContext context) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (Operator operator = OperatorBuilder.build(plan, context)) {
      for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
        assertThat(batch.rowCount()).isBetween(1, Batch.ROWS);
        assertThat(batch.columns().stream().map(Column::type))
            .isEqualTo(plan.schema().fields().stream().map(Field::type).toList());
        for (int row = 0; row < batch.rowCount(); row++) {
          rows.add(row(batch, row));
        }
      }
      assertThat(operator.next()).isNull();
    } finally {
      // The operator is closed by now, and nothing may be left of what it took.
      assertThat(context.memory().usedBytes()).isZero();
    }
    return rows;
  }

  /** A batch that must be there. */
  static Batch next(Operator operator) {
    Batch batch = operator.next();
    if (batch == null) {
      throw new AssertionError("no more rows");
    }
    return batch;
  }

  /** A row whose values have equals: vectors as text. */
  static List<@Nullable Object> row(Batch batch, int row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Column column : batch.columns()) {
      values.add(comparable(column.get(row)));
    }
    return values;
  }

  static @Nullable Object comparable(@Nullable Object value) {
    return value instanceof float[] vector ? VectorText.format(vector) : value;
  }

  static Schema schema(SqlType... types) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      fields.add(new Field("c" + i, types[i], true));
    }
    return new Schema(fields);
  }

  static PlanNode.Values values(Schema schema, List<List<@Nullable Object>> rows) {
    List<List<Expression>> expressions = new ArrayList<>();
    for (List<@Nullable Object> row : rows) {
      List<Expression> literals = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        literals.add(new Expression.Literal(row.get(i), schema.type(i)));
      }
      expressions.add(literals);
    }
    return new PlanNode.Values(expressions, schema);
  }

  static PlanNode.Scan scan(
      TableId table, @Nullable Expression filter, Schema schema, int... columns) {
    List<ColumnId> ids = new ArrayList<>();
    for (int column : columns) {
      ids.add(new ColumnId(column));
    }
    return new PlanNode.Scan(table, ids, filter, schema);
  }

  static Expression column(int index, SqlType type) {
    return new Expression.InputColumn(index, type);
  }

  static Expression literal(@Nullable Object value, SqlType type) {
    return new Expression.Literal(value, type);
  }

  static Expression bigint(long value) {
    return literal(value, SqlType.BIGINT);
  }

  static Expression call(ScalarFunction function, Expression... arguments) {
    return new Expression.Call(function, List.of(arguments), SqlType.BOOLEAN);
  }

  /** A value from a small domain, so that duplicates and nulls are frequent. */
  static @Nullable Object randomValue(Random random, SqlType type, int domain) {
    if (random.nextInt(8) == 0) {
      return null;
    }
    int number = random.nextInt(domain);
    if (type.equals(SqlType.INTEGER)) {
      return number;
    }
    if (type.equals(SqlType.BIGINT)) {
      return (long) number - domain / 2;
    }
    if (type.equals(SqlType.DOUBLE)) {
      return number / 4.0;
    }
    if (type.equals(SqlType.REAL)) {
      return number / 2f;
    }
    if (type.equals(SqlType.BOOLEAN)) {
      return (number & 1) == 0;
    }
    if (type instanceof SqlType.Varchar) {
      return "value number " + number;
    }
    float[] vector = new float[((SqlType.Vector) type).dimension()];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = random.nextInt(-domain, domain);
    }
    return vector;
  }

  static List<List<@Nullable Object>> randomRows(
      Random random, int count, int domain, SqlType... types) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (SqlType type : types) {
        row.add(randomValue(random, type, domain));
      }
      rows.add(row);
    }
    return rows;
  }
}
