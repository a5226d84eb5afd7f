package io.quiver.executor.operator;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The threads that work on one search: its own, and others while fewer searches run than there are
 * processors, so that alone it is answered sooner, and among many none waits for a turn.
 */
final class SearchThreads implements AutoCloseable {
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private static final long SPIN_NANOS = TimeUnit.MICROSECONDS.toNanos(50);

  /** Threads that work on any search. */
  private static final AtomicInteger BUSY = new AtomicInteger();

  private static final ThreadPoolExecutor POOL =
      new ThreadPoolExecutor(
          0,
          PROCESSORS,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofPlatform().daemon().name("quiver-search-", 0).factory());

  private final int others;
  private volatile @Nullable Throwable failure;

  private SearchThreads(int others) {
    this.others = others;
  }

  /**
   * Begins a search.
   *
   * @param most threads that have enough to do
   */
  static SearchThreads begin(int most) {
    int before = BUSY.get();
    int others = others(most, before);
    while (!BUSY.compareAndSet(before, before + 1 + others)) {
      before = BUSY.get();
      others = others(most, before);
    }
    return new SearchThreads(others);
  }

  private static int others(int most, int busy) {
    return Math.clamp(PROCESSORS - 1L - busy, 0, most - 1);
  }

  /** Whether one of them has thrown, so that there is no use in going on. */
  boolean hasFailed() {
    return failure != null;
  }

  /**
   * Works together. Whoever has not begun when the own thread is done, need not begin any more.
   *
   * @param own what the own thread works with, to which is added what the others have found
   * @param work done by each thread, until nothing is left to do
   */
  void run(SegmentSearch own, Consumer<SegmentSearch> work) {
    List<Helper> helpers = new ArrayList<>(others);
    try {
      boolean more = others > 0;
      while (more) {
        more = begin(new Helper(own.another(), work), helpers) && helpers.size() < others;
      }
      work.accept(own);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    // Whatever has happened, none may go on when the search is over.
    helpers.forEach(Helper::end);
    try {
      rethrow(failure);
      helpers.forEach(helper -> helper.addTo(own));
    } finally {
      helpers.forEach(helper -> helper.search.close());
    }
  }

  /** False where all threads are taken by searches that are about to end: this goes on without. */
  private static boolean begin(Helper helper, List<Helper> helpers) {
    try {
      POOL.execute(helper);
      helpers.add(helper);
      return true;
    } catch (RejectedExecutionException e) {
      helper.search.close();
      return false;
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Another thread's part. */
  private final class Helper implements Runnable {
    private final SegmentSearch search;
    private final Consumer<SegmentSearch> work;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private boolean ran;

    private Helper(SegmentSearch search, Consumer<SegmentSearch> work) {
      this.search = search;
      this.work = work;
    }

    @Override
    public void run() {
      if (!begun.compareAndSet(false, true)) {
        return;
      }
      try {
        work.accept(search);
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        done.countDown();
      }
    }

    /** Waits for it if it has begun, and keeps it from beginning otherwise. */
    private void end() {
      if (!begun.compareAndSet(false, true)) {
        await();
        ran = true;
      }
    }

    private void addTo(SegmentSearch own) {
      if (ran) {
        own.add(search);
      }
    }

    private void await() {
      // It is about to be done with its last segment: to be woken up takes longer than that.
      long begin = System.nanoTime();
      while (done.getCount() > 0 && System.nanoTime() - begin < SPIN_NANOS) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      while (done.getCount() > 0) {
        try {
          done.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    BUSY.addAndGet(-1 - others);
  }
}
