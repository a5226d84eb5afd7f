package io.quiver.storage.log;

import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard's records in groups: one thread, the leader, takes all that is in the queue,
 * writes it, forces the file once, and answers everybody. Whoever waits for a record leads when
 * nobody else does, so that a thread which commits alone hands nothing over; a leader whose record
 * is durable hands the lead to one who waits. A thread of the writer's own leads for what nobody
 * waits for.
 *
 * <p>The lock guards the queue and the state; the tail and what has been taken belong to the
 * leader.
 */
final class LocalLogWriter implements LogWriter, Runnable {
  /** How long after a write that failed what was released is tried again. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** How long a leader waits for others at most, and which part of a force. */
  private static final long COMPANY_NANOS_MAX = TimeUnit.MICROSECONDS.toNanos(500);

  private static final int COMPANY_PART = 4;

  private final Scheduler scheduler;
  private final LogTail tail;
  private final long delayNanos;
  private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final LogQueue queue = new LogQueue();

  /** Whether someone leads. */
  private boolean leading;

  /** How many threads wait beside the leader; the lock guards changes. */
  private volatile int waiting;

  /** How many threads, with their leader, had a record forced last or waited for the next force. */
  private int company;

  /** How long the last force took. */
  private long forceNanos;

  /** Whether the writer's own thread is to write what is in the queue now. */
  private boolean urgent;

  /** Whether the writer's own thread looks after a released record. */
  private boolean timed;

  /** When what was released and could not be written is tried again; means something if timed. */
  private long retryAt;

  /** How many failures are known here, and not to all whom they concern. */
  private int untold;

  /** Why nothing can be appended until {@link #resume}; null while it can. */
  private @Nullable QuiverException stall;

  /** Why no more can be appended; null while it can. */
  private @Nullable QuiverException refusal;

  private volatile @Nullable Thread thread;

  LocalLogWriter(LogFiles files, LogFiles.Opened opened, LogOptions options, Scheduler scheduler) {
    this.scheduler = scheduler;
    this.retryAt = scheduler.nanoTime();
    this.tail = new LogTail(files, opened, options);
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(options.forceDelayMillis());
  }

  long epoch() {
    return tail.epoch();
  }

  /** The last record that is durable. */
  long durableSequence() {
    return tail.durableSequence();
  }

  @Override
  public CompletableFuture<Lsn> append(List<MemorySegment> pieces) {
    return append(pieces, true);
  }

  @Override
  public CompletableFuture<Lsn> appendDeferred(List<MemorySegment> pieces) {
    return append(pieces, false);
  }

  private CompletableFuture<Lsn> append(List<MemorySegment> pieces, boolean now) {
    Appended record = new Appended(pieces, scheduler.nanoTime());
    lock.lock();
    try {
      QuiverException reason = refusal == null ? stall : refusal;
      if (reason != null) {
        record.settled = true;
        record.completeExceptionally(reason);
      } else {
        queue.add(record);
        if (now) {
          urgent = true;
          changed.signalAll();
        }
      }
    } finally {
      lock.unlock();
    }
    return record;
  }

