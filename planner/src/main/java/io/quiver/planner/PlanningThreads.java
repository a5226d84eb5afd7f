package io.quiver.planner;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Runs the planner on threads with a deep stack: it recurses into expressions, and a thousand ORs
 * are no reason to fail. Idle threads end by themselves and never keep a process alive.
 */
final class PlanningThreads {
  private static final long STACK_BYTES = 16L << 20;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  PlanningThreads() {
    int count = Runtime.getRuntime().availableProcessors();
    threads =
        new ThreadPoolExecutor(
            count,
            count,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("quiver-plan-", 0).stackSize(STACK_BYTES).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * What the task gives.
   *
   * @throws QuiverException 54001 where even the deep stack overflows, or what the task throws
   */
  <T> T call(Callable<T> task) {
    Future<T> future = threads.submit(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get();
        } catch (InterruptedException e) {
          // Planning is short; the caller looks at its flag afterwards.
          interrupted = true;
        } catch (ExecutionException e) {
          throw failure(e);
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static RuntimeException failure(ExecutionException wrapper) {
    Throwable cause = wrapper.getCause();
    if (cause instanceof StackOverflowError) {
      return new QuiverException(
          ErrorCode.STATEMENT_TOO_COMPLEX, "the statement is nested too deeply");
    }
    QuiverException mistake = cause == null ? null : CalciteErrors.translate(cause);
    return mistake != null
        ? mistake
        : new IllegalStateException("the planner failed", cause == null ? wrapper : cause);
  }
}
