package io.quiver.sql;

import java.util.List;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.type.ReturnTypes;
import org.apache.calcite.sql.type.SqlReturnTypeInference;
import org.apache.calcite.sql.util.ReflectiveSqlOperatorTable;
import org.jspecify.annotations.Nullable;

/**
 * The operators and functions over vectors, for the validator's operator table. What each computes
 * is its {@link VectorFunction}; {@code VECTOR_DISTANCE} is rewritten to one of the others before
 * it is validated.
 */
public final class VectorOperators extends ReflectiveSqlOperatorTable {
  /** As PostgreSQL's "other operators": looser than {@code + -}, tighter than comparisons. */
  private static final int PRECEDENCE = 38;

  public static final SqlBinaryOperator L2 = infix("<->");
  public static final SqlBinaryOperator NEGATIVE_INNER_PRODUCT = infix("<#>");
  public static final SqlBinaryOperator COSINE = infix("<=>");
  public static final SqlBinaryOperator L1 = infix("<+>");
  public static final SqlBinaryOperator HAMMING = infix("<~>");
  public static final SqlBinaryOperator JACCARD = infix("<%>");

  public static final SqlFunction L2_DISTANCE = distance("l2_distance");
  public static final SqlFunction EUCLIDEAN_DISTANCE = distance("euclidean_distance");
  public static final SqlFunction VEC_DISTANCE_EUCLIDEAN = distance("vec_distance_euclidean");
  public static final SqlFunction L2_SQUARED_DISTANCE = distance("l2_squared_distance");
  public static final SqlFunction COSINE_DISTANCE = distance("cosine_distance");
  public static final SqlFunction VEC_DISTANCE_COSINE = distance("vec_distance_cosine");
  public static final SqlFunction COSINE_SIMILARITY = distance("cosine_similarity");
  public static final SqlFunction INNER_PRODUCT = distance("inner_product");
  public static final SqlFunction NEGATIVE_INNER_PRODUCT_FUNCTION =
      distance("negative_inner_product");
  public static final SqlFunction L1_DISTANCE = distance("l1_distance");
  public static final SqlFunction TAXICAB_DISTANCE = distance("taxicab_distance");
  public static final SqlFunction HAMMING_DISTANCE = distance("hamming_distance");
  public static final SqlFunction JACCARD_DISTANCE = distance("jaccard_distance");
  public static final SqlFunction VECTOR_DISTANCE = new VectorDistanceFunction();

  public static final SqlFunction VECTOR_DIMS =
      overOne("vector_dims", ReturnTypes.INTEGER_NULLABLE);
  public static final SqlFunction VECTOR_NORM = overOne("vector_norm", ReturnTypes.DOUBLE_NULLABLE);
  public static final SqlFunction L2_NORM = overOne("l2_norm", ReturnTypes.DOUBLE_NULLABLE);
  public static final SqlFunction L2_NORMALIZE = overOne("l2_normalize", ReturnTypes.ARG0_NULLABLE);
  public static final SqlFunction TO_VECTOR = overOne("to_vector", ReturnTypes.ARG0_NULLABLE);
  public static final SqlFunction VEC_FROMTEXT = overOne("vec_fromtext", ReturnTypes.ARG0_NULLABLE);

  public static final SqlFunction VEC_TOTEXT = overOne("vec_totext", ReturnTypes.VARCHAR_NULLABLE);
  public static final SqlFunction BINARY_QUANTIZE =
      overOne("binary_quantize", VectorResults.BINARY);
  public static final SqlFunction SUBVECTOR = new SubvectorFunction();

  /** What {@code + - * ||} become where an operand is a vector. */
  public static final SqlFunction VECTOR_ADD = overTwo("vector_add", VectorResults.COMMON);

  public static final SqlFunction VECTOR_SUBTRACT = overTwo("vector_sub", VectorResults.COMMON);
  public static final SqlFunction VECTOR_MULTIPLY = overTwo("vector_mul", VectorResults.COMMON);
  public static final SqlFunction VECTOR_CONCAT = overTwo("vector_concat", VectorResults.CONCAT);

  /** What SUM and AVG become where the argument is a vector. */
  public static final SqlAggFunction VECTOR_SUM = new VectorAggregate("vector_sum", SqlKind.SUM);

  public static final SqlAggFunction VECTOR_AVG = new VectorAggregate("vector_avg", SqlKind.AVG);

  /** The {@code ::} of the grammar, which no table of Calcite's standard operators holds. */
  public static final SqlOperator INFIX_CAST = SqlLibraryOperators.INFIX_CAST;

  /** Declared last: it collects the fields above. */
  public static final VectorOperators INSTANCE = new VectorOperators();

  private VectorOperators() {
    init();
  }

