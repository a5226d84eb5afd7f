package io.quiver.vector.index;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Spreads the steps of a build over its threads; tells the progress and asks for the cancel. */
public final class Workers {
  private final BuildOptions options;
  private double done;

  public Workers(BuildOptions options) {
    this.options = options;
  }

  /** Work on one item, with what only its thread uses. */
  @FunctionalInterface
  public interface Task<S> {
    void run(S scratch, int item);
  }

  /**
   * Runs the task for each number; a single thread goes in order. What a task throws ends all and
   * is thrown on.
   *
   * @param chunk how many numbers a thread takes at a time
   * @param share of the whole build, from 0 to 1, that this is
   */
  public <S> void forEach(
      int from, int to, int chunk, double share, Supplier<S> scratch, Task<S> task) {
    AtomicInteger next = new AtomicInteger(from);
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    double before = done;
    Runnable work =
        () -> {
          try {
            S own = scratch.get();
            int start;
            while ((start = next.getAndAdd(chunk)) < to && start >= from) {
              if (failure.get() != null) {
                return;
              }
              if (options.cancelled().getAsBoolean()) {
                throw new CancellationException("the build of an index was cancelled");
              }
              for (int i = start; i < to && i - start < chunk; i++) {
                task.run(own, i);
              }
              options.progress().accept(before + share * (start - from) / Math.max(1, to - from));
            }
          } catch (Throwable e) {
            failure.compareAndSet(null, e);
          }
        };
    run(work, (int) Math.min(options.threads(), ((long) to - from + chunk - 1) / chunk));
    rethrow(failure.get());
    done = before + share;
    options.progress().accept(Math.min(1, done));
  }

  private static void run(Runnable work, int threads) {
    List<Thread> others = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      others.add(Thread.ofPlatform().daemon().name("quiver-index-build-" + i).start(work));
    }
    work.run();
    boolean interrupted = false;
    for (Thread thread : others) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
