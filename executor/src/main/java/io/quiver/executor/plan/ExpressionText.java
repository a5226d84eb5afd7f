package io.quiver.executor.plan;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.VectorText;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Expressions as SQL-like text, for people who read plans. */
final class ExpressionText {
  private static final int VECTOR_ELEMENTS_SHOWN = 3;
  private static final int SET_VALUES_SHOWN = 5;

  private ExpressionText() {}

  /**
   * The expression as text.
   *
   * @param columns the names of the input's columns
   */
  static String of(Expression expression, List<String> columns) {
    return switch (expression) {
      case Expression.InputColumn input -> columns.get(input.index());
      case Expression.Literal literal -> literal(literal.value());
      case Expression.Parameter parameter -> "?" + (parameter.index() + 1);
      case Expression.OuterColumn outer -> "outer." + (outer.number() + 1);
      case Expression.Call call -> call(call.function(), texts(call.arguments(), columns));
      case Expression.UserCall call ->
          call.function().name() + "(" + String.join(", ", texts(call.arguments(), columns)) + ")";
      case Expression.Cast cast ->
          "CAST(" + of(cast.operand(), columns) + " AS " + cast.type().sqlName() + ")";
      case Expression.Case choice -> choice(choice, columns);
      case Expression.InSet in -> of(in.operand(), columns) + " IN " + set(in);
    };
  }

  static String literal(@Nullable Object value) {
    return switch (value) {
      case null -> "NULL";
      case String text -> "'" + text.replace("'", "''") + "'";
      case LocalDate date -> "DATE '" + date + "'";
      case LocalDateTime time -> "TIMESTAMP '" + time.toString().replace('T', ' ') + "'";
      case List<?> array ->
          array.stream()
              .map(ExpressionText::literal)
              .collect(Collectors.joining(", ", "ARRAY[", "]"));
      case float[] vector -> "'" + vector(vector) + "'";
      case Boolean truth -> truth ? "TRUE" : "FALSE";
      default -> value.toString();
    };
  }

  private static String vector(float[] vector) {
    if (vector.length <= VECTOR_ELEMENTS_SHOWN) {
      return VectorText.format(vector);
    }
    float[] start = Arrays.copyOf(vector, VECTOR_ELEMENTS_SHOWN);
    String text = VectorText.format(start);
    return text.substring(0, text.length() - 1) + ",... " + vector.length + "]";
  }

  private static String set(Expression.InSet in) {
    TreeSet<String> values = new TreeSet<>();
    for (Object value : in.values()) {
      values.add(literal(value));
    }
    List<String> shown = new ArrayList<>(values);
    if (shown.size() > SET_VALUES_SHOWN) {
      int more = shown.size() - SET_VALUES_SHOWN;
      shown = new ArrayList<>(shown.subList(0, SET_VALUES_SHOWN));
      shown.add("... " + more + " more");
    }
    return "(" + String.join(", ", shown) + ")";
  }

  private static String choice(Expression.Case choice, List<String> columns) {
    StringBuilder text = new StringBuilder("CASE");
    for (Expression.Branch branch : choice.branches()) {
      text.append(" WHEN ").append(of(branch.condition(), columns));
      text.append(" THEN ").append(of(branch.result(), columns));
    }
    return text.append(" ELSE ").append(of(choice.otherwise(), columns)).append(" END").toString();
  }

  private static List<String> texts(List<Expression> expressions, List<String> columns) {
    List<String> texts = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      String text = of(expression, columns);
      texts.add(isInfix(expression) ? "(" + text + ")" : text);
    }
    return texts;
  }

  private static boolean isInfix(Expression expression) {
    return expression instanceof Expression.Call call
        && (operator(call.function()) != null
            || suffix(call.function()) != null
            || call.function() == ScalarFunction.NOT);
  }

  private static String call(ScalarFunction function, List<String> arguments) {
    String operator = operator(function);
    if (operator != null) {
      return String.join(" " + operator + " ", arguments);
    }
    String suffix = suffix(function);
    if (suffix != null) {
      return arguments.getFirst() + suffix;
    }
    if (function == ScalarFunction.NOT) {
      return "NOT " + arguments.getFirst();
    }
    if (function == ScalarFunction.NEGATE) {
      return "-" + arguments.getFirst();
    }
    return function.name().toLowerCase(Locale.ROOT) + "(" + String.join(", ", arguments) + ")";
  }

  private static @Nullable String suffix(ScalarFunction function) {
    return switch (function) {
      case IS_NULL -> " IS NULL";
      case IS_NOT_NULL -> " IS NOT NULL";
      case IS_TRUE -> " IS TRUE";
      case IS_FALSE -> " IS FALSE";
      case IS_NOT_TRUE -> " IS NOT TRUE";
      case IS_NOT_FALSE -> " IS NOT FALSE";
      default -> null;
    };
  }

  private static @Nullable String operator(ScalarFunction function) {
    return switch (function) {
      case AND -> "AND";
      case OR -> "OR";
      case IS_DISTINCT_FROM -> "IS DISTINCT FROM";
      case IS_NOT_DISTINCT_FROM -> "IS NOT DISTINCT FROM";
      case EQUAL -> "=";
      case NOT_EQUAL -> "<>";
      case LESS -> "<";
      case LESS_OR_EQUAL -> "<=";
      case GREATER -> ">";
      case GREATER_OR_EQUAL -> ">=";
      case ADD -> "+";
      case SUBTRACT -> "-";
      case MULTIPLY -> "*";
      case DIVIDE -> "/";
      case MOD -> "%";
      case CONCAT -> "||";
      case LIKE -> "LIKE";
      case ILIKE -> "ILIKE";
      case ARRAY_CONTAINS -> "@>";
      case ARRAY_OVERLAPS -> "&&";
      case L2_DISTANCE -> "<->";
      case COSINE_DISTANCE -> "<=>";
      case NEGATIVE_INNER_PRODUCT -> "<#>";
      case L1_DISTANCE -> "<+>";
      default -> null;
    };
  }
}
