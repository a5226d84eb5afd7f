package io.quiver.cli.console;

import io.quiver.engine.copy.CopyProgress;
import java.io.PrintStream;
import java.util.Locale;

/**
 * One line of a terminal that shows how far a copy or a build has come, drawn over itself ten times
 * a second at most. Owned by one thread at a time.
 */
final class ProgressBar implements CopyProgress.Listener {
  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int CELLS = 24;

  private final PrintStream out;
  private long start;
  private long lastDrawn;
  private int width;

  ProgressBar(PrintStream out) {
    this.out = out;
    begin();
  }

  /** A copy begins; the one before is over. */
  void begin() {
    start = System.nanoTime();
    // A copy that is over at once shows nothing.
    lastDrawn = start;
    width = 0;
  }

  @Override
  public void progress(CopyProgress progress) {
    long now = System.nanoTime();
    if (now - lastDrawn < INTERVAL_NANOS) {
      return;
    }
    lastDrawn = now;
    draw(line(progress, now - start));
  }

  /** Draws a line over the one before. */
  void draw(String line) {
    out.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
    out.flush();
    width = line.length();
  }

  /** Removes the line. */
  void end() {
    if (width > 0) {
      out.print("\r" + " ".repeat(width) + "\r");
      out.flush();
      width = 0;
    }
  }

  /** {@code [######......] 52 % 1.2 of 2.3 GB 4,000,000 rows 210,000 rows/s}. */
  static String line(CopyProgress progress, long nanos) {
    double seconds = nanos / 1e9;
    String rows =
        String.format(
            Locale.ROOT, "%,d rows  %,.0f rows/s", progress.rows(), progress.rows() / seconds);
    if (progress.bytesTotal() <= 0) {
      return bytes(progress.bytes()) + "  " + rows;
    }
    double part = Math.min(1, progress.bytes() / (double) progress.bytesTotal());
    return String.format(
        Locale.ROOT,
        "%s  %s of %s  %s",
        bar(part),
        bytes(progress.bytes()),
        bytes(progress.bytesTotal()),
        rows);
  }

  /** {@code [######......] 52 %}. */
  static String bar(double part) {
    int cells = (int) (part * CELLS);
    return String.format(
        Locale.ROOT, "[%s%s] %3.0f %%", "#".repeat(cells), ".".repeat(CELLS - cells), 100 * part);
  }

  private static String bytes(long bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    double value = bytes;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
  }
}
