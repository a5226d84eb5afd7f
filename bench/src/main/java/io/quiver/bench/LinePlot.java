package io.quiver.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws panels of lines over a common axis, one above the other, as SVG. */
final class LinePlot {
  private static final int WIDTH = 760;
  private static final int PANEL = 170;
  private static final int LEFT = 80;
  private static final int RIGHT = 620;
  private static final int TOP = 30;
  private static final int BOTTOM = 140;
  private static final int LINES = 4;
  private static final String[] COLOURS = {"#1f5fbf", "#c0392b", "#2a8a3e", "#8e5bb5", "#b8860b"};

  private final String axis;
  private final List<Double> x;
  private final List<Panel> panels = new ArrayList<>();

  /** A name, and a value for each place of the axis. */
  record Line(String name, List<Double> values) {
    Line {
      values = List.copyOf(values);
    }

    double greatest() {
      return values.stream().filter(value -> !value.isNaN()).reduce(0.0, Double::max);
    }
  }

  private record Panel(String title, List<Line> lines) {}

  /**
   * @param x ascending
   */
  LinePlot(String axis, List<Double> x) {
    this.axis = axis;
    this.x = List.copyOf(x);
  }

  /** Adds lines with a scale of their own, which begins at zero. NaN leaves a gap. */
  void add(String title, List<Line> lines) {
    panels.add(new Panel(title, List.copyOf(lines)));
  }

  void write(Path file) throws IOException {
    StringBuilder svg = new StringBuilder();
    int height = panels.size() * PANEL + 30;
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" \
        font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        """
            .formatted(WIDTH, height));
    for (int i = 0; i < panels.size(); i++) {
      draw(svg, panels.get(i), i * PANEL);
    }
    text(svg, (LEFT + RIGHT) / 2.0, height - 8.0, "middle", axis);
    Files.writeString(file, svg.append("</svg>\n"));
  }

  private void draw(StringBuilder svg, Panel panel, int top) {
    double scale = scale(panel.lines().stream().mapToDouble(Line::greatest).max().orElse(0));
    text(svg, LEFT, top + 18.0, "start", panel.title());
    for (int i = 0; i <= LINES; i++) {
      double y = top + BOTTOM - (BOTTOM - TOP) * i / (double) LINES;
      svg.append(
          String.format(
              Locale.ROOT, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>%n", LEFT, y, RIGHT));
      text(svg, LEFT - 8.0, y + 4, "end", number(scale * i / LINES));
    }
    for (int i = 0; i <= 6; i++) {
      double at = x.getFirst() + (x.getLast() - x.getFirst()) * i / 6;
      text(svg, place(at), top + BOTTOM + 16.0, "middle", number(at));
    }
    for (int i = 0; i < panel.lines().size(); i++) {
      Line line = panel.lines().get(i);
      svg.append("<path fill=\"none\" stroke-width=\"1.5\" stroke=\"").append(COLOURS[i]);
      svg.append("\" d=\"");
      boolean drawing = false;
      for (int j = 0; j < x.size(); j++) {
        double value = line.values().get(j);
        if (!Double.isNaN(value)) {
          double y = top + BOTTOM - (BOTTOM - TOP) * value / scale;
          svg.append(
              String.format(Locale.ROOT, "%s%.1f %.1f", drawing ? "L" : "M", place(x.get(j)), y));
        }
        drawing = !Double.isNaN(value);
      }
      svg.append("\"/>\n");
      svg.append("<g fill=\"").append(COLOURS[i]).append("\">");
      text(svg, RIGHT + 10.0, top + TOP + 16.0 * i + 10, "start", line.name());
      svg.append("</g>\n");
    }
  }

  private double place(double value) {
    return LEFT
        + (RIGHT - LEFT) * (value - x.getFirst()) / Math.max(1e-9, x.getLast() - x.getFirst());
  }

  /** The next above of 1, 2, 4, 5 or 8 times a power of ten. */
  private static double scale(double greatest) {
    double decade = Math.pow(10, Math.floor(Math.log10(Math.max(greatest, 1e-9))));
    for (double digit : new double[] {1, 2, 4, 5, 8}) {
      if (digit * decade >= greatest) {
        return digit * decade;
      }
    }
    return 10 * decade;
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.2f", value);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
            x,
            y,
            anchor,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }
}
