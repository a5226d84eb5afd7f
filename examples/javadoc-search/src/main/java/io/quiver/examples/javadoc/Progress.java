package io.quiver.examples.javadoc;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** Says how far a long job is: a bar on a terminal, elsewhere a line at every tenth. */
final class Progress {
  private static final int BAR_WIDTH = 30;

  private final PrintStream out;
  private final String label;
  private final int total;
  private final boolean terminal;
  private final long startNanos;
  private int tenth;

  Progress(PrintStream out, String label, int total, boolean terminal) {
    this.out = out;
    this.label = label;
    this.total = total;
    this.terminal = terminal;
    this.startNanos = System.nanoTime();
  }

  void at(int done) {
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    double rate = done / Math.max(seconds, 1e-9);
    Duration left = Duration.ofSeconds(Math.round((total - done) / Math.max(rate, 1e-9)));
    String state =
        String.format(
            Locale.ROOT,
            "%s %3d %% (%d of %d), %.0f/s, %d:%02d left",
            label,
            100L * done / total,
            done,
            total,
            rate,
            left.toMinutes(),
            left.toSecondsPart());
    if (terminal) {
      int filled = (int) ((long) BAR_WIDTH * done / total);
      String bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
      out.print("\r" + bar + " " + state + (done == total ? " \n" : " "));
      out.flush();
    } else if (done * 10L / total > tenth) {
      tenth = (int) (done * 10L / total);
      out.println(state);
    }
  }
}
