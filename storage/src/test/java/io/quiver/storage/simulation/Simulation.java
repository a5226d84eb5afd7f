package io.quiver.storage.simulation;

import io.quiver.storage.scheduling.Scheduler;
import java.lang.reflect.Constructor;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler whose threads all run on the thread that calls {@link #run}, one at a time, in an
 * order that a seed decides, and whose time is made up: it goes on by some microseconds a step, now
 * and then by more, and jumps to the next timer where nothing else can be done.
 *
 * <p>The threads are virtual ones with an executor of their own: whatever parks (a lock, a
 * condition, a future) gives way, as does {@link #step}; between two such places a thread runs
 * undisturbed. What must not be used is a monitor that is held across such a place, since the JVM
 * says nothing of who waits for it, and a wait that ends with the machine's time. Both are noticed
 * and end the simulation with an error. For a monitor that the JVM's own threads hold (the one that
 * frees memory does for a moment) everything waits, so that it changes nothing.
 *
 * <p>The constructor of such threads is not public: the JVM needs {@code --add-opens
 * java.base/java.lang=ALL-UNNAMED}.
 */
public final class Simulation implements Scheduler {
  /** What a simulation may take, in steps; whoever needs more goes in circles. */
  private static final long STEPS_MAX = 50_000_000;

  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private static final long STEP_NANOS_MAX = 20_000;
  private static final long BUILD_NANOS_MAX = 60_000_000;
  private static final long MONITOR_SECONDS_MAX = 10;
  private static final Constructor<?> BUILDER = builder();

  private final Random random;
  private final Trace trace;
  private final Thread carrier = Thread.currentThread();
  private final List<Ready> ready = new ArrayList<>();
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final List<Thread> threads = new ArrayList<>();

  /** Threads that others than these woke. */
  private final BlockingQueue<Ready> strangers = new LinkedBlockingQueue<>();

  private long now = 1_000_000_000;
  private long timersMade;
  private long steps;

  /** A simulation on the calling thread. */
  public Simulation(long seed, Trace trace) {
    this.random = new Random(seed);
    this.trace = trace;
  }

  /** A thread that can go on. */
  private record Ready(Thread thread, Runnable continuation) {}

  /** Does something quick at a time; timers of one time are done in the order of their making. */
  private record Timer(long at, long number, Runnable action) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return at == other.at ? Long.compare(number, other.number) : Long.compare(at, other.at);
    }
  }

  private static Constructor<?> builder() {
    try {
      Class<?> type = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
      Constructor<?> constructor = type.getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return constructor;
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "simulation needs JDK 25 with --add-opens=java.base/java.lang=ALL-UNNAMED", e);
    }
  }

  /** Runs some work and all threads that it starts, until it and they have ended. */
  public void run(Runnable main) {
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread first =
        start(
            "main",
            () -> {
              try {
                main.run();
              } catch (RuntimeException | Error e) {
                failure.set(e);
              }
            });
    while (first.isAlive() && next()) {
      checkSteps();
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new AssertionError("after " + steps + " steps: " + thrown, thrown);
    }
    while (!ready.isEmpty() && next()) {
      checkSteps();
    }
    List<String> left = alive();
    if (!left.isEmpty()) {
      throw new AssertionError("nothing goes on, and these threads wait: " + left);
    }
  }

  /** Lets one thread go on until it gives way; false where none can. */
  private boolean next() {
    if (ready.isEmpty()) {
      Timer timer = timers.peek();
      if (timer == null) {
        return false;
      }
      now = Math.max(now, timer.at());
    }
    now += passes();
    for (Timer due = timers.peek(); due != null && due.at() <= now; due = timers.peek()) {
      timers.remove();
      due.action().run();
    }
    if (!ready.isEmpty()) {
      Ready chosen = ready.remove(random.nextInt(ready.size()));
      trace.add(chosen.thread().getName());
      chosen.continuation().run();
      awaitMonitor(chosen.thread());
    }
    return true;
  }

  /** A step takes microseconds, one in 200 milliseconds, and one in 5,000 half a second. */
  private long passes() {
    int kind = random.nextInt(5_000);
    long scale = kind == 0 ? 25_000 : kind < 25 ? 250 : 1;
    return 1 + random.nextLong(STEP_NANOS_MAX) * scale;
  }

  private void checkSteps() {
    if (++steps > STEPS_MAX) {
      throw new AssertionError("no end after " + steps + " steps: " + alive());
    }
    if (!strangers.isEmpty()) {
      throw new AssertionError("a wait ended with the machine's time: " + strangers.peek());
    }
  }

  /** Lets a thread go on that has given way to a monitor of the JVM. */
  private void awaitMonitor(Thread thread) {
    while (isBlocked(thread)) {
      try {
        Ready woken = strangers.poll(MONITOR_SECONDS_MAX, TimeUnit.SECONDS);
        if (woken == null || !woken.thread().equals(thread)) {
          throw new AssertionError("a monitor was held where its thread gave way: " + alive());
        }
        woken.continuation().run();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** Whether it neither waits for others nor can go on. */
  private boolean isBlocked(Thread thread) {
    Thread.State state = thread.getState();
    return (state == Thread.State.BLOCKED || state == Thread.State.RUNNABLE)
        && ready.stream().noneMatch(other -> other.thread().equals(thread));
  }

  private List<String> alive() {
    List<String> names = new ArrayList<>();
    for (Thread thread : threads) {
      if (thread.isAlive()) {
        StackTraceElement[] stack = thread.getStackTrace();
        StringBuilder where = new StringBuilder(thread.getName() + " " + thread.getState());
        for (StackTraceElement element : stack) {
          if (element.getClassName().startsWith("io.quiver")) {
            where.append("\n    at ").append(element);
          }
        }
        names.add(where.toString());
      }
    }
    return names;
  }

  /** Lets others go on, if there are any: a step of a thread ends here. */
  @SuppressWarnings("ThreadPriorityCheck") // It is not about priority: this is the way to yield.
  public void step() {
    if (Thread.currentThread().isVirtual()) {
      Thread.yield();
    }
  }

  @Override
  public Instant instant() {
    return START.plusNanos(now);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public ThreadFactory threads(String name) {
    return work -> {
      AtomicReference<@Nullable Thread> made = new AtomicReference<>();
      Executor executor = continuation -> resume(made, continuation);
      try {
        var builder = (Thread.Builder.OfVirtual) BUILDER.newInstance(executor);
        Thread thread = builder.name(name).unstarted(work);
        made.set(thread);
        threads.removeIf(other -> other.getState() == Thread.State.TERMINATED);
        threads.add(thread);
        return thread;
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("no virtual thread can be made", e);
      }
    };
  }

  private void resume(AtomicReference<@Nullable Thread> thread, Runnable continuation) {
    Thread caller = Thread.currentThread();
    Ready woken = new Ready(Objects.requireNonNull(thread.get()), continuation);
    if (caller.isVirtual() || caller.equals(carrier)) {
      ready.add(woken);
    } else {
      strangers.add(woken);
    }
  }

  /** The work takes some time, in which others go on. */
  @Override
  public <T> T callAtLowPriority(String name, Supplier<T> work) {
    pause(random.nextLong(BUILD_NANOS_MAX));
    T made = work.get();
    pause(random.nextLong(BUILD_NANOS_MAX));
    return made;
  }

  @Override
  public int processors() {
    return 4;
  }

  private Timer after(long nanos, Runnable action) {
    Timer timer = new Timer(now + Math.max(nanos, 0), timersMade++, action);
    timers.add(timer);
    return timer;
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
  public long awaitNanos(Lock lock, Condition condition, long nanos) throws InterruptedException {
    long deadline = now + nanos;
    Timer timer =
        after(
            nanos,
            () ->
                start(
                    "timer",
                    () -> {
                      lock.lock();
                      try {
                        condition.signalAll();
                      } finally {
                        lock.unlock();
                      }
                    }));
    try {
      condition.await();
    } finally {
      timers.remove(timer);
    }
    return deadline - now;
  }

  @Override
  public boolean tryLock(Lock lock, long nanos) {
    long deadline = now + nanos;
    boolean locked = lock.tryLock();
    while (!locked && now < deadline) {
      pause(Math.max(1, nanos / 8));
      locked = lock.tryLock();
    }
    return locked;
  }

  @Override
  public void pause(long nanos) {
    long deadline = now + nanos;
    Thread thread = Thread.currentThread();
    after(nanos, () -> LockSupport.unpark(thread));
    while (now < deadline) {
      LockSupport.park(this);
    }
  }
}
