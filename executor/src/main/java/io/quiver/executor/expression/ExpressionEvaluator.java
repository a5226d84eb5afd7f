package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles expressions for one execution; what depends on no row is computed then and there. */
public final class ExpressionEvaluator {
  private static final Batch ONE_ROW = new Batch(List.of(), 1);

  private final EvaluationContext context;

  private ExpressionEvaluator(EvaluationContext context) {
    this.context = context;
  }

  public static CompiledExpression compile(Expression expression, EvaluationContext context) {
    return new CompiledExpression(
        new ExpressionEvaluator(context).node(expression), expression.type());
  }

  /** The one value, in one row, of an expression that depends on no row; null for another one. */
  static @Nullable Column constantOf(Expression expression, EvaluationContext context) {
    return new ExpressionEvaluator(context).node(expression) instanceof Node.Constant constant
        ? constant.oneRow()
        : null;
  }

  private Node node(Expression expression) {
    return switch (expression) {
      case Expression.InputColumn input -> new Node.Input(input.index());
      case Expression.Literal literal -> constant(literal.value(), literal.type());
      case Expression.Parameter parameter ->
          constant(context.parameters().get(parameter.index()), parameter.type());
      case Expression.OuterColumn outer ->
          constant(context.outer().get(outer.number()), outer.type());
      case Expression.Call call -> call(call);
      case Expression.UserCall call -> {
        Node.Function node =
            new Node.Function(UserFunctions.of(call.function()), nodes(call.arguments()), false);
        yield call.function().deterministic() ? folded(node) : node;
      }
      case Expression.Cast cast -> {
        SqlType from = cast.operand().type();
        Node operand = node(cast.operand());
        yield from.equals(cast.type())
            ? operand
            : folded(
                new Node.Function(
                    Casts.of(from, cast.type(), context.timeZone()), List.of(operand), false));
      }
      case Expression.Case branches -> caseOf(branches);
      case Expression.InSet set ->
          folded(
              new Node.Function(
                  Comparisons.inSet(set.values(), set.operand().type()),
                  List.of(node(set.operand())),
                  true));
    };
  }

  private Node caseOf(Expression.Case branches) {
    List<Node> conditions = new ArrayList<>();
    List<Node> results = new ArrayList<>();
    for (Expression.Branch branch : branches.branches()) {
      conditions.add(node(branch.condition()));
      results.add(node(branch.result()));
    }
    Node otherwise = node(branches.otherwise());
    List<Node> all = new ArrayList<>(conditions);
    all.addAll(results);
    all.add(otherwise);
    return folded(new Conditionals.Case(conditions, results, otherwise, branches.type()), all);
  }

