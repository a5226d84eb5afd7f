package io.quiver.cli.dump;

import java.io.PrintStream;
import java.util.Locale;

/**
 * Says how many rows have gone over, a line for each table and for every five seconds within one.
 * Owned by one thread.
 */
public final class TransferProgress {
  private static final long INTERVAL_NANOS = 5_000_000_000L;

  private final PrintStream out;
  private final long start = System.nanoTime();
  private long allRows;
  private int tables;
  private String table = "";
  private long tableStart;
  private long lastTold;
  private long rows;

  /** Writes lines to a stream. */
  public TransferProgress(PrintStream out) {
    this.out = out;
  }

  void begin(String name) {
    table = name;
    rows = 0;
    tableStart = System.nanoTime();
    lastTold = tableStart;
  }

  void moved(long more) {
    rows += more;
    long now = System.nanoTime();
    if (now - lastTold >= INTERVAL_NANOS) {
      lastTold = now;
      out.println(line(table, rows, now - tableStart));
    }
  }

  void endTable() {
    out.println(line(table, rows, System.nanoTime() - tableStart));
    allRows += rows;
    tables++;
  }

  void end(String what) {
    out.println(line(what + " " + tables + " tables", allRows, System.nanoTime() - start));
  }

  /** {@code public.items: 4,000,000 rows in 19.0 s, 210,000 rows/s}. */
  static String line(String what, long rows, long nanos) {
    double seconds = Math.max(nanos, 1) / 1e9;
    return String.format(
        Locale.ROOT, "%s: %,d rows in %.1f s, %,.0f rows/s", what, rows, seconds, rows / seconds);
  }
}
