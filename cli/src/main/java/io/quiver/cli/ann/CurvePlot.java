package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Draws searches a second over recall as SVG. Where most is found the recall's axis is that of the
 * missing part, in a logarithmic scale, so that 0.99 and 0.999 lie apart.
 */
final class CurvePlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 440;
  private static final int LEFT = 80;
  private static final int RIGHT = 700;
  private static final int TOP = 40;
  private static final int BOTTOM = 390;

  /** Recalls above this many are drawn as this, because 1 would lie at infinity. */
  private static final double LEAST_MISSING = 1e-4;

  private static final double[] LINEAR_TICKS = {0, 0.2, 0.4, 0.6, 0.8, 1};
  private static final double[] TICKS = {0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999};

  private final boolean logarithmic;
  private final double leastRecall;
  private final double lowDecade;
  private final double highDecade;

  private CurvePlot(List<Point> points) {
    double best = points.stream().mapToDouble(Point::recall).max().orElse(0);
    logarithmic = best > 0.9;
    double worst = points.stream().mapToDouble(Point::recall).min().orElse(0);
    double least = 0;
    for (double tick : logarithmic ? TICKS : LINEAR_TICKS) {
      least = tick <= worst && tick < 0.99 ? tick : least;
    }
    leastRecall = least;
    double slowest = points.stream().mapToDouble(Point::perSecond).min().orElse(1);
    double fastest = points.stream().mapToDouble(Point::perSecond).max().orElse(1);
    lowDecade = Math.floor(Math.log10(slowest));
    highDecade = Math.max(lowDecade + 1, Math.ceil(Math.log10(fastest)));
  }

  /** What was measured at one effort. */
  record Point(double recall, double perSecond) {}

  /**
   * Writes the file.
   *
   * @throws QuiverException 58030 when it cannot be written
   */
  static void write(Path file, String title, int k, List<Point> points) {
    List<Point> sorted = points.stream().sorted(Comparator.comparingDouble(Point::recall)).toList();
    try {
      Files.writeString(file, new CurvePlot(sorted).svg(title, k, sorted));
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.IO_ERROR, file + " cannot be written: " + e.getMessage(), e);
    }
  }

  private String svg(String title, int k, List<Point> points) {
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
        font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        <text x="%d" y="24" font-size="14">%s</text>
        """
            .formatted(WIDTH, HEIGHT, LEFT, escape(title)));
    for (double tick : logarithmic ? TICKS : LINEAR_TICKS) {
      if (tick >= leastRecall) {
        line(svg, x(tick), TOP, x(tick), BOTTOM);
        text(svg, x(tick), BOTTOM + 18, "middle", number(tick));
      }
    }
    for (double decade = lowDecade; decade <= highDecade; decade++) {
      for (int digit : decade == highDecade ? new int[] {1} : new int[] {1, 2, 5}) {
        double value = digit * Math.pow(10, decade);
        line(svg, LEFT, y(value), RIGHT, y(value));
        text(svg, LEFT - 8, y(value) + 4, "end", number(value));
      }
    }
    text(svg, (LEFT + RIGHT) / 2.0, HEIGHT - 10, "middle", "recall@" + k);
    text(svg, LEFT, TOP - 4, "end", "QPS");
    svg.append("<polyline fill=\"none\" stroke=\"#1f5fbf\" stroke-width=\"2\" points=\"");
    for (Point point : points) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.recall), y(point.perSecond)));
    }
    svg.append("\"/>\n");
    for (Point point : points) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"#1f5fbf\"><title>%.4f, %.0f QPS"
                  + "</title></circle>%n",
              x(point.recall),
              y(point.perSecond),
              point.recall,
              point.perSecond));
    }
    return svg.append("</svg>\n").toString();
  }

  private double x(double recall) {
    return LEFT + (RIGHT - LEFT) * (place(recall) - place(leastRecall)) / span();
  }

  private double span() {
    return place(1) - place(leastRecall);
  }

  private double place(double recall) {
    return logarithmic ? -Math.log10(Math.max(LEAST_MISSING, 1 - recall)) : recall;
  }

  private double y(double perSecond) {
    double part = (Math.log10(perSecond) - lowDecade) / (highDecade - lowDecade);
    return BOTTOM - (BOTTOM - TOP) * part;
  }

  private static void line(StringBuilder svg, double x1, double y1, double x2, double y2) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
            x1,
            y1,
            x2,
            y2));
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text));
  }

  private static String number(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
