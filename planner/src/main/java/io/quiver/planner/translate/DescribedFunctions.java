package io.quiver.planner.translate;

import io.quiver.planner.translate.FunctionInfo.Form;
import java.util.ArrayList;
import java.util.List;

/** What is told of the functions that Calcite or the vector operators define. */
final class DescribedFunctions {
  private final List<FunctionInfo> infos = new ArrayList<>();

  private DescribedFunctions() {}

  static List<FunctionInfo> all() {
    DescribedFunctions functions = new DescribedFunctions();
    functions.add(
        FunctionCategory.CONDITION, "nullif", "a same, b same", "same", "NULL where a = b, else a");
    functions.add(
        FunctionCategory.ARRAY,
        "unnest",
        "a array",
        "any",
        "in FROM: a row for each element, none for NULL; WITH ORDINALITY its position too");
    functions.addVectors();
    functions.addAggregates();
    functions.addWindows();
    return functions.infos;
  }

  private void add(
      FunctionCategory category,
      String name,
      String parameters,
      String returns,
      String description,
      String... aliases) {
    List<Form> forms = List.of(new Form(parameters, returns));
    infos.add(new FunctionInfo(name, null, category, forms, description));
    for (String alias : aliases) {
      infos.add(new FunctionInfo(alias, name, category, forms, description));
    }
  }

  private void distance(String name, String description, String... aliases) {
    add(FunctionCategory.VECTOR, name, "a vector, b vector", "double", description, aliases);
  }

  private void vector(String name, String parameters, String returns, String description) {
    add(FunctionCategory.VECTOR, name, parameters, returns, description);
  }

  private void addVectors() {
    distance(
        "l2_distance",
        "the Euclidean distance; as <->",
        "euclidean_distance",
        "vec_distance_euclidean");
    distance("l2_squared_distance", "the Euclidean distance, squared");
    distance("cosine_distance", "1 less the cosine of the angle; as <=>", "vec_distance_cosine");
    distance("cosine_similarity", "the cosine of the angle");
    distance("inner_product", "the sum of the products");
    distance("negative_inner_product", "the same with its sign turned; as <#>");
    distance("l1_distance", "the sum of the differences; as <+>", "taxicab_distance");
    distance("hamming_distance", "how many bits differ; as <~>");
    distance("jaccard_distance", "the share of set bits that differ; as <%>");
    vector(
        "vector_distance",
        "a vector, b vector [, metric]",
        "double",
        "the distance of a metric such as COSINE or EUCLIDEAN");
    vector("vector_dims", "v vector", "integer", "how many dimensions");
    vector("vector_norm", "v vector", "double", "the Euclidean length");
    vector("l2_norm", "v vector", "double", "the Euclidean length");
    vector("l2_normalize", "v vector", "vector", "the vector of length 1; a zero vector stays");
    vector("to_vector", "t text", "vector", "the vector that a text such as [1, 2] writes");
    vector("vec_fromtext", "t text", "vector", "the vector that a text such as [1, 2] writes");
    vector("vec_totext", "v vector", "text", "the vector's text");
    vector(
        "subvector",
        "v vector, from integer, count integer",
        "vector",
        "some dimensions, counted from 1");
    vector("binary_quantize", "v vector", "vector", "BINARY: whether each element is above zero");
    // The plain names of + - * ||.
    vector("vector_add", "a vector, b vector", "vector", "element by element; as +");
    vector("vector_sub", "a vector, b vector", "vector", "element by element; as -");
    vector("vector_mul", "a vector, b vector", "vector", "element by element; as *");
    vector("vector_concat", "a vector, b vector", "vector", "the one behind the other; as ||");
  }

  private void aggregate(
      String name, String parameters, String returns, String description, String... aliases) {
    add(FunctionCategory.AGGREGATE, name, parameters, returns, description, aliases);
  }

  private void addAggregates() {
    aggregate("count", "*, or value any", "bigint", "how many rows, or values that are not NULL");
    aggregate("sum", "value number", "same", "the sum; of vectors element by element");
    aggregate("avg", "value number", "same", "the mean; of vectors element by element");
    aggregate("min", "value any", "same", "the least");
    aggregate("max", "value any", "same", "the greatest");
    aggregate("any_value", "value any", "same", "one of the values");
    aggregate("bool_and", "value boolean", "boolean", "whether all are true", "every");
    aggregate("bool_or", "value boolean", "boolean", "whether one is true");
    aggregate("array_agg", "value any", "array", "the values, NULLs too");
    aggregate("string_agg", "value text, separator text", "text", "the texts as one");
    aggregate("listagg", "value text [, separator text]", "text", "the texts as one");
    aggregate(
        "stddev", "value number", "double", "the standard deviation of a sample", "stddev_samp");
    aggregate("stddev_pop", "value number", "double", "the standard deviation of all");
    aggregate("variance", "value number", "double", "the variance of a sample", "var_samp");
    aggregate("var_pop", "value number", "double", "the variance of all");
    aggregate(
        "grouping", "value any", "bigint", "1 where a ROLLUP, CUBE or GROUPING SETS left it out");
  }

  private void window(String name, String parameters, String returns, String description) {
    add(FunctionCategory.WINDOW, name, parameters, returns, description);
  }

  private void addWindows() {
    window("row_number", "", "bigint", "the row's number, from 1");
    window("rank", "", "bigint", "the same for equal rows, with gaps after them");
    window("dense_rank", "", "bigint", "the same for equal rows, without gaps");
    window("percent_rank", "", "double", "the rank from 0 to 1");
    window("cume_dist", "", "double", "the share of rows up to this and its equals");
    window("ntile", "n integer", "bigint", "which of n parts of equal size, from 1");
    window("lag", "value any [, n integer [, default any]]", "same", "that n rows before");
    window("lead", "value any [, n integer [, default any]]", "same", "that n rows after");
    window("first_value", "value any", "same", "that of the frame's first row");
    window("last_value", "value any", "same", "that of the frame's last row");
    window("nth_value", "value any, n integer", "same", "that of the frame's n-th row");
  }
}