  @Override
  public boolean release(CompletableFuture<Lsn> appended) {
    if (!(appended instanceof Appended record)) {
      return true;
    }
    lock.lock();
    try {
      if (record.settled) {
        return false; // Waiting for it tells what it came to, in a moment.
      }
      Appended oldest = queue.oldest();
      if (oldest != null && scheduler.nanoTime() - oldest.since() > 2 * delayNanos) {
        return false;
      }
      if (!queue.isFirstUnreleased(record)) {
        return false; // One before it may fail yet, and everything behind that with it.
      }
      record.released = true;
      if (!timed) {
        timed = true;
        changed.signalAll();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Lsn await(CompletableFuture<Lsn> appended) {
    if (appended instanceof Appended record && !record.isDone()) {
      LogWaiter waiter = new LogWaiter(record);
      if (enlist(waiter)) {
        waiter.park();
      }
      if (waiter.leads) {
        lead(waiter);
      }
      QuiverException failure = waiter.failure;
      if (failure != null) {
        throw new CompletionException(failure);
      }
    }
    return appended.join();
  }

  /** Lets a thread lead where nobody does, and wait otherwise; false where it need not wait. */
  private boolean enlist(LogWaiter waiter) {
    lock.lock();
    try {
      if (waiter.record.settled) {
        return false; // Its future learns it in a moment, and wakes nobody but whoever joins it.
      }
      if (leading) {
        queue.enlist(waiter);
        waiting = queue.waiters();
      } else {
        leading = true;
        waiter.leads = true;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean resume() {
    lock.lock();
    try {
      while (untold > 0) {
        changed.awaitUninterruptibly();
      }
      stall = null;
      return refusal == null;
    } finally {
      lock.unlock();
    }
  }

  /** Writes groups until it is known what becomes of the leader's own record. */
  private void lead(LogWaiter leader) {
    awaitCompany();
    Outcome outcome = writeGroup(leader);
    while (!leader.record.settled && leader.failure == null) {
      tell(outcome);
      outcome = writeGroup(leader);
    }
    handOver();
    tell(outcome);
  }

  /**
   * Gives those whose records have just been forced the time to come back: otherwise two groups
   * would take turns, and each force would serve half of the threads.
   */
  @SuppressWarnings("ThreadPriorityCheck") // The others need the processor that this one has.
  private void awaitCompany() {
    if (waiting + 1 < company) {
      long deadline = scheduler.nanoTime() + Math.min(forceNanos / COMPANY_PART, COMPANY_NANOS_MAX);
      while (waiting + 1 < company && scheduler.nanoTime() < deadline) {
        Thread.yield();
      }
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      while (awaitWork()) {
        Outcome outcome = writeGroup(null);
        handOver();
        tell(outcome);
      }
    } finally {
      abandon();
    }
  }

  /** At the end, whatever its reason. */
  private void abandon() {
    try {
      refuse(new QuiverException(ErrorCode.IO_ERROR, "the log's thread has ended"));
    } finally {
      try {
        tail.close();
      } finally {
        stopped.complete(null);
      }
    }
  }

  /** Until the writer's own thread leads; false when nothing will be written any more. */
  private boolean awaitWork() {
    boolean interrupted = false;
    lock.lock();
    try {
      while (true) {
        try {
          if (leading) {
            changed.await();
            continue;
          }
          Appended oldest = queue.next();
          if (oldest == null && refusal != null) {
            return false;
          }
          long left = oldest == null ? 1 : untilDue(oldest);
          if (left <= 0) {
            leading = true;
            return true;
          }
          timed &= oldest != null;
          if (timed) {
            scheduler.awaitNanos(lock, changed, left);
          } else {
            changed.await();
          }
        } catch (InterruptedException e) {
          // Nobody has a reason to: what was appended is to be written all the same.
          interrupted = true;
        }
      }
    } finally {
      lock.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** How long the writer's own thread leaves the oldest record in the queue. */
  private long untilDue(Appended oldest) {
    if (urgent || refusal != null) {
      return 0;
    }
    long now = scheduler.nanoTime();
    return timed ? Math.max(oldest.since() + delayNanos - now, retryAt - now) : 1;
  }

  /** What became of some records, and whom to wake for it. */
  private record Outcome(
      List<Appended> records,
      long first,
      @Nullable QuiverException failure,
      List<LogWaiter> wakes) {}

  private void tell(Outcome outcome) {
    List<Appended> records = outcome.records();
    QuiverException failure = outcome.failure();
    if (failure == null) {
      for (int i = 0; i < records.size(); i++) {
        records.get(i).complete(new Lsn(epoch(), outcome.first() + i));
      }
    } else {
      records.forEach(record -> record.completeExceptionally(failure));
      lock.lock();
      try {
        untold--;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
    outcome.wakes().forEach(LogWaiter::wake);
  }

  /** Writes and forces what is in the queue; the caller leads. It throws nothing. */
  private Outcome writeGroup(@Nullable LogWaiter leader) {
    boolean forcing = false;
    try {
      long first = tail.durableSequence() + 1;
      List<Appended> group = take();
      if (!group.isEmpty()) {
        tail.write(group);
        forcing = true;
        long start = scheduler.nanoTime();
        tail.force();
        forceNanos = scheduler.nanoTime() - start;
      }
      return durable(group, first);
    } catch (RuntimeException | Error e) {
      boolean goesOn = !forcing && e instanceof QuiverException && cutBack();
      if (!goesOn) {
        // Nobody knows which of the bytes are on disk, and a second force that succeeds would
        // prove nothing. Cut back, the records are at least not found by whoever opens the log.
        tail.tryCutBack();
      }
      return failed(leader, failure(e), goesOn);
    }
  }

  private List<Appended> take() {
    lock.lock();
    try {
      List<Appended> group = queue.take();
      urgent &= !queue.isEmpty();
      return group;
    } finally {
      lock.unlock();
    }
  }

  private Outcome durable(List<Appended> group, long first) {
    lock.lock();
    try {
      company = queue.waiters() + 1;
      List<LogWaiter> wakes = queue.settleTaken();
      waiting = queue.waiters();
      return new Outcome(group, first, null, wakes);
    } finally {
      lock.unlock();
    }
  }

  private boolean cutBack() {
    try {
      tail.cutBack();
      return true;
    } catch (RuntimeException | Error e) {
      return false;
    }
  }

  /**
   * Fails what was taken and all behind it, except for what was released and everything before it
   * was, too.
   *
   * @param goesOn whether more can be written
   */
  private Outcome failed(@Nullable LogWaiter leader, QuiverException failure, boolean goesOn) {
    lock.lock();
    try {
      boolean keep = goesOn && refusal == null;
      List<Appended> lost = queue.fail(keep);
      if (!keep && refusal == null) {
        refusal = failure;
      } else if (!lost.isEmpty()) {
        stall = failure;
      }
      urgent = false;
      timed = true;
      retryAt = scheduler.nanoTime() + RETRY_NANOS;
      List<LogWaiter> wakes = queue.settle(lost);
      List<LogWaiter> others = queue.clearWaiters();
      waiting = 0;
      others.forEach(waiter -> waiter.failure = failure);
      wakes.addAll(others);
      if (leader != null && !leader.record.settled) {
        leader.failure = failure;
      }
      untold++;
      return new Outcome(lost, 0, failure, wakes);
    } finally {
      lock.unlock();
    }
  }

  private static QuiverException failure(Throwable cause) {
    ErrorCode code =
        cause instanceof QuiverException e && e.code() == ErrorCode.DISK_FULL
            ? ErrorCode.DISK_FULL
            : ErrorCode.IO_ERROR;
    return new QuiverException(code, "the log cannot be written: " + cause.getMessage(), cause);
  }

  /** Ends leading: one who waits goes on with it. */
  private void handOver() {
    LogWaiter next;
    lock.lock();
    try {
      next = queue.nextWaiter();
      waiting = queue.waiters();
      if (next == null) {
        leading = false;
        if (timed || urgent || refusal != null) {
          changed.signalAll();
        }
      } else {
        next.leads = true;
      }
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.wake();
    }
  }

  /** Fails what is in the queue, and every later append; the first reason stays. */
  private void refuse(QuiverException reason) {
    Outcome outcome;
    lock.lock();
    try {
      if (refusal == null) {
        refusal = reason;
      }
      List<Appended> lost = queue.clear();
      untold++;
      outcome = new Outcome(lost, 0, reason, queue.settle(lost));
      waiting = queue.waiters();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    tell(outcome);
  }

  /** Fences this writer: what is being written ends, nothing else begins. */
  void stop(QuiverException reason) {
    refuse(reason);
    awaitEnd();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (refusal == null) {
        refusal = new QuiverException(ErrorCode.DATABASE_IN_USE, "the log was closed");
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    awaitEnd();
  }

  private void awaitEnd() {
    // Code that hangs on an append's future may close the log, on the log's own thread.
    if (!Thread.currentThread().equals(thread)) {
      stopped.join();
    }
  }
}
