package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.sql.VectorFunction;
import java.util.Map;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** Calcite's operators in the executor's words. */
final class ScalarOperators {
  private static final Map<SqlKind, ScalarFunction> COMPARISONS =
      Map.of(
          SqlKind.EQUALS, ScalarFunction.EQUAL,
          SqlKind.NOT_EQUALS, ScalarFunction.NOT_EQUAL,
          SqlKind.LESS_THAN, ScalarFunction.LESS,
          SqlKind.LESS_THAN_OR_EQUAL, ScalarFunction.LESS_OR_EQUAL,
          SqlKind.GREATER_THAN, ScalarFunction.GREATER,
          SqlKind.GREATER_THAN_OR_EQUAL, ScalarFunction.GREATER_OR_EQUAL,
          SqlKind.IS_DISTINCT_FROM, ScalarFunction.IS_DISTINCT_FROM,
          SqlKind.IS_NOT_DISTINCT_FROM, ScalarFunction.IS_NOT_DISTINCT_FROM);
  private static final Map<SqlKind, ScalarFunction> BOOLEAN =
      Map.of(
          SqlKind.AND, ScalarFunction.AND,
          SqlKind.OR, ScalarFunction.OR,
          SqlKind.NOT, ScalarFunction.NOT,
          SqlKind.IS_NULL, ScalarFunction.IS_NULL,
          SqlKind.IS_NOT_NULL, ScalarFunction.IS_NOT_NULL,
          SqlKind.IS_TRUE, ScalarFunction.IS_TRUE,
          SqlKind.IS_FALSE, ScalarFunction.IS_FALSE,
          SqlKind.IS_NOT_TRUE, ScalarFunction.IS_NOT_TRUE,
          SqlKind.IS_NOT_FALSE, ScalarFunction.IS_NOT_FALSE);
  private static final Map<SqlKind, ScalarFunction> ARITHMETIC =
      Map.of(
          SqlKind.PLUS, ScalarFunction.ADD,
          SqlKind.MINUS, ScalarFunction.SUBTRACT,
          SqlKind.TIMES, ScalarFunction.MULTIPLY,
          SqlKind.DIVIDE, ScalarFunction.DIVIDE,
          SqlKind.MOD, ScalarFunction.MOD,
          SqlKind.MINUS_PREFIX, ScalarFunction.NEGATE);

  private ScalarOperators() {}

  static @Nullable ScalarFunction comparison(SqlKind kind) {
    return COMPARISONS.get(kind);
  }

  static @Nullable ScalarFunction logic(SqlKind kind) {
    return BOOLEAN.get(kind);
  }

  static @Nullable ScalarFunction arithmetic(SqlKind kind) {
    return ARITHMETIC.get(kind);
  }

  /** Null for TO_VECTOR and TO_TEXT, which are casts. */
  static @Nullable ScalarFunction vector(VectorFunction function) {
    return switch (function) {
      case L2_DISTANCE -> ScalarFunction.L2_DISTANCE;
      case L2_SQUARED_DISTANCE -> ScalarFunction.L2_SQUARED_DISTANCE;
      case COSINE_DISTANCE -> ScalarFunction.COSINE_DISTANCE;
      case COSINE_SIMILARITY -> ScalarFunction.COSINE_SIMILARITY;
      case INNER_PRODUCT -> ScalarFunction.INNER_PRODUCT;
      case NEGATIVE_INNER_PRODUCT -> ScalarFunction.NEGATIVE_INNER_PRODUCT;
      case L1_DISTANCE -> ScalarFunction.L1_DISTANCE;
      case VECTOR_DIMS -> ScalarFunction.VECTOR_DIMS;
      case VECTOR_NORM -> ScalarFunction.VECTOR_NORM;
      case L2_NORMALIZE -> ScalarFunction.L2_NORMALIZE;
      case HAMMING_DISTANCE -> ScalarFunction.HAMMING_DISTANCE;
      case JACCARD_DISTANCE -> ScalarFunction.JACCARD_DISTANCE;
      case BINARY_QUANTIZE -> ScalarFunction.BINARY_QUANTIZE;
      case SUBVECTOR -> ScalarFunction.SUBVECTOR;
      case ADD -> ScalarFunction.VECTOR_ADD;
      case SUBTRACT -> ScalarFunction.VECTOR_SUBTRACT;
      case MULTIPLY -> ScalarFunction.VECTOR_MULTIPLY;
      case CONCAT -> ScalarFunction.VECTOR_CONCAT;
      case TO_VECTOR, TO_TEXT -> null;
    };
  }
}