  /** What an operator over vectors computes; null for any other operator. */
  public static @Nullable VectorFunction function(SqlOperator operator) {
    if (operator.equals(INFIX_CAST)
        || operator instanceof SqlAggFunction
        || !INSTANCE.getOperatorList().contains(operator)) {
      return null;
    }
    return switch (operator.getName()) {
      case "<->", "l2_distance", "euclidean_distance", "vec_distance_euclidean" ->
          VectorFunction.L2_DISTANCE;
      case "l2_squared_distance" -> VectorFunction.L2_SQUARED_DISTANCE;
      case "<=>", "cosine_distance", "vec_distance_cosine" -> VectorFunction.COSINE_DISTANCE;
      case "cosine_similarity" -> VectorFunction.COSINE_SIMILARITY;
      case "inner_product" -> VectorFunction.INNER_PRODUCT;
      case "<#>", "negative_inner_product" -> VectorFunction.NEGATIVE_INNER_PRODUCT;
      case "<+>", "l1_distance", "taxicab_distance" -> VectorFunction.L1_DISTANCE;
      case "<~>", "hamming_distance" -> VectorFunction.HAMMING_DISTANCE;
      case "<%>", "jaccard_distance" -> VectorFunction.JACCARD_DISTANCE;
      case "vector_dims" -> VectorFunction.VECTOR_DIMS;
      case "vector_norm", "l2_norm" -> VectorFunction.VECTOR_NORM;
      case "l2_normalize" -> VectorFunction.L2_NORMALIZE;
      case "to_vector", "vec_fromtext" -> VectorFunction.TO_VECTOR;
      case "vec_totext" -> VectorFunction.TO_TEXT;
      case "binary_quantize" -> VectorFunction.BINARY_QUANTIZE;
      case "subvector" -> VectorFunction.SUBVECTOR;
      case "vector_add" -> VectorFunction.ADD;
      case "vector_sub" -> VectorFunction.SUBTRACT;
      case "vector_mul" -> VectorFunction.MULTIPLY;
      case "vector_concat" -> VectorFunction.CONCAT;
      default -> throw new IllegalStateException("no meaning for " + operator.getName());
    };
  }

  /** The function that VECTOR_DISTANCE means with a metric of this name, or null. */
  static @Nullable SqlFunction forMetric(String name) {
    return switch (name) {
      case "cosine" -> COSINE_DISTANCE;
      case "euclidean", "l2" -> L2_DISTANCE;
      case "euclidean_squared", "l2_squared" -> L2_SQUARED_DISTANCE;
      case "dot", "negative_inner_product" -> NEGATIVE_INNER_PRODUCT_FUNCTION;
      case "manhattan", "taxicab", "l1" -> L1_DISTANCE;
      case "hamming" -> HAMMING_DISTANCE;
      case "jaccard" -> JACCARD_DISTANCE;
      default -> null;
    };
  }

  static final List<String> METRIC_NAMES =
      List.of("COSINE", "EUCLIDEAN", "EUCLIDEAN_SQUARED", "DOT", "MANHATTAN", "HAMMING", "JACCARD");

  private static SqlBinaryOperator infix(String name) {
    return new SqlBinaryOperator(
        name,
        SqlKind.OTHER_FUNCTION,
        PRECEDENCE,
        true,
        ReturnTypes.DOUBLE_NULLABLE,
        VectorOperands.SAME_VECTOR,
        VectorOperands.TWO);
  }

  /** The function that an operator or aggregate of numbers means over vectors, or null. */
  public static @Nullable SqlFunction overVectors(SqlOperator operator) {
    return switch (operator.getName()) {
      case "+" -> VECTOR_ADD;
      case "-" -> operator.getKind() == SqlKind.MINUS ? VECTOR_SUBTRACT : null;
      case "*" -> VECTOR_MULTIPLY;
      case "||" -> VECTOR_CONCAT;
      case "SUM" -> VECTOR_SUM;
      case "AVG" -> VECTOR_AVG;
      default -> null;
    };
  }

  private static SqlFunction distance(String name) {
    return overTwo(name, ReturnTypes.DOUBLE_NULLABLE);
  }

  private static SqlFunction overTwo(String name, SqlReturnTypeInference returnType) {
    return new SqlFunction(
        name,
        SqlKind.OTHER_FUNCTION,
        returnType,
        VectorOperands.SAME_VECTOR,
        VectorOperands.TWO,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }

  private static SqlFunction overOne(String name, SqlReturnTypeInference returnType) {
    return new SqlFunction(
        name,
        SqlKind.OTHER_FUNCTION,
        returnType,
        VectorOperands.SAME_VECTOR,
        VectorOperands.ONE,
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }
}
