package io.quiver.planner.rule;

/**
 * What is known of the values of a column, of whole segments and so a little off.
 *
 * @param nullShare of the rows, 0 to 1
 * @param distinct how many different values there are, at least 1
 * @param least the least one, or NaN where it is no number or not known
 * @param greatest the greatest one, or NaN
 */
public record ColumnEstimate(double nullShare, double distinct, double least, double greatest) {
  public ColumnEstimate {
    if (!(nullShare >= 0 && nullShare <= 1 && distinct >= 1)) {
      throw new IllegalArgumentException(nullShare + " nulls, " + distinct + " values");
    }
  }

  /** The share of the rows that have one certain value. */
  double shareOfOne() {
    return (1 - nullShare) / distinct;
  }

  /** The share of the rows below a number, as if they lay evenly; NaN where that cannot be said. */
  double shareBelow(double number) {
    if (!(least < greatest)) {
      return Double.NaN;
    }
    return (1 - nullShare) * Math.clamp((number - least) / (greatest - least), 0, 1);
  }
}
