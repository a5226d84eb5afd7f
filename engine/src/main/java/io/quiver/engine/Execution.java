package io.quiver.engine;

import java.util.function.BooleanSupplier;

/** One run of a statement, as far as another thread may end it. */
final class Execution implements BooleanSupplier {
  private final long startNanos = System.nanoTime();
  private final long timeoutNanos;
  private final BooleanSupplier callersWish;
  private boolean change;
  private volatile boolean cancelled;

  Execution(long timeoutMillis, BooleanSupplier callersWish) {
    this.callersWish = callersWish;
    this.timeoutNanos = timeoutMillis * 1_000_000L;
  }

  /** Says that a plan is about to change rows. COMMIT, which must not run twice, never says so. */
  void startChange() {
    change = true;
  }

  boolean isChange() {
    return change;
  }

  void cancel() {
    cancelled = true;
  }

  long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }

  /** True once the statement is to end: cancelled, or out of time. */
  @Override
  public boolean getAsBoolean() {
    return cancelled
        || callersWish.getAsBoolean()
        || (timeoutNanos > 0 && elapsedNanos() > timeoutNanos);
  }
}
