package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the JDK, bit by bit. */
class DecimalFloatTest {
  private static final int NUMBERS = 200_000;

  @Test
  void printedFloatsComeBack() {
    Random random = new Random(1);
    for (int i = 0; i < NUMBERS; i++) {
      float value = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(value)) {
        check(Float.toString(value));
        check(Double.toString(value));
      }
    }
  }

  @Test
  void anyDigitsAreReadAsTheJdkReadsThem() {
    long seed = 2;
    Random random = new Random(seed);
    for (int i = 0; i < NUMBERS; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "" : "-");
      int before = random.nextInt(12);
      int after = random.nextInt(12) + (before == 0 ? 1 : 0);
      digits(text, random, before);
      if (after > 0) {
        digits(text.append('.'), random, after);
      }
      if (random.nextInt(3) == 0) {
        text.append(random.nextBoolean() ? 'e' : 'E').append(random.nextInt(-60, 60));
      }
      check(text.toString());
    }
  }

  /** Written out in full, and with a digit that tips them. */
  @Test
  void numbersHalfwayBetweenTwoFloatsRoundOnce() {
    Random random = new Random(3);
    for (int i = 0; i < NUMBERS; i++) {
      int exponent = random.nextInt(100, 154);
      float low = Float.intBitsToFloat(exponent << 23 | random.nextInt(1 << 23));
      double half = ((double) low + Math.nextUp(low)) / 2;
      String text = new java.math.BigDecimal(half).toPlainString();
      check(text);
      check(text + (text.contains(".") ? "1" : ".1"));
      check(Double.toString(half));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "+1",
        ".5",
        "5.",
        "-.5e1",
        "1e0",
        "0e999999999999",
        "1e-45",
        "1.4e-45",
        "7e-46",
        "1.17549435e-38",
        "3.4028235e38",
        "3.4028236e38",
        "1e39",
        "-1e400",
        "16777217",
        "16777219",
        "9007199254740993",
        "000000000000000000000001.5",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000000000000000001",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "1e99999999999999999999",
        "1e-99999999999999999999"
      })
  void edgesAreReadAsTheJdkReadsThem(String text) {
    check(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".",
        "-.",
        "e5",
        ".e5",
        "1e",
        "1e+",
        "1.2.3",
        "1-",
        "--1",
        "1f",
        "1d",
        "0x1p3",
        "NaN",
        "Infinity",
        "1 2",
        "1e5.5",
        "1_0",
        "\u0661",
        "12345678901234567890f",
        "12345678901234567890 "
      })
  void whatIsNoDecimalNumberIsRefused(String text) {
    assertThatThrownBy(() -> DecimalFloat.parse(text, 0, text.length()))
        .isInstanceOf(NumberFormatException.class);
  }

  private static void digits(StringBuilder text, Random random, int count) {
    for (int i = 0; i < count; i++) {
      text.append((char) ('0' + random.nextInt(10)));
    }
  }

  private static void check(String text) {
    float expected = Float.parseFloat(text);
    float found = DecimalFloat.parse("[" + text + ",", 1, text.length() + 1);
    assertThat(Float.floatToRawIntBits(found))
        .as("%s: expected %s, found %s", text, expected, found)
        .isEqualTo(Float.floatToRawIntBits(expected));
  }
}
