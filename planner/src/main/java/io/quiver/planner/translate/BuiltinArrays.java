package io.quiver.planner.translate;

import static io.quiver.planner.translate.ArgumentKind.ARRAY;
import static io.quiver.planner.translate.ArgumentKind.ELEMENT;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.planner.translate.ArrayFunctions.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlKind;

/** The functions over arrays, and under names that no call has what stands as signs. */
final class BuiltinArrays {
  private static final Map<SqlKind, ScalarFunction> ANY =
      Map.of(
          SqlKind.EQUALS, ScalarFunction.ANY_EQUAL,
          SqlKind.NOT_EQUALS, ScalarFunction.ANY_NOT_EQUAL,
          SqlKind.LESS_THAN, ScalarFunction.ANY_LESS,
          SqlKind.LESS_THAN_OR_EQUAL, ScalarFunction.ANY_LESS_OR_EQUAL,
          SqlKind.GREATER_THAN, ScalarFunction.ANY_GREATER,
          SqlKind.GREATER_THAN_OR_EQUAL, ScalarFunction.ANY_GREATER_OR_EQUAL);

  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinArrays() {}

  static List<FunctionBuilder> all() {
    BuiltinArrays arrays = new BuiltinArrays();
    arrays.addSigns();
    arrays.addLengths();
    arrays.addChanges();
    arrays.addTexts();
    return arrays.functions;
  }

  /** The name of the function that {@code x comparison ANY(array)} is. */
  static String anyName(SqlKind comparison) {
    return comparison.sql + " any";
  }

  private FunctionBuilder add(String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(FunctionCategory.ARRAY, name, description);
    functions.add(builder);
    return builder;
  }

  private FunctionBuilder ofArray(String name, String description) {
    return add(name, description).taking(ARRAY, "a");
  }

  private FunctionBuilder sign(String sign) {
    return add(sign, "");
  }

  private void addSigns() {
    sign("array[]")
        .optional()
        .taking(ELEMENT, "e")
        .repeated()
        .givesOfArrays(Result.ARRAY, ScalarFunction.ARRAY);
    sign("[]")
        .taking(ARRAY, "a")
        .integer("position")
        .givesOfArrays(Result.ELEMENT, ScalarFunction.ARRAY_ELEMENT);
    sign("@>").taking(ARRAY, "a", "b").givesOfArrays(Result.BOOLEAN, ScalarFunction.ARRAY_CONTAINS);
    sign("&&").taking(ARRAY, "a", "b").givesOfArrays(Result.BOOLEAN, ScalarFunction.ARRAY_OVERLAPS);
    ANY.forEach((comparison, function) ->
        sign(anyName(comparison))
            .taking(ELEMENT, "e")
            .taking(ARRAY, "a")
            .givesOfArrays(Result.BOOLEAN, function));
  }

  private void addLengths() {
    ofArray("cardinality", "how many elements")
        .givesOfArrays(Result.INTEGER, ScalarFunction.CARDINALITY);
    ofArray("array_length", "the same; NULL of an empty array")
        .integer("dimension")
        .givesOfArrays(Result.INTEGER, ScalarFunction.ARRAY_LENGTH);
    ofArray("array_position", "where the element first is, NULL too; else NULL")
        .taking(ELEMENT, "e")
        .optional()
        .integer("from")
        .givesOfArrays(Result.INTEGER, ScalarFunction.ARRAY_POSITION);
  }

  private void addChanges() {
    ofArray("array_append", "the element behind the array; as ||")
        .taking(ELEMENT, "e")
        .givesOfArrays(Result.ARRAY, ScalarFunction.ARRAY_APPEND);
    add("array_prepend", "the element before the array; as ||")
        .taking(ELEMENT, "e")
        .taking(ARRAY, "a")
        .givesOfArrays(Result.ARRAY, ScalarFunction.ARRAY_PREPEND);
    ofArray("array_cat", "one behind the other; as ||")
        .taking(ARRAY, "b")
        .givesOfArrays(Result.ARRAY, ScalarFunction.ARRAY_CAT);
    ofArray("array_remove", "the array without that element, NULL too")
        .taking(ELEMENT, "e")
        .givesOfArrays(Result.ARRAY, ScalarFunction.ARRAY_REMOVE);
  }

  private void addTexts() {
    ofArray(
            "array_to_string",
            "the elements as text; NULLs are left out unless it says what they are")
        .text("delimiter")
        .optional()
        .text("null")
        .givesOfArrays(Result.TEXT, ScalarFunction.ARRAY_TO_STRING);
    add("string_to_array", "the parts of a text; its characters where the delimiter is NULL")
        .text("t", "delimiter")
        .optional()
        .text("null")
        .givesOfArrays(Result.ARRAY, ScalarFunction.STRING_TO_ARRAY);
  }
}
