package io.quiver.storage.scheduling;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that get little of a processor that others want, and all of one that nobody wants. Only
 * Linux has a nice value for each thread, which threads that it starts begin with, and which a
 * thread may raise but mostly not lower again: so no thread that does anything else gets one.
 */
final class LowPriority {
  /**
   * What is added to the nice value: a thread then weighs a third of another. With 10 it is a
   * ninth, and where searches never pause, indexes without which they are slow hardly get made.
   */
  static final int NICE_ADDED = 5;

  private static final System.Logger LOG = System.getLogger(LowPriority.class.getName());

  private static final @Nullable MethodHandle NICE = find();

  private LowPriority() {}

  @SuppressWarnings("restricted")
  private static @Nullable MethodHandle find() {
    // Without the permission the JVM would print a warning into the application's output.
    if (!LowPriority.class.getModule().isNativeAccessEnabled()
        || !System.getProperty("os.name").equals("Linux")) {
      return null;
    }
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> nice = linker.defaultLookup().find("nice");
    return nice.isEmpty()
        ? null
        : linker.downcallHandle(nice.get(), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  }

  /** Whether there are such threads here. */
  static boolean isAvailable() {
    return NICE != null;
  }

  /** Does some work on such a thread, or on any where there is none, and waits for it. */
  static <T> T call(String name, Supplier<T> work) {
    if (NICE == null) {
      return work.get();
    }
    FutureTask<T> task =
        new FutureTask<>(() -> {
          lower(NICE);
          return work.get();
        });
    Thread thread = Thread.ofPlatform().daemon().name(name).start(task);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (task.state() == Future.State.SUCCESS) {
      return task.resultNow();
    }
    switch (task.exceptionNow()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private static void lower(MethodHandle nice) {
    int now;
    try {
      now = (int) nice.invokeExact(NICE_ADDED);
    } catch (Throwable e) {
      throw new IllegalStateException("nice", e);
    }
    if (now < 0) {
      // Less than 0 is also what a thread has that was favoured before.
      LOG.log(Level.DEBUG, "a thread for builds may have been refused a higher nice value");
    }
  }
}
