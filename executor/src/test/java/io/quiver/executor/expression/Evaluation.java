package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Short ways to write expressions and batches in tests. */
final class Evaluation {
  static final EvaluationContext CONTEXT =
      new EvaluationContext(
          List.of(), Instant.parse("2024-02-29T12:30:45.123456789Z"), "db", "ann", "Quiver 0.1");

  static final List<ScalarFunction> COMPARISONS =
      List.of(
          ScalarFunction.EQUAL,
          ScalarFunction.NOT_EQUAL,
          ScalarFunction.LESS,
          ScalarFunction.LESS_OR_EQUAL,
          ScalarFunction.GREATER,
          ScalarFunction.GREATER_OR_EQUAL);

  private Evaluation() {}

  static Column column(SqlType type, @Nullable Object... values) {
    ColumnBuilder builder = new ColumnBuilder(type, values.length);
    for (Object value : values) {
      builder.append(value);
    }
    return builder.build();
  }

  static Batch batch(Column... columns) {
    return new Batch(List.of(columns), columns[0].length());
  }

  static Expression input(int index, SqlType type) {
    return new Expression.InputColumn(index, type);
  }

  static Expression literal(@Nullable Object value, SqlType type) {
    return new Expression.Literal(value, type);
  }

  static Expression text(@Nullable String value) {
    return literal(value, SqlType.TEXT);
  }

  static Expression call(ScalarFunction function, SqlType type, Expression... arguments) {
    return new Expression.Call(function, List.of(arguments), type);
  }

  static List<@Nullable Object> values(Column column) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < column.length(); i++) {
      values.add(column.get(i));
    }
    return values;
  }

  static List<@Nullable Object> evaluate(Expression expression, Batch batch) {
    return values(ExpressionEvaluator.compile(expression, CONTEXT).evaluate(batch));
  }

  static int[] select(Expression expression, Batch batch) {
    int[] rows = new int[batch.rowCount()];
    int count = ExpressionEvaluator.compile(expression, CONTEXT).select(batch, rows);
    return Arrays.copyOf(rows, count);
  }

  /** The value of an expression over literals, computed once by folding and once over rows. */
  static @Nullable Object constant(ScalarFunction function, SqlType type, Expression... arguments) {
    return ExpressionEvaluator.compile(call(function, type, arguments), CONTEXT).constant();
  }

  static @Nullable Object cast(@Nullable Object value, SqlType from, SqlType to) {
    Expression cast = new Expression.Cast(literal(value, from), to);
    return ExpressionEvaluator.compile(cast, CONTEXT).constant();
  }
}
