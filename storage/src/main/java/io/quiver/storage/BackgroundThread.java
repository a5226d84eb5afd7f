package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;

/** A thread of a store's own, which ends when what it runs does. */
record BackgroundThread(Thread thread) {
  static BackgroundThread start(Scheduler scheduler, String name, Runnable work) {
    return new BackgroundThread(scheduler.start(name, work));
  }

  /** Waits until it has ended; an interrupt is kept for later. */
  void join() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
