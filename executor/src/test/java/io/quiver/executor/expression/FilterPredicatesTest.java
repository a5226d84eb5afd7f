package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.COMPARISONS;
import static io.quiver.executor.expression.Evaluation.call;
import static io.quiver.executor.expression.Evaluation.column;
import static io.quiver.executor.expression.Evaluation.input;
import static io.quiver.executor.expression.Evaluation.literal;
import static io.quiver.executor.expression.Evaluation.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FilterPredicatesTest {
  private static final SqlType DECIMAL_2 = new SqlType.Decimal(12, 2);
  private static final SqlType DECIMAL_38 = new SqlType.Decimal(38, 6);
  private static final SqlType DECIMAL_30 = new SqlType.Decimal(30, 3);

  /** Values of each type, the ones where orders and conversions go wrong among them. */
  private static final Map<SqlType, List<Object>> VALUES =
      Map.ofEntries(
          Map.entry(SqlType.BOOLEAN, List.of(true, false)),
          Map.entry(SqlType.TINYINT, List.of((byte) -128, (byte) -1, (byte) 0, (byte) 127)),
          Map.entry(SqlType.SMALLINT, List.of((short) -32768, (short) 129, (short) 32767)),
          Map.entry(
              SqlType.INTEGER,
              List.of(Integer.MIN_VALUE, -5, 0, 5, 16_777_216, 16_777_217, Integer.MAX_VALUE)),
          Map.entry(
              SqlType.BIGINT,
              List.of(
                  Long.MIN_VALUE,
                  -3L,
                  5L,
                  16_777_217L,
                  (1L << 53) - 1,
                  1L << 53,
                  (1L << 53) + 1,
                  Long.MAX_VALUE - 1,
                  Long.MAX_VALUE)),
          Map.entry(
              SqlType.REAL,
              List.of(
                  Float.NEGATIVE_INFINITY,
                  -Float.MAX_VALUE,
                  -0.0f,
                  0.0f,
                  Float.MIN_VALUE,
                  0.1f,
                  5f,
                  16_777_216f,
                  0x1p63f,
                  Float.POSITIVE_INFINITY,
                  Float.NaN)),
          Map.entry(
              SqlType.DOUBLE,
              List.of(
                  Double.NEGATIVE_INFINITY,
                  -1e300,
                  -5.5,
                  -0.0,
                  0.0,
                  Double.MIN_VALUE,
                  0.1,
                  (double) 0.1f,
                  5.0,
                  16_777_217.0,
                  0x1p53,
                  0x1p63,
                  1e38,
                  Double.MAX_VALUE,
                  Double.POSITIVE_INFINITY,
                  Double.NaN)),
          Map.entry(
              DECIMAL_2,
              List.of(
                  new BigDecimal("-9999999999.99"),
                  new BigDecimal("0.10"),
                  new BigDecimal("5.00"),
                  new BigDecimal("5.01"))),
          Map.entry(
              DECIMAL_30,
              List.of(new BigDecimal("5.001"), new BigDecimal("-5.000"), new BigDecimal("1e26"))),
          Map.entry(
              DECIMAL_38,
              List.of(
                  new BigDecimal("-99999999999999999999999999999999.999999"),
                  new BigDecimal("5.000001"),
                  new BigDecimal("5"),
                  new BigDecimal("9007199254740993"),
                  new BigDecimal("99999999999999999999999999999999.999999"))),
          Map.entry(
              SqlType.DATE,
              List.of(LocalDate.of(1969, 12, 31), LocalDate.EPOCH, LocalDate.of(2024, 2, 29))),
          Map.entry(
              SqlType.TIMESTAMP,
              List.of(
                  LocalDateTime.of(1969, 12, 31, 23, 59, 59, 999_999_000),
                  LocalDateTime.of(1970, 1, 1, 0, 0),
                  LocalDateTime.of(2024, 2, 29, 0, 0, 0, 1_000))),
          Map.entry(
              SqlType.UUID,
              List.of(
                  new UUID(-1, 0), new UUID(1, -1), new UUID(Long.MIN_VALUE, 7), new UUID(1, 1))),
          Map.entry(SqlType.TEXT, List.of("", "a", "ab", "abc", "a%", "é", "～", "🎉", "\u007f")),
          Map.entry(
              SqlType.VARBINARY, List.of(new byte[0], new byte[] {1}, new byte[] {(byte) 0xFF})));

  private static ColumnPredicates of(Expression filter) {
    return FilterPredicates.of(
        filter, List.of(new ColumnId(7), new ColumnId(8)), Evaluation.CONTEXT);
  }

  private static Expression not(Expression operand) {
    return call(ScalarFunction.NOT, SqlType.BOOLEAN, operand);
  }

  private static Expression bool(ScalarFunction function, Expression... arguments) {
    return call(function, SqlType.BOOLEAN, arguments);
  }

  /** No row for which the filter is true may fail what is demanded; says how many rows did. */
  private static int check(Expression filter, Column... columns) {
    Batch batch = Evaluation.batch(columns);
    ColumnPredicates demands = of(filter);
    boolean[] selected = new boolean[batch.rowCount()];
    for (int row : Evaluation.select(filter, batch)) {
      selected[row] = true;
    }
    int excluded = 0;
    for (int row = 0; row < batch.rowCount(); row++) {
      boolean qualifies = !demands.isNever();
      for (int i = 0; i < columns.length; i++) {
        ColumnPredicate demand = demands.of(new ColumnId(7 + i));
        qualifies &= demand == null || demand.test(columns[i], row);
      }
      if (selected[row]) {
        assertThat(qualifies).as("%s, row %s: %s", filter, row, demands).isTrue();
      }
      excluded += qualifies ? 0 : 1;
    }
    return excluded;
  }

  private static Column valuesOf(SqlType type) {
    List<@Nullable Object> values = new ArrayList<>(VALUES.get(type));
    values.add(null);
    return column(type, values.toArray());
  }

  @Test
  void comparisonsOfOneTypeDemandExactlyWhatTheyFind() {
    for (SqlType type : VALUES.keySet()) {
      Column column = valuesOf(type);
      for (Object constant : VALUES.get(type)) {
        for (ScalarFunction function : COMPARISONS) {
          Expression filter = bool(function, input(0, type), literal(constant, type));
          int excluded = check(filter, column);
          check(bool(function, literal(constant, type), input(0, type)), column);
          check(not(filter), column);
          int expected =
              column.length() - Evaluation.select(filter, Evaluation.batch(column)).length;
          assertThat(excluded)
              .as("%s", filter)
              .isEqualTo(function == ScalarFunction.NOT_EQUAL ? 1 : expected);
        }
      }
    }
  }

  @Test
  void castsToWiderTypesAreSeenThroughAndNeverDemandTooMuch() {
    int excluded = 0;
    for (SqlType from : VALUES.keySet()) {
      for (SqlType to : VALUES.keySet()) {
        if (from.equals(to) || !ConstantBounds.keepsOrder(from, to)) {
          continue;
        }
        Column column = valuesOf(from);
        Expression operand = new Expression.Cast(input(0, from), to);
        for (Object constant : VALUES.get(to)) {
          for (ScalarFunction function : COMPARISONS) {
            Expression filter = bool(function, operand, literal(constant, to));
            excluded += check(filter, column);
            check(not(filter), column);
          }
        }
        excluded += check(new Expression.InSet(operand, Set.copyOf(VALUES.get(to))), column);
      }
    }
    assertThat(excluded).isGreaterThan(1_000);
  }

  @Test
  void aCastThatRoundsKeepsTheNeighbours() {
    Column column = column(SqlType.INTEGER, 16_777_215, 16_777_216, 16_777_217, 16_777_220);
    Expression cast = new Expression.Cast(input(0, SqlType.INTEGER), SqlType.REAL);
    // 16,777,217 becomes 16,777,216 as a REAL.
    Expression filter =
        bool(ScalarFunction.LESS_OR_EQUAL, cast, literal(16_777_216f, SqlType.REAL));
    assertThat(Evaluation.select(filter, Evaluation.batch(column))).containsExactly(0, 1, 2);
    assertThat(check(filter, column)).isEqualTo(1);
  }

  @Test
  void aNarrowingCastDemandsNoMoreThanAValue() {
    Expression cast = new Expression.Cast(input(0, SqlType.DOUBLE), SqlType.INTEGER);
    ColumnPredicates demands = of(bool(ScalarFunction.LESS, cast, literal(5, SqlType.INTEGER)));
    assertThat(demands.of(new ColumnId(7))).isEqualTo(ColumnPredicate.Range.NOT_NULL);
  }

  @Test
  void textsOfAnyLengthCompare() {
    Expression name = input(0, new SqlType.Varchar(8));
    Expression filter = bool(ScalarFunction.EQUAL, name, literal("en", new SqlType.Varchar(2)));
    assertThat(check(filter, column(new SqlType.Varchar(8), "en", "de", "e", null))).isEqualTo(3);
    Expression cut = new Expression.Cast(name, new SqlType.Varchar(1));
    check(
        bool(ScalarFunction.EQUAL, cut, literal("e", new SqlType.Varchar(1))),
        column(new SqlType.Varchar(8), "en", "de", "e", null));
  }

  @Test
  void onlyTrueQualifies() {
    Expression a = input(0, SqlType.INTEGER);
    Expression nothing = literal(null, SqlType.INTEGER);
    assertThat(of(bool(ScalarFunction.LESS, a, nothing)).isNever()).isTrue();
    assertThat(of(not(bool(ScalarFunction.LESS, a, nothing))).isNever()).isTrue();
    assertThat(of(literal(null, SqlType.BOOLEAN)).isNever()).isTrue();
    assertThat(of(literal(true, SqlType.BOOLEAN)).isEmpty()).isTrue();
    assertThat(of(bool(ScalarFunction.IS_NULL, a)).of(new ColumnId(7)))
        .isEqualTo(new ColumnPredicate.IsNull());
    assertThat(of(not(bool(ScalarFunction.IS_NULL, a))).of(new ColumnId(7)))
        .isEqualTo(ColumnPredicate.Range.NOT_NULL);
    assertThat(of(bool(ScalarFunction.IS_NOT_DISTINCT_FROM, a, nothing)).of(new ColumnId(7)))
        .isEqualTo(new ColumnPredicate.IsNull());
    assertThat(
            of(bool(
                    ScalarFunction.AND,
                    bool(ScalarFunction.IS_NULL, a),
                    bool(ScalarFunction.LESS, a, literal(5, SqlType.INTEGER))))
                .isNever())
        .isTrue();
  }

  @Test
  void whatFailsOrChangesDemandsNothing() {
    Expression a = input(0, SqlType.INTEGER);
    Expression zero = literal(0, SqlType.INTEGER);
    Expression failing = call(ScalarFunction.DIVIDE, SqlType.INTEGER, zero, zero);
    assertThat(of(bool(ScalarFunction.EQUAL, a, failing)).of(new ColumnId(7)))
        .isEqualTo(ColumnPredicate.Range.NOT_NULL);
    Expression random = call(ScalarFunction.RANDOM, SqlType.DOUBLE);
    Expression d = input(0, SqlType.DOUBLE);
    assertThat(of(bool(ScalarFunction.LESS, d, random)).of(new ColumnId(7)))
        .isEqualTo(ColumnPredicate.Range.NOT_NULL);
  }

  @Test
  void prefixesAreRangesOfBytes() {
    Column column =
        column(
            SqlType.TEXT,
            "",
            "a",
            "ab",
            "abc",
            "abz",
            "ac",
            "b",
            "é",
            "éa",
            "ê",
            "🎉",
            "🎉🎉",
            "AB",
            "a%",
            null);
    for (String pattern :
        new String[] {"", "%", "ab%", "ab_", "a\\%", "a\\%%", "é%", "🎉%", "%b", "_b%", "abc"}) {
      Expression filter = bool(ScalarFunction.LIKE, input(0, SqlType.TEXT), text(pattern));
      check(filter, column);
      check(not(filter), column);
      check(bool(ScalarFunction.ILIKE, input(0, SqlType.TEXT), text(pattern)), column);
      check(bool(ScalarFunction.STARTS_WITH, input(0, SqlType.TEXT), text(pattern)), column);
    }
    Expression filter = bool(ScalarFunction.LIKE, input(0, SqlType.TEXT), text("ab%"));
    assertThat(check(filter, column)).isEqualTo(12);
    Expression escaped = bool(ScalarFunction.LIKE, input(0, SqlType.TEXT), text("a!%"), text("!"));
    assertThat(check(escaped, column)).isEqualTo(14);
  }

  @Test
  void anyOfAnArrayIsASet() {
    Column column = column(SqlType.INTEGER, 1, 2, 3, null);
    SqlType array = new SqlType.Array(SqlType.INTEGER);
    Expression filter =
        bool(
            ScalarFunction.ANY_EQUAL,
            input(0, SqlType.INTEGER),
            literal(Arrays.asList(3, null, 1, 3), array));
    assertThat(check(filter, column)).isEqualTo(2);
    check(not(filter), column);
    Expression none =
        bool(ScalarFunction.ANY_EQUAL, input(0, SqlType.INTEGER), literal(List.of(), array));
    assertThat(of(none).isNever()).isTrue();
  }

  /** Trees of AND, OR and NOT over two columns, against every pair of values. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aRandomFilterDemandsNothingThatItsRowsLack(long seed) {
    Random random = new Random(seed);
    List<SqlType> types = List.of(SqlType.INTEGER, SqlType.DOUBLE, SqlType.TEXT, DECIMAL_38);
    long excluded = 0;
    for (int run = 0; run < 300; run++) {
      SqlType a = types.get(random.nextInt(types.size()));
      SqlType b = types.get(random.nextInt(types.size()));
      Column left = valuesOf(a);
      Column right = valuesOf(b);
      int pairs = left.length() * right.length();
      int[] leftRows = new int[pairs];
      int[] rightRows = new int[pairs];
      for (int i = 0; i < pairs; i++) {
        leftRows[i] = i / right.length();
        rightRows[i] = i % right.length();
      }
      Expression filter = random(random, List.of(a, b), 3);
      Arena arena = Arena.ofAuto();
      excluded +=
          check(filter, left.gather(leftRows, pairs, arena), right.gather(rightRows, pairs, arena));
    }
    assertThat(excluded).as("seed %s", seed).isGreaterThan(300);
  }

  private static Expression random(Random random, List<SqlType> types, int depth) {
    if (depth > 0 && random.nextInt(3) > 0) {
      Expression first = random(random, types, depth - 1);
      Expression second = random(random, types, depth - 1);
      return switch (random.nextInt(5)) {
        case 0, 1 -> bool(ScalarFunction.AND, first, second);
        case 2, 3 -> bool(ScalarFunction.OR, first, second);
        default -> not(first);
      };
    }
    int column = random.nextInt(types.size());
    SqlType type = types.get(column);
    Expression operand = input(column, type);
    List<Object> values = Objects.requireNonNull(VALUES.get(type));
    Object constant = values.get(random.nextInt(values.size()));
    return switch (random.nextInt(6)) {
      case 0 -> bool(ScalarFunction.IS_NULL, operand);
      case 1 -> bool(ScalarFunction.IS_NOT_TRUE, bool(ScalarFunction.IS_NULL, operand));
      case 2 -> new Expression.InSet(operand, Set.of(constant));
      default ->
          bool(
              COMPARISONS.get(random.nextInt(COMPARISONS.size())),
              operand,
              literal(constant, type));
    };
  }
}
