package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.batch;
import static io.quiver.executor.expression.Evaluation.call;
import static io.quiver.executor.expression.Evaluation.cast;
import static io.quiver.executor.expression.Evaluation.column;
import static io.quiver.executor.expression.Evaluation.evaluate;
import static io.quiver.executor.expression.Evaluation.input;
import static io.quiver.executor.expression.Evaluation.literal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class VectorFunctionsTest {
  private static final SqlType PAIR = SqlType.vector(2);
  private static final Batch ROWS =
      batch(
          column(PAIR, new float[] {3, 4}, null, new float[] {0, 0}, new float[] {-1, 1}),
          column(PAIR, new float[] {0, 0}, new float[] {1, 1}, new float[] {1, 1}, null));
  private static final Expression A = input(0, PAIR);
  private static final Expression B = input(1, PAIR);
  private static final Expression ONES = literal(new float[] {1, 1}, PAIR);

  private static Expression distance(ScalarFunction function, Expression a, Expression b) {
    return call(function, SqlType.DOUBLE, a, b);
  }

  @Test
  void distancesToAConstantAndToAColumn() {
    assertThat(evaluate(distance(ScalarFunction.L2_DISTANCE, A, B), ROWS))
        .containsExactly(5.0, null, Math.sqrt(2), null);
    Expression squared = distance(ScalarFunction.L2_SQUARED_DISTANCE, A, ONES);
    assertThat(evaluate(squared, ROWS)).containsExactly(13.0, null, 2.0, 4.0);
    assertThat(evaluate(distance(ScalarFunction.L1_DISTANCE, ONES, A), ROWS))
        .containsExactly(5.0, null, 2.0, 2.0);
    assertThat(evaluate(distance(ScalarFunction.INNER_PRODUCT, A, ONES), ROWS))
        .containsExactly(7.0, null, 0.0, 0.0);
    assertThat(evaluate(distance(ScalarFunction.NEGATIVE_INNER_PRODUCT, A, ONES), ROWS))
        .containsExactly(-7.0, null, 0.0, 0.0);
  }

  @Test
  void theCosineOfAZeroVectorIsNull() {
    assertThat(evaluate(distance(ScalarFunction.COSINE_DISTANCE, A, ONES), ROWS))
        .element(2)
        .isNull();
    assertThat(evaluate(distance(ScalarFunction.COSINE_SIMILARITY, A, ONES), ROWS))
        .element(3)
        .isEqualTo(0.0);
    assertThat(evaluate(distance(ScalarFunction.COSINE_DISTANCE, A, B), ROWS))
        .containsExactly(null, null, null, null);
  }

  @Test
  void functionsOfOneVector() {
    assertThat(evaluate(call(ScalarFunction.VECTOR_DIMS, SqlType.INTEGER, A), ROWS))
        .containsExactly(2, null, 2, 2);
    assertThat(evaluate(call(ScalarFunction.VECTOR_NORM, SqlType.DOUBLE, A), ROWS))
        .containsExactly(5.0, null, 0.0, Math.sqrt(2));
    Column unit =
        ExpressionEvaluator.compile(call(ScalarFunction.L2_NORMALIZE, PAIR, A), Evaluation.CONTEXT)
            .evaluate(ROWS);
    assertThat(unit.getFloats(0)).containsExactly(0.6f, 0.8f);
    assertThat(unit.isNull(1)).isTrue();
    assertThat(unit.getFloats(2)).containsExactly(0, 0);
  }

  @Test
  void castsKeepDimensionsApart() {
    assertThat((float[]) cast("[1, 2.5]", SqlType.TEXT, PAIR)).containsExactly(1, 2.5f);
    SqlType any = new SqlType.Vector(0, SqlType.Element.FLOAT32);
    assertThat((float[]) cast("[1,2,3]", SqlType.TEXT, any)).containsExactly(1, 2, 3);
    assertThat(cast(new float[] {1, 2.5f}, PAIR, SqlType.TEXT)).isEqualTo("[1,2.5]");
    assertThat(cast(null, PAIR, SqlType.vector(3))).isNull();
    assertMismatch(() -> cast(new float[] {1, 2}, PAIR, SqlType.vector(3)));
    assertMismatch(() -> cast("[1,2,3]", SqlType.TEXT, PAIR));
    Expression three = literal(new float[] {1, 2, 3}, SqlType.vector(3));
    assertMismatch(() -> evaluate(distance(ScalarFunction.L2_DISTANCE, A, three), ROWS));
    assertThatThrownBy(() -> cast("[1,NaN]", SqlType.TEXT, PAIR))
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_TEXT_REPRESENTATION));
  }

  private static void assertMismatch(ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DIMENSION_MISMATCH));
  }
}
