package io.quiver.storage;

/** A thread of a store's own, which ends when what it runs does. */
record BackgroundThread(Thread thread) {
  static BackgroundThread start(String name, Runnable work) {
    return new BackgroundThread(Thread.ofPlatform().name(name).daemon().start(work));
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
