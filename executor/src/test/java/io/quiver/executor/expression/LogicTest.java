package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.batch;
import static io.quiver.executor.expression.Evaluation.call;
import static io.quiver.executor.expression.Evaluation.column;
import static io.quiver.executor.expression.Evaluation.evaluate;
import static io.quiver.executor.expression.Evaluation.input;
import static io.quiver.executor.expression.Evaluation.literal;
import static io.quiver.executor.expression.Evaluation.select;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogicTest {
  private static final Expression A = input(0, SqlType.BOOLEAN);
  private static final Expression B = input(1, SqlType.BOOLEAN);
  private static final Batch ALL_PAIRS =
      batch(
          column(SqlType.BOOLEAN, true, true, true, false, false, false, null, null, null),
          column(SqlType.BOOLEAN, true, false, null, true, false, null, true, false, null));

  @Test
  void andAndOrFollowThreeValuedLogic() {
    assertThat(evaluate(call(ScalarFunction.AND, SqlType.BOOLEAN, A, B), ALL_PAIRS))
        .containsExactly(true, false, null, false, false, false, null, false, null);
    assertThat(evaluate(call(ScalarFunction.OR, SqlType.BOOLEAN, A, B), ALL_PAIRS))
        .containsExactly(true, true, true, true, false, null, true, null, null);
    assertThat(evaluate(call(ScalarFunction.NOT, SqlType.BOOLEAN, A), ALL_PAIRS))
        .containsExactly(false, false, false, true, true, true, null, null, null);
    assertThat(select(call(ScalarFunction.AND, SqlType.BOOLEAN, A, B), ALL_PAIRS))
        .containsExactly(0);
    assertThat(select(call(ScalarFunction.OR, SqlType.BOOLEAN, A, B), ALL_PAIRS))
        .containsExactly(0, 1, 2, 3, 6);
  }

  @Test
  void testsAreNeverNull() {
    Batch three = batch(column(SqlType.BOOLEAN, true, false, null));
    assertThat(evaluate(call(ScalarFunction.IS_NULL, SqlType.BOOLEAN, A), three))
        .containsExactly(false, false, true);
    assertThat(evaluate(call(ScalarFunction.IS_NOT_NULL, SqlType.BOOLEAN, A), three))
        .containsExactly(true, true, false);
    assertThat(evaluate(call(ScalarFunction.IS_TRUE, SqlType.BOOLEAN, A), three))
        .containsExactly(true, false, false);
    assertThat(evaluate(call(ScalarFunction.IS_NOT_TRUE, SqlType.BOOLEAN, A), three))
        .containsExactly(false, true, true);
    assertThat(evaluate(call(ScalarFunction.IS_FALSE, SqlType.BOOLEAN, A), three))
        .containsExactly(false, true, false);
    assertThat(evaluate(call(ScalarFunction.IS_NOT_FALSE, SqlType.BOOLEAN, A), three))
        .containsExactly(true, false, true);
    assertThat(evaluate(call(ScalarFunction.IS_DISTINCT_FROM, SqlType.BOOLEAN, A, B), ALL_PAIRS))
        .containsExactly(false, true, true, true, false, true, true, true, false);
  }

  /** 10 / a > 1, which fails where a is zero. */
  private static Expression quotientAboveOne(int column) {
    Expression quotient =
        call(
            ScalarFunction.DIVIDE,
            SqlType.INTEGER,
            literal(10, SqlType.INTEGER),
            input(column, SqlType.INTEGER));
    return call(ScalarFunction.GREATER, SqlType.BOOLEAN, quotient, literal(1, SqlType.INTEGER));
  }

  @Test
  void argumentsThatAreNotNeededAreNotRun() {
    Batch rows = batch(column(SqlType.INTEGER, 0, 2, 20, null, 5));
    Expression a = input(0, SqlType.INTEGER);
    Expression zero = literal(0, SqlType.INTEGER);
    Expression isZero = call(ScalarFunction.EQUAL, SqlType.BOOLEAN, a, zero);
    Expression notZero = call(ScalarFunction.NOT_EQUAL, SqlType.BOOLEAN, a, zero);
    Expression guarded = call(ScalarFunction.AND, SqlType.BOOLEAN, notZero, quotientAboveOne(0));
    assertThat(evaluate(guarded, rows)).containsExactly(false, true, false, null, true);
    assertThat(select(guarded, rows)).containsExactly(1, 4);
    assertThat(
            evaluate(call(ScalarFunction.OR, SqlType.BOOLEAN, isZero, quotientAboveOne(0)), rows))
        .containsExactly(true, true, false, null, true);
    Expression branches =
        new Expression.Case(
            List.of(new Expression.Branch(isZero, literal(false, SqlType.BOOLEAN))),
            quotientAboveOne(0),
            SqlType.BOOLEAN);
    assertThat(evaluate(branches, rows)).containsExactly(false, true, false, null, true);
    assertThatThrownBy(() -> evaluate(quotientAboveOne(0), rows))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DIVISION_BY_ZERO));
  }

  @Test
  void coalesceTakesTheFirstThatIsNotNull() {
    Batch rows =
        batch(column(SqlType.TEXT, "가", null, null), column(SqlType.TEXT, "x", "中文", null));
    Expression coalesce =
        call(
            ScalarFunction.COALESCE,
            SqlType.TEXT,
            input(0, SqlType.TEXT),
            input(1, SqlType.TEXT),
            literal("🎉", SqlType.TEXT));
    assertThat(evaluate(coalesce, rows)).containsExactly("가", "中文", "🎉");
  }

  @Test
  void aFailingConstantFailsOnlyRowsThatReachIt() {
    Expression failing =
        call(
            ScalarFunction.DIVIDE,
            SqlType.INTEGER,
            literal(1, SqlType.INTEGER),
            literal(0, SqlType.INTEGER));
    Expression guarded =
        new Expression.Case(
            List.of(new Expression.Branch(A, failing)),
            literal(7, SqlType.INTEGER),
            SqlType.INTEGER);
    assertThat(evaluate(guarded, batch(column(SqlType.BOOLEAN, false, null))))
        .containsExactly(7, 7);
    assertThatThrownBy(() -> evaluate(guarded, batch(column(SqlType.BOOLEAN, false, true))))
        .isInstanceOf(QuiverException.class);
  }

  @Test
  void inSetIsNullForNull() {
    Expression in = new Expression.InSet(input(0, SqlType.TEXT), Set.of("a", "b", "한국"));
    assertThat(evaluate(in, batch(column(SqlType.TEXT, "a", "c", null, "한국"))))
        .containsExactly(true, false, null, true);
  }

  @Test
  void aDeterministicUserFunctionOfConstantsRunsOnce() {
    AtomicInteger calls = new AtomicInteger();
    UserFunction.Body body =
        arguments -> {
          calls.incrementAndGet();
          return (Integer) arguments.getFirst() + 1;
        };
    Expression one = literal(1, SqlType.INTEGER);
    Batch rows = batch(column(SqlType.BOOLEAN, true, false, true));
    for (boolean deterministic : new boolean[] {true, false}) {
      calls.set(0);
      UserFunction function =
          new UserFunction("next", List.of(SqlType.INTEGER), SqlType.INTEGER, deterministic, body);
      Expression call = new Expression.UserCall(function, List.of(one));
      assertThat(evaluate(call, rows)).containsExactly(2, 2, 2);
      assertThat(calls).hasValue(deterministic ? 1 : 3);
    }
  }

  @Test
  void parametersAreBoundAtCompilation() {
    EvaluationContext context =
        new EvaluationContext(
            List.of("x", 5L), Evaluation.CONTEXT.statementTime(), "db", "ann", "1");
    CompiledExpression limit =
        ExpressionEvaluator.compile(new Expression.Parameter(1, SqlType.BIGINT), context);
    assertThat(limit.isConstant()).isTrue();
    assertThat(limit.constant()).isEqualTo(5L);
    Column many = limit.evaluate(batch(column(SqlType.BOOLEAN, true, false, null)));
    assertThat(Evaluation.values(many)).containsExactly(5L, 5L, 5L);
  }

  /** A row-at-a-time twin of AND, OR, NOT and comparisons over random trees. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void randomTreesEqualARowAtATimeTwin(long seed) {
    Random random = new Random(seed);
    List<@Nullable Object> numbers = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      numbers.add(random.nextInt(5) == 0 ? null : random.nextInt(6));
    }
    Batch rows = batch(column(SqlType.INTEGER, numbers.toArray()));
    for (int round = 0; round < 50; round++) {
      Expression tree = randomTree(random, 4);
      List<@Nullable Object> wanted = new ArrayList<>();
      List<Integer> selected = new ArrayList<>();
      for (int i = 0; i < numbers.size(); i++) {
        Boolean value = twin(tree, (Integer) numbers.get(i));
        wanted.add(value);
        if (Boolean.TRUE.equals(value)) {
          selected.add(i);
        }
      }
      assertThat(evaluate(tree, rows)).as("seed %d, %s", seed, tree).isEqualTo(wanted);
      assertThat(select(tree, rows))
          .containsExactly(selected.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  static Stream<Arguments> numbers() {
    return Stream.of(
        Arguments.of(
            SqlType.INTEGER,
            Arrays.asList(null, Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -1, 0, 1, 2147483647)),
        Arguments.of(
            SqlType.BIGINT, Arrays.asList(Long.MIN_VALUE, -1L, 0L, null, 1L, Long.MAX_VALUE)),
        Arguments.of(
            SqlType.DOUBLE,
            Arrays.asList(
                Double.NEGATIVE_INFINITY, -1.0, -0.0, 0.0, null, 1.5, 1e300, 1.0 / 0, Double.NaN)));
  }

  /** Each number against each as a constant: what two columns of them give. */
  @ParameterizedTest
  @MethodSource("numbers")
  void comparingWithAConstantIsComparing(SqlType type, List<@Nullable Object> values) {
    for (ScalarFunction function :
        EnumSet.range(ScalarFunction.EQUAL, ScalarFunction.GREATER_OR_EQUAL)) {
      for (Object constant : values) {
        Object[] constants = new Object[values.size()];
        Arrays.fill(constants, constant);
        Batch rows = batch(column(type, values.toArray()), column(type, constants));
        Expression columns = call(function, SqlType.BOOLEAN, input(0, type), input(1, type));
        Expression one = call(function, SqlType.BOOLEAN, input(0, type), literal(constant, type));
        assertThat(select(one, rows))
            .as("%s %s", function, constant)
            .containsExactly(select(columns, rows));
        assertThat(evaluate(one, rows)).isEqualTo(evaluate(columns, rows));
      }
    }
  }

  private static Expression randomTree(Random random, int depth) {
    if (depth == 0 || random.nextInt(4) == 0) {
      ScalarFunction[] comparisons = {
        ScalarFunction.EQUAL, ScalarFunction.LESS, ScalarFunction.GREATER_OR_EQUAL
      };
      Expression constant =
          literal(random.nextInt(8) == 0 ? null : random.nextInt(6), SqlType.INTEGER);
      Expression column = input(0, SqlType.INTEGER);
      ScalarFunction function = comparisons[random.nextInt(3)];
      return call(function, SqlType.BOOLEAN, column, constant);
    }
    if (random.nextInt(5) == 0) {
      return call(ScalarFunction.NOT, SqlType.BOOLEAN, randomTree(random, depth - 1));
    }
    ScalarFunction function = random.nextBoolean() ? ScalarFunction.AND : ScalarFunction.OR;
    return call(
        function, SqlType.BOOLEAN, randomTree(random, depth - 1), randomTree(random, depth - 1));
  }

  private static @Nullable Boolean twin(Expression expression, @Nullable Integer value) {
    Expression.Call call = (Expression.Call) expression;
    if (call.arguments().getFirst() instanceof Expression.InputColumn) {
      Integer constant = (Integer) ((Expression.Literal) call.arguments().get(1)).value();
      if (value == null || constant == null) {
        return null;
      }
      return switch (call.function()) {
        case EQUAL -> value.equals(constant);
        case LESS -> value < constant;
        default -> value >= constant;
      };
    }
    Boolean a = twin(call.arguments().getFirst(), value);
    if (call.function() == ScalarFunction.NOT) {
      return a == null ? null : !a;
    }
    Boolean b = twin(call.arguments().get(1), value);
    boolean decisive = call.function() == ScalarFunction.OR;
    if ((a != null && a == decisive) || (b != null && b == decisive)) {
      return decisive;
    }
    return (a == null || b == null) ? null : Boolean.valueOf(!decisive);
  }
}
