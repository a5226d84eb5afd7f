package io.quiver.executor.expression;

import static io.quiver.executor.expression.Evaluation.batch;
import static io.quiver.executor.expression.Evaluation.call;
import static io.quiver.executor.expression.Evaluation.cast;
import static io.quiver.executor.expression.Evaluation.column;
import static io.quiver.executor.expression.Evaluation.constant;
import static io.quiver.executor.expression.Evaluation.evaluate;
import static io.quiver.executor.expression.Evaluation.input;
import static io.quiver.executor.expression.Evaluation.literal;
import static io.quiver.executor.expression.Evaluation.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.Random;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FunctionsTest {
  private static Expression integer(int value) {
    return literal(value, SqlType.INTEGER);
  }

  private static Expression real(double value) {
    return literal(value, SqlType.DOUBLE);
  }

  private static void assertFails(ErrorCode code, ThrowingCallable action) {
    assertThatThrownBy(action)
        .isInstanceOfSatisfying(QuiverException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  private static @Nullable Object ofText(ScalarFunction function, Expression... arguments) {
    return constant(function, SqlType.TEXT, arguments);
  }

  @Test
  void integersOverflowInsteadOfWrapping() {
    SqlType type = SqlType.INTEGER;
    assertThat(constant(ScalarFunction.ADD, type, integer(2), integer(3))).isEqualTo(5);
    assertThat(constant(ScalarFunction.DIVIDE, type, integer(-7), integer(2))).isEqualTo(-3);
    assertThat(constant(ScalarFunction.MOD, type, integer(-7), integer(2))).isEqualTo(-1);
    Expression most = integer(Integer.MAX_VALUE);
    Expression least = literal(Long.MIN_VALUE, SqlType.BIGINT);
    Expression minusOne = literal(-1L, SqlType.BIGINT);
    ErrorCode range = ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE;
    assertFails(range, () -> constant(ScalarFunction.ADD, type, most, integer(1)));
    assertFails(range, () -> constant(ScalarFunction.MULTIPLY, SqlType.BIGINT, least, minusOne));
    assertFails(range, () -> constant(ScalarFunction.DIVIDE, SqlType.BIGINT, least, minusOne));
    assertFails(range, () -> constant(ScalarFunction.NEGATE, SqlType.BIGINT, least));
    assertFails(range, () -> constant(ScalarFunction.ABS, type, integer(Integer.MIN_VALUE)));
    assertFails(range, () -> constant(ScalarFunction.EXP, SqlType.DOUBLE, real(1000)));
    assertFails(
        range, () -> constant(ScalarFunction.ADD, SqlType.DOUBLE, real(1e308), real(1e308)));
  }

  @Test
  void divisionByZeroFailsForEveryNumber() {
    ErrorCode code = ErrorCode.DIVISION_BY_ZERO;
    for (ScalarFunction function :
        new ScalarFunction[] {ScalarFunction.DIVIDE, ScalarFunction.MOD}) {
      assertFails(code, () -> constant(function, SqlType.INTEGER, integer(1), integer(0)));
      assertFails(code, () -> constant(function, SqlType.DOUBLE, real(1), real(0)));
      assertFails(
          code,
          () ->
              constant(
                  function, SqlType.REAL, literal(1f, SqlType.REAL), literal(-0f, SqlType.REAL)));
    }
  }

  @Test
  void whatLiesUnderANullIsNotComputed() {
    Expression quotient =
        call(
            ScalarFunction.DIVIDE,
            SqlType.INTEGER,
            input(0, SqlType.INTEGER),
            input(1, SqlType.INTEGER));
    assertThat(
            evaluate(
                quotient,
                batch(column(SqlType.INTEGER, 6, null, 6), column(SqlType.INTEGER, 2, 0, null))))
        .containsExactly(3, null, null);
  }

  @ParameterizedTest
  @CsvSource({
    "2.5, 0, 3",
    "-2.5, 0, -3",
    "0.49999999999999994, 0, 0",
    "2.675, 2, 2.68",
    "1234.5, -2, 1200",
    "1e300, 2, 1e300"
  })
  void roundGoesAwayFromZeroAtTheHalf(double value, int digits, double wanted) {
    assertThat(constant(ScalarFunction.ROUND, SqlType.DOUBLE, real(value), integer(digits)))
        .isEqualTo(wanted);
  }

  @Test
  void realFunctionsRefuseWhatHasNoRealAnswer() {
    assertThat(constant(ScalarFunction.POWER, SqlType.DOUBLE, real(2), real(10))).isEqualTo(1024.0);
    assertThat(constant(ScalarFunction.TRUNCATE, SqlType.DOUBLE, real(-2.7))).isEqualTo(-2.0);
    assertFails(
        ErrorCode.INVALID_POWER_ARGUMENT,
        () -> constant(ScalarFunction.SQRT, SqlType.DOUBLE, real(-1)));
    assertFails(
        ErrorCode.INVALID_LOGARITHM_ARGUMENT,
        () -> constant(ScalarFunction.LN, SqlType.DOUBLE, real(0)));
  }

  @Test
  void textIsCountedByCodePoint() {
    Expression mixed = text("a中🎉한");
    assertThat(constant(ScalarFunction.CHAR_LENGTH, SqlType.INTEGER, mixed)).isEqualTo(4);
    assertThat(constant(ScalarFunction.OCTET_LENGTH, SqlType.INTEGER, mixed)).isEqualTo(11);
    assertThat(ofText(ScalarFunction.SUBSTRING, mixed, integer(2), integer(2))).isEqualTo("中🎉");
    assertThat(ofText(ScalarFunction.SUBSTRING, mixed, integer(3))).isEqualTo("🎉한");
    assertThat(ofText(ScalarFunction.SUBSTRING, mixed, integer(-1), integer(3))).isEqualTo("a");
    assertThat(ofText(ScalarFunction.LEFT, mixed, integer(3))).isEqualTo("a中🎉");
    assertThat(ofText(ScalarFunction.LEFT, mixed, integer(-1))).isEqualTo("a中🎉");
    assertThat(ofText(ScalarFunction.RIGHT, mixed, integer(2))).isEqualTo("🎉한");
    assertThat(ofText(ScalarFunction.RIGHT, mixed, integer(-3))).isEqualTo("한");
    assertThat(ofText(ScalarFunction.REVERSE, mixed)).isEqualTo("한🎉中a");
    assertThat(ofText(ScalarFunction.LPAD, mixed, integer(6), text("🙂"))).isEqualTo("🙂🙂a中🎉한");
    assertThat(ofText(ScalarFunction.RPAD, mixed, integer(2))).isEqualTo("a中");
    assertThat(ofText(ScalarFunction.TRIM_BOTH, text("🎉🎉x🎉"), text("🎉"))).isEqualTo("x");
    assertThat(constant(ScalarFunction.POSITION, SqlType.INTEGER, text("한"), mixed)).isEqualTo(4);
    assertThat(constant(ScalarFunction.STARTS_WITH, SqlType.BOOLEAN, mixed, text("a中")))
        .isEqualTo(true);
    assertThat(ofText(ScalarFunction.REPLACE, mixed, text("🎉"), text("!"))).isEqualTo("a中!한");
    assertThat(ofText(ScalarFunction.CONCAT, mixed, text("b"))).isEqualTo("a中🎉한b");
    assertThat(ofText(ScalarFunction.CONCAT, mixed, text(null))).isNull();
  }

  @Test
  void textHasLimits() {
    assertFails(
        ErrorCode.INVALID_PARAMETER_VALUE,
        () -> ofText(ScalarFunction.SUBSTRING, text("abc"), integer(1), integer(-1)));
    assertFails(
        ErrorCode.PROGRAM_LIMIT_EXCEEDED,
        () -> ofText(ScalarFunction.REPEAT, text("abc"), integer(1 << 30)));
    assertFails(
        ErrorCode.PROGRAM_LIMIT_EXCEEDED,
        () -> ofText(ScalarFunction.LPAD, text("abc"), integer(1 << 30)));
  }

  /** LIKE against the same pattern as a regular expression. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void likeEqualsARegularExpression(long seed) {
    Random random = new Random(seed);
    String[] letters = {"a", "b", "中", "🎉"};
    for (int round = 0; round < 3_000; round++) {
      StringBuilder pattern = new StringBuilder();
      StringBuilder regex = new StringBuilder();
      for (int i = random.nextInt(6); i > 0; i--) {
        switch (random.nextInt(5)) {
          case 0 -> {
            pattern.append('%');
            regex.append(".*");
          }
          case 1 -> {
            pattern.append('_');
            regex.append('.');
          }
          case 2 -> {
            pattern.append("\\%");
            regex.append('%');
          }
          default -> {
            String letter = letters[random.nextInt(4)];
            pattern.append(letter);
            regex.append(letter);
          }
        }
      }
      StringBuilder value = new StringBuilder();
      for (int i = random.nextInt(9); i > 0; i--) {
        value.append(random.nextInt(8) == 0 ? "%" : letters[random.nextInt(4)]);
      }
      boolean wanted = Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(value).matches();
      assertThat(LikePattern.compile(pattern.toString(), "\\", false).matches(value.toString()))
          .as("seed %d: '%s' LIKE '%s'", seed, value, pattern)
          .isEqualTo(wanted);
    }
  }

  @Test
  void aLongRunIsFoundBetweenPercentSigns() {
    String run = "abcdefghij".repeat(13) + "!";
    LikePattern pattern = LikePattern.compile("%" + run + "%", "\\", false);
    assertThat(pattern.matches("abcdefghij".repeat(40) + run + "x")).isTrue();
    assertThat(pattern.matches("abcdefghij".repeat(40))).isFalse();
    assertThat(LikePattern.compile("%ÄB_", "\\", true).matches("xäbC")).isTrue();
    assertFails(ErrorCode.INVALID_ESCAPE_SEQUENCE, () -> LikePattern.compile("a\\", "\\", false));
  }

  @Test
  void partsOfTime() {
    Expression time = literal(LocalDateTime.parse("1969-12-28T23:59:58.5"), SqlType.TIMESTAMP);
    Expression date = literal(LocalDate.parse("2024-12-30"), SqlType.DATE);
    SqlType type = SqlType.BIGINT;
    assertThat(constant(ScalarFunction.EXTRACT_YEAR, type, time)).isEqualTo(1969L);
    assertThat(constant(ScalarFunction.EXTRACT_HOUR, type, time)).isEqualTo(23L);
    assertThat(constant(ScalarFunction.EXTRACT_SECOND, type, time)).isEqualTo(58L);
    assertThat(constant(ScalarFunction.EXTRACT_EPOCH, type, time)).isEqualTo(-3 * 86_400L - 2);
    assertThat(constant(ScalarFunction.EXTRACT_DOW, type, time)).isEqualTo(0L);
    assertThat(constant(ScalarFunction.EXTRACT_ISODOW, type, time)).isEqualTo(7L);
    assertThat(constant(ScalarFunction.EXTRACT_WEEK, type, date)).isEqualTo(1L);
    assertThat(constant(ScalarFunction.EXTRACT_QUARTER, type, date)).isEqualTo(4L);
    assertThat(constant(ScalarFunction.EXTRACT_DOY, type, date)).isEqualTo(365L);
    assertThat(constant(ScalarFunction.CURRENT_TIMESTAMP, SqlType.TIMESTAMP_TZ))
        .isEqualTo(Instant.parse("2024-02-29T12:30:45.123456Z"));
    assertThat(constant(ScalarFunction.LOCALTIMESTAMP, SqlType.TIMESTAMP))
        .isEqualTo(LocalDateTime.parse("2024-02-29T12:30:45.123456"));
    assertThat(constant(ScalarFunction.CURRENT_DATE, SqlType.DATE))
        .isEqualTo(LocalDate.parse("2024-02-29"));
    assertThat(ofText(ScalarFunction.CURRENT_USER)).isEqualTo("ann");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "1.5, 1.5",
    "1e20, 1e+20",
    "1e14, 100000000000000",
    "1e15, 1e+15",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "-1.25e-7, -1.25e-07",
    "123456789012345678, 1.2345678901234568e+17",
    "NaN, NaN",
    "-Infinity, -Infinity",
    "-0.0, -0"
  })
  void doublesPrintAsInPostgresql(double value, String wanted) {
    assertThat(cast(value, SqlType.DOUBLE, SqlType.TEXT)).isEqualTo(wanted);
    assertThat(cast(wanted, SqlType.TEXT, SqlType.DOUBLE)).isEqualTo(value);
  }

  @Test
  void castsCheckWhatFits() {
    assertThat(cast(2.5, SqlType.DOUBLE, SqlType.INTEGER)).isEqualTo(2);
    assertThat(cast(-3.5, SqlType.DOUBLE, SqlType.BIGINT)).isEqualTo(-4L);
    assertThat(cast(" 42 ", SqlType.TEXT, SqlType.INTEGER)).isEqualTo(42);
    assertThat(cast("on", SqlType.TEXT, SqlType.BOOLEAN)).isEqualTo(true);
    assertThat(cast(true, SqlType.BOOLEAN, SqlType.TEXT)).isEqualTo("true");
    assertThat(cast("한국어", SqlType.TEXT, new SqlType.Varchar(2))).isEqualTo("한국");
    ErrorCode range = ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE;
    assertFails(range, () -> cast(3_000_000_000L, SqlType.BIGINT, SqlType.INTEGER));
    assertFails(range, () -> cast(0x1p63, SqlType.DOUBLE, SqlType.BIGINT));
    assertFails(range, () -> cast(Double.NaN, SqlType.DOUBLE, SqlType.INTEGER));
    assertFails(range, () -> cast(1e300, SqlType.DOUBLE, SqlType.REAL));
    assertFails(range, () -> cast("1e400", SqlType.TEXT, SqlType.DOUBLE));
    ErrorCode form = ErrorCode.INVALID_TEXT_REPRESENTATION;
    assertFails(form, () -> cast("1.5", SqlType.TEXT, SqlType.INTEGER));
    assertFails(form, () -> cast("0x10", SqlType.TEXT, SqlType.DOUBLE));
    assertFails(form, () -> cast("1d", SqlType.TEXT, SqlType.DOUBLE));
    assertFails(form, () -> cast("maybe", SqlType.TEXT, SqlType.BOOLEAN));
    assertFails(ErrorCode.DATATYPE_MISMATCH, () -> cast(1, SqlType.INTEGER, SqlType.DATE));
  }

  @Test
  void timesAreReadInIsoForm() {
    assertThat(cast("2024-02-29T12:30:00.5", SqlType.TEXT, SqlType.TIMESTAMP))
        .isEqualTo(LocalDateTime.parse("2024-02-29T12:30:00.5"));
    assertThat(cast("2024-02-29 12:30", SqlType.TEXT, SqlType.TIMESTAMP))
        .isEqualTo(LocalDateTime.parse("2024-02-29T12:30"));
    assertThat(cast(LocalDateTime.parse("2024-02-29T12:30:00.5"), SqlType.TIMESTAMP, SqlType.TEXT))
        .isEqualTo("2024-02-29 12:30:00.5");
    assertThat(cast(LocalDateTime.parse("1969-12-31T23:00"), SqlType.TIMESTAMP, SqlType.DATE))
        .isEqualTo(LocalDate.parse("1969-12-31"));
    assertThat(cast(LocalDate.parse("1969-12-31"), SqlType.DATE, SqlType.TIMESTAMP))
        .isEqualTo(LocalDateTime.parse("1969-12-31T00:00"));
    ErrorCode code = ErrorCode.INVALID_DATETIME;
    assertFails(code, () -> cast("2023-02-29", SqlType.TEXT, SqlType.DATE));
    assertFails(code, () -> cast("2024-02-29 12:30:00.1234567", SqlType.TEXT, SqlType.TIMESTAMP));
    assertFails(code, () -> cast("yesterday", SqlType.TEXT, SqlType.TIMESTAMP));
  }
}