  private List<Node> nodes(List<Expression> expressions) {
    List<Node> nodes = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      nodes.add(node(expression));
    }
    return nodes;
  }

  private Node folded(Node.Function function) {
    return folded(function, function.arguments());
  }

  /**
   * The node, or its value when all it reads are constants. A failing one stays: its error belongs
   * to the rows that reach it, and there may be none.
   */
  private static Node folded(Node node, List<Node> arguments) {
    if (!arguments.stream().allMatch(Node.Constant.class::isInstance)) {
      return node;
    }
    try {
      return new Node.Constant(node.evaluate(ONE_ROW).column());
    } catch (QuiverException e) {
      return node;
    }
  }

  private Node constant(@Nullable Object value, SqlType type) {
    boolean text = type instanceof SqlType.Varchar || type.equals(SqlType.JSON);
    if (value instanceof String instant && !text) {
      return constant(TextValues.parse(instant, type, context.timeZone()), type);
    }
    SqlType actual = type;
    if (type instanceof SqlType.Vector declared
        && declared.dimension() == SqlType.Vector.ANY_DIMENSION) {
      actual = withDimension(declared, value);
    }
    ColumnBuilder builder = new ColumnBuilder(actual, 1);
    builder.append(value);
    return new Node.Constant(builder.build());
  }

  /** Bytes of a vector without a declared dimension are one a dimension. */
  private static SqlType withDimension(SqlType.Vector declared, @Nullable Object value) {
    return switch (value) {
      case float[] vector -> new SqlType.Vector(vector.length, declared.element());
      case byte[] vector -> new SqlType.Vector(vector.length, declared.element());
      case null, default -> declared;
    };
  }

  private Node call(Expression.Call call) {
    List<Node> arguments = nodes(call.arguments());
    return switch (call.function()) {
      case AND -> folded(new Logic.And(arguments), arguments);
      case OR -> folded(new Logic.Or(arguments), arguments);
      case COALESCE -> folded(new Conditionals.Coalesce(arguments, call.type()), arguments);
      case EQUAL, NOT_EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL ->
          comparison(call.function(), arguments);
      case CURRENT_DATE -> constant(now().toLocalDate(), SqlType.DATE);
      case CURRENT_TIMESTAMP ->
          constant(context.statementTime().truncatedTo(ChronoUnit.MICROS), SqlType.TIMESTAMP_TZ);
      case LOCALTIMESTAMP -> constant(now(), SqlType.TIMESTAMP);
      case LOCALTIME -> constant(now().toLocalTime(), SqlType.TIME);
      case ANY_EQUAL -> folded(new Node.Function(anyEqual(arguments.get(1)), arguments, true));
      case ADD_INTERVAL ->
          folded(
              new Node.Function(
                  TimeFunctions.addInterval(call.type(), context.timeZone()), arguments, false));
      case CURRENT_CATALOG -> constant(context.catalog(), call.type());
      case CURRENT_USER -> constant(context.user(), call.type());
      case VERSION -> constant(context.version(), call.type());
      case PI -> constant(Math.PI, SqlType.DOUBLE);
      case RANDOM, GEN_RANDOM_UUID -> new VolatileNode(call.function());
      case NEXTVAL, CURRVAL, LASTVAL, SETVAL ->
          new SequenceNode(call.function(), arguments, context.sequences());
      case EXTRACT_TIMEZONE,
          EXTRACT_TIMEZONE_HOUR,
          EXTRACT_TIMEZONE_MINUTE,
          DATE_PART,
          DATE_TRUNC,
          AGE,
          TO_CHAR_TIME,
          TO_DATE,
          TO_TIMESTAMP ->
          folded(new Node.Function(zoned(call), arguments, false));
      case REGEXP_LIKE, REGEXP_MATCH, REGEXP_COUNT, REGEXP_SUBSTR, REGEXP_INSTR, REGEXP_REPLACE ->
          folded(
              new Node.Function(
                  RegexFunctions.of(call.function(), call.type(), context.cancelled()),
                  arguments,
                  false));
      default -> folded(new Node.Function(function(call), arguments, isHarmless(call.function())));
    };
  }

  /** One array for all rows is hashed once. */
  private static ColumnFunction anyEqual(Node array) {
    return array instanceof Node.Constant constant
        ? ArrayComparisons.anyOf(constant.oneRow())
        : ArrayComparisons.any(ScalarFunction.EQUAL);
  }

  /** A function that looks at the session's time zone. */
  private ColumnFunction zoned(Expression.Call call) {
    ScalarFunction function = call.function();
    ZoneId zone = context.timeZone();
    return switch (function) {
      case EXTRACT_TIMEZONE, EXTRACT_TIMEZONE_HOUR, EXTRACT_TIMEZONE_MINUTE ->
          TimeParts.ofZone(function, zone);
      case DATE_PART -> TimeParts.datePart(zone);
      case DATE_TRUNC -> CalendarFunctions.truncate(call.type(), zone);
      case AGE -> CalendarFunctions.age(zone);
      case TO_CHAR_TIME -> TimeTemplates.toChar(zone);
      case TO_DATE -> TimeTemplates.toDate();
      case TO_TIMESTAMP -> TimeTemplates.toTimestamp(zone);
      default -> throw new IllegalStateException(function + " looks at no time zone");
    };
  }

  /** A comparison with any constant on the right, where the fast loops expect it. */
  private static Node comparison(ScalarFunction function, List<Node> arguments) {
    Node left = arguments.get(0);
    Node right = arguments.get(1);
    if (!(left instanceof Node.Constant) || right instanceof Node.Constant) {
      return folded(
          new Comparisons.Comparison(Comparisons.accepted(function), left, right), arguments);
    }
    ScalarFunction mirrored =
        switch (function) {
          case LESS -> ScalarFunction.GREATER;
          case LESS_OR_EQUAL -> ScalarFunction.GREATER_OR_EQUAL;
          case GREATER -> ScalarFunction.LESS;
          case GREATER_OR_EQUAL -> ScalarFunction.LESS_OR_EQUAL;
          default -> function;
        };
    return new Comparisons.Comparison(Comparisons.accepted(mirrored), right, left);
  }

  private LocalDateTime now() {
    return LocalDateTime.ofInstant(context.statementTime(), context.timeZone())
        .truncatedTo(ChronoUnit.MICROS);
  }

  private static boolean isHarmless(ScalarFunction function) {
    return switch (function) {
      case NOT,
          IS_NULL,
          IS_NOT_NULL,
          IS_TRUE,
          IS_FALSE,
          IS_NOT_TRUE,
          IS_NOT_FALSE,
          IS_DISTINCT_FROM,
          IS_NOT_DISTINCT_FROM,
          CHAR_LENGTH,
          OCTET_LENGTH,
          CARDINALITY,
          ARRAY_ELEMENT,
          ARRAY_CONTAINS,
          ARRAY_OVERLAPS,
          VECTOR_DIMS ->
          true;
      default -> false;
    };
  }

  // One line a function; split, the switch could no longer promise to name every one.
  @SuppressWarnings("MethodLength")
  private static ColumnFunction function(Expression.Call call) {
    ScalarFunction function = call.function();
    return switch (function) {
      case AND,
          OR,
          COALESCE,
          EQUAL,
          NOT_EQUAL,
          LESS,
          LESS_OR_EQUAL,
          GREATER,
          GREATER_OR_EQUAL,
          CURRENT_DATE,
          CURRENT_TIMESTAMP,
          LOCALTIMESTAMP,
          LOCALTIME,
          ADD_INTERVAL,
          ANY_EQUAL,
          CURRENT_CATALOG,
          CURRENT_USER,
          VERSION,
          EXTRACT_TIMEZONE,
          EXTRACT_TIMEZONE_HOUR,
          EXTRACT_TIMEZONE_MINUTE,
          DATE_PART,
          DATE_TRUNC,
          AGE,
          TO_CHAR_TIME,
          TO_DATE,
          TO_TIMESTAMP,
          TYPE_NAME,
          PI,
          RANDOM,
          GEN_RANDOM_UUID,
          NEXTVAL,
          CURRVAL,
          LASTVAL,
          SETVAL,
          REGEXP_LIKE,
          REGEXP_MATCH,
          REGEXP_COUNT,
          REGEXP_SUBSTR,
          REGEXP_INSTR,
          REGEXP_REPLACE ->
          throw new IllegalStateException(function + " is compiled by itself");
      case NOT -> Logic::not;
      case IS_NULL, IS_NOT_NULL, IS_TRUE, IS_FALSE, IS_NOT_TRUE, IS_NOT_FALSE ->
          Logic.test(function);
      case IS_DISTINCT_FROM -> Comparisons.distinct(false);
      case IS_NOT_DISTINCT_FROM -> Comparisons.distinct(true);
      case GREATEST -> Comparisons.extreme(1, call.type());
      case LEAST -> Comparisons.extreme(-1, call.type());
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MOD -> Arithmetic.binary(function, call.type());
      case NEGATE, ABS, SIGN -> Arithmetic.unary(function, call.type());
      case CEIL,
          FLOOR,
          ROUND,
          TRUNCATE,
          SQRT,
          CBRT,
          DEGREES,
          RADIANS,
          EXP,
          LN,
          LOG10,
          LOG,
          POWER,
          SIN,
          COS,
          TAN,
          ASIN,
          ACOS,
          ATAN,
          ATAN2 ->
          MathFunctions.of(function, call.type());
      case CONCAT,
          LOWER,
          UPPER,
          SUBSTRING,
          TRIM_BOTH,
          TRIM_LEADING,
          TRIM_TRAILING,
          REPLACE,
          LEFT,
          RIGHT,
          REVERSE,
          REPEAT,
          LPAD,
          RPAD ->
          TextFunctions.of(function, call.type());
      case CHAR_LENGTH, OCTET_LENGTH, POSITION -> TextFunctions.measure(function, call.type());
      case STARTS_WITH -> TextFunctions::startsWith;
      case ENDS_WITH, INITCAP, SPLIT_PART, TRANSLATE, ASCII, CHR, TO_HEX, MD5 ->
          WordFunctions.of(function, call.type());
      case CONCAT_WS -> ComposedText.concatWithSeparator(call.type());
      case FORMAT -> ComposedText.format(call.type());
      case SHA256, SHA512, ENCODE, DECODE -> DigestFunctions.of(function, call.type());
      case LIKE -> LikePattern.function(false);
      case ILIKE -> LikePattern.function(true);
      case EXTRACT_MILLENNIUM,
          EXTRACT_CENTURY,
          EXTRACT_DECADE,
          EXTRACT_ISOYEAR,
          EXTRACT_JULIAN,
          EXTRACT_MILLISECONDS,
          EXTRACT_MICROSECONDS,
          EXTRACT_YEAR,
          EXTRACT_QUARTER,
          EXTRACT_MONTH,
          EXTRACT_WEEK,
          EXTRACT_DAY,
          EXTRACT_ISODOW,
          EXTRACT_DOW,
          EXTRACT_DOY,
          EXTRACT_HOUR,
          EXTRACT_MINUTE,
          EXTRACT_SECOND,
          EXTRACT_EPOCH ->
          TimeParts.extract(function, call.type());
      case JSON_MEMBER,
          JSON_MEMBER_TEXT,
          JSON_PATH,
          JSON_PATH_TEXT,
          JSON_VALUE,
          JSON_QUERY,
          JSON_EXISTS,
          JSON_TYPEOF,
          JSON_ARRAY_LENGTH ->
          JsonFunctions.of(function, call.type());
      case ARRAY,
          ARRAY_ELEMENT,
          ARRAY_APPEND,
          ARRAY_PREPEND,
          ARRAY_CAT,
          ARRAY_REMOVE,
          ARRAY_TO_STRING,
          STRING_TO_ARRAY ->
          ArrayParts.of(function, call.type());
      case CARDINALITY, ARRAY_LENGTH, ARRAY_POSITION -> ArrayParts.measure(function);
      case ARRAY_CONTAINS -> ArrayComparisons.pair(ArrayComparisons::contains);
      case ARRAY_OVERLAPS -> ArrayComparisons.pair(ArrayComparisons::overlaps);
      case ANY_NOT_EQUAL -> ArrayComparisons.any(ScalarFunction.NOT_EQUAL);
      case ANY_LESS -> ArrayComparisons.any(ScalarFunction.LESS);
      case ANY_LESS_OR_EQUAL -> ArrayComparisons.any(ScalarFunction.LESS_OR_EQUAL);
      case ANY_GREATER -> ArrayComparisons.any(ScalarFunction.GREATER);
      case ANY_GREATER_OR_EQUAL -> ArrayComparisons.any(ScalarFunction.GREATER_OR_EQUAL);
      case ADD_DAYS -> TimeFunctions.addDays(1);
      case SUBTRACT_DAYS -> TimeFunctions.addDays(-1);
      case BETWEEN_DAY, BETWEEN_HOUR, BETWEEN_MINUTE, BETWEEN_SECOND, BETWEEN_EPOCH ->
          CalendarFunctions.between(function, call.type());
      case MAKE_DATE, MAKE_TIME, MAKE_TIMESTAMP -> CalendarFunctions.make(function, call.type());
      case FROM_EPOCH -> CalendarFunctions.fromEpoch();
      case TO_CHAR_NUMBER -> NumberTemplate.toChar();
      case TO_NUMBER -> NumberTemplate.toNumber(call.type());
      case DAYS_BETWEEN -> TimeFunctions::daysBetween;
      case AT_TIME_ZONE -> TimeFunctions.atTimeZone(call.type());
      case L2_DISTANCE,
          L2_SQUARED_DISTANCE,
          COSINE_DISTANCE,
          COSINE_SIMILARITY,
          INNER_PRODUCT,
          NEGATIVE_INNER_PRODUCT,
          L1_DISTANCE,
          HAMMING_DISTANCE,
          JACCARD_DISTANCE ->
          VectorFunctions.distance(function);
      case VECTOR_DIMS -> VectorFunctions::dimensions;
      case VECTOR_NORM -> VectorFunctions::norm;
      case L2_NORMALIZE -> VectorArithmetic::normalize;
      case SUBVECTOR -> VectorArithmetic::subvector;
      case BINARY_QUANTIZE -> VectorArithmetic::quantize;
      case VECTOR_CONCAT -> VectorArithmetic::concat;
      case VECTOR_ADD, VECTOR_SUBTRACT, VECTOR_MULTIPLY -> VectorArithmetic.binary(function);
    };
  }
}
