package io.quiver.storage.log;

import io.quiver.types.QuiverException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A thread that waits until its record is durable, or it is to lead. It makes this for itself. */
final class LogWaiter {
  final Appended record;

  /** Whether it is to write; whoever sets it wakes the thread. */
  volatile boolean leads;

  /** Why a record could not be written that will be tried again. */
  volatile @Nullable QuiverException failure;

  private final Thread thread = Thread.currentThread();

  LogWaiter(Appended record) {
    this.record = record;
  }

  void park() {
    boolean interrupted = false;
    while (!record.isDone() && !leads && failure == null) {
      LockSupport.park(this);
      // An interrupt ends no wait: what was appended is to be written all the same.
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      thread.interrupt();
    }
  }

  void wake() {
    LockSupport.unpark(thread);
  }
}
