package io.quiver.bench;

import java.util.Arrays;
import java.util.Locale;

/**
 * The slope of measurements over time by Theil and Sen: the median of the slopes between all pairs,
 * which a few outliers do not move, with its two-sided 95 % confidence interval from the variance
 * of Kendall's rank correlation (Sen 1968, Estimates of the regression coefficient based on
 * Kendall's tau, section 3, without ties). Each is a part of the median of the measurements, an
 * hour. The interval takes measurements for independent of one another: where neighbours are alike,
 * it is narrower than it should be.
 *
 * @param slope the median
 * @param least the lower end of the interval
 * @param greatest its upper end
 */
record Trend(double slope, double least, double greatest) {
  private static final double QUANTILE = 1.96;

  /**
   * Of measurements with different times.
   *
   * @throws IllegalArgumentException for fewer than three of them, or another number of times
   */
  static Trend of(double[] minutes, double[] values) {
    int n = values.length;
    if (n < 3 || minutes.length != n) {
      throw new IllegalArgumentException(
          "at least 3 measurements are needed, each with its time; found "
              + n
              + " at "
              + minutes.length
              + " times");
    }
    double[] slopes = new double[n * (n - 1) / 2];
    int count = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        slopes[count++] = 60 * (values[j] - values[i]) / (minutes[j] - minutes[i]);
      }
    }
    Arrays.sort(slopes);
    double width = QUANTILE * Math.sqrt(n * (n - 1.0) * (2.0 * n + 5) / 18);
    int below = Math.max(0, (int) Math.floor((count - width) / 2) - 1);
    int above = Math.min(count - 1, (int) Math.ceil((count + width) / 2));
    double middle = median(values);
    return new Trend(median(slopes) / middle, slopes[below] / middle, slopes[above] / middle);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%+.2f %% an hour, 95 %% between %+.2f and %+.2f",
        100 * slope,
        100 * least,
        100 * greatest);
  }
}
