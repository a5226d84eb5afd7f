package io.quiver.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class TrendTest {
  private static final int COUNT = 45;

  /** Of a measurement a minute. */
  private static Trend of(IntToDoubleFunction value) {
    double[] minutes = new double[COUNT];
    double[] values = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      minutes[i] = i;
      values[i] = value.applyAsDouble(i);
    }
    return Trend.of(minutes, values);
  }

  @Test
  void aLineHasItsSlopeAnHourAsAPartOfItsMiddle() {
    Trend trend = of(i -> 78 + i);
    assertThat(trend.slope()).isCloseTo(0.6, within(1e-12));
    assertThat(trend.least()).isCloseTo(0.6, within(1e-12));
    assertThat(trend.greatest()).isCloseTo(0.6, within(1e-12));
  }

  @Test
  void outliersDoNotMoveIt() {
    Trend trend = of(i -> i % 9 == 8 ? 500 : 50);
    assertThat(trend.slope()).isZero();
    assertThat(of(i -> i > 40 ? 500 : 50 + 0.01 * (i % 2)).slope()).isLessThan(0.02);
  }

  @Test
  void theIntervalHoldsTheSlopeNineteenTimesOfTwenty() {
    int held = 0;
    int grows = 0;
    for (int seed = 0; seed < 400; seed++) {
      Random random = new Random(seed);
      Trend trend = of(i -> 50 + 2 * i / 60.0 + random.nextGaussian());
      double slope = 2 / (50 + 2 * 22 / 60.0);
      held += trend.least() <= slope && slope <= trend.greatest() ? 1 : 0;
      Trend still = of(i -> 50 + random.nextGaussian());
      grows += still.least() > 0.01 ? 1 : 0;
    }
    assertThat(held).isBetween(366, 394);
    assertThat(grows).as("told of a heap that does not grow").isLessThan(12);
  }

  @Test
  void aHeapThatGrowsIsTold() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      assertThat(of(i -> 50 + 8 * i / 60.0 + random.nextGaussian()).least())
          .as("seed " + seed)
          .isGreaterThan(0.01);
    }
  }

  @Test
  void tooFewMeasurementsHaveNone() {
    assertThatThrownBy(() -> Trend.of(new double[2], new double[2]))
        .hasMessageContaining("found 2");
  }
}
