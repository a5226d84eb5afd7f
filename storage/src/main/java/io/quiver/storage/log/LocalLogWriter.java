package io.quiver.storage.log;

import io.quiver.storage.file.StorageFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes one shard's records: one thread takes all that is waiting, writes it, forces the file
 * once, and answers everybody. It begins when someone waits for a record, or a deferred one has
 * been there for long enough.
 *
 * <p>After the first failure every append fails: whoever appended meanwhile built on what is not in
 * the log, and a record behind a gap must never be durable. A thread that dies of an error answers
 * all who wait.
 *
 * <p>The lock guards the queue and the state; file, position, sequence number and what has been
 * taken belong to the writing thread.
 */
final class LocalLogWriter implements LogWriter, Runnable {
  /** What is forced together, at most, unless a single record is larger. */
  private static final long GROUP_BYTES_MAX = 64L << 20;

  private static final long BUFFER_BYTES = 1L << 20;

  private final LogFiles files;
  private final long epoch;
  private final LogOptions options;
  private final long delayNanos;
  private final CompletableFuture<@Nullable Void> stopped = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final ArrayDeque<Waiting> queue = new ArrayDeque<>();

  /** Whether something in the queue is to be written now. */
  private boolean urgent;

  /** When the oldest record was appended that the thread has taken and not answered yet. */
  private @Nullable Waiting oldestTaken;

  /** Why no more can be appended; null while it can. */
  private @Nullable QuiverException refusal;

  /** What the thread has taken and not answered yet. */
  private List<Waiting> taken = List.of();

  private volatile @Nullable Thread thread;
  private volatile long durableSequence;

  private StorageFile file;
  private long salt;
  private long position = LogFormat.HEADER_BYTES;
  private long durablePosition = LogFormat.HEADER_BYTES;
  private long nextSequence;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 64);
  private long buffered;

  LocalLogWriter(LogFiles files, LogFiles.Opened opened, LogOptions options) {
    this.files = files;
    this.epoch = opened.header().epoch();
    this.options = options;
    this.delayNanos = TimeUnit.MILLISECONDS.toNanos(options.forceDelayMillis());
    this.file = opened.file();
    this.salt = opened.header().salt();
    this.nextSequence = opened.header().firstSequence();
    this.durableSequence = nextSequence - 1;
  }

  /**
   * A record in the queue.
   *
   * @param bytes of all pieces
   * @param since when it was appended, by the clock of nanoseconds
   */
  private record Waiting(
      List<MemorySegment> pieces, long bytes, long since, CompletableFuture<Lsn> done) {}

  long epoch() {
    return epoch;
  }

  /** The last record that is durable. */
  long durableSequence() {
    return durableSequence;
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
    long bytes = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
    if (bytes > LogFormat.PAYLOAD_BYTES_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a log record holds at most " + LogFormat.PAYLOAD_BYTES_MAX + " bytes, found " + bytes);
    }
    CompletableFuture<Lsn> done = new CompletableFuture<>();
    lock.lock();
    try {
      if (refusal != null) {
        done.completeExceptionally(refusal);
      } else {
        queue.add(new Waiting(pieces, bytes, System.nanoTime(), done));
        urgent |= now;
        if (now || queue.size() == 1) {
          arrived.signal();
        }
      }
    } finally {
      lock.unlock();
    }
    return done;
  }

  @Override
  public Lsn await(CompletableFuture<Lsn> appended) {
    if (!appended.isDone()) {
      lock.lock();
      try {
        urgent = !queue.isEmpty();
        arrived.signal();
      } finally {
        lock.unlock();
      }
    }
    return appended.join();
  }

  @Override
  public boolean isLate() {
    lock.lock();
    try {
      Waiting oldest = oldestTaken == null ? queue.peek() : oldestTaken;
      return oldest != null && System.nanoTime() - oldest.since() > 2 * delayNanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    try {
      take();
      while (!taken.isEmpty()) {
        write(taken);
        take();
      }
    } finally {
      abandon();
    }
  }

  /** At the end, whatever its reason. */
  private void abandon() {
    try {
      QuiverException ended = new QuiverException(ErrorCode.IO_ERROR, "the log's thread has ended");
      refuse(ended);
      taken.forEach(waiting -> waiting.done().completeExceptionally(ended));
    } finally {
      try {
        file.close();
      } finally {
        stopped.complete(null);
      }
    }
  }

  /** Waits for work; nothing means that there will be none. */
  private void take() {
    lock.lock();
    try {
      oldestTaken = null;
      awaitWork();
      List<Waiting> group = new ArrayList<>(queue.size());
      taken = group;
      long bytes = 0;
      while (!queue.isEmpty() && (bytes < GROUP_BYTES_MAX)) {
        Waiting next = queue.remove();
        bytes += next.bytes();
        group.add(next);
      }
      oldestTaken = group.isEmpty() ? null : group.getFirst();
      urgent &= !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Until something is to be written, or nothing will be any more. The lock is held. */
  private void awaitWork() {
    boolean interrupted = false;
    while (refusal == null && !urgent) {
      Waiting oldest = queue.peek();
      long left = oldest == null ? 0 : oldest.since() + delayNanos - System.nanoTime();
      if (oldest != null && left <= 0) {
        break;
      }
      try {
        if (oldest == null) {
          arrived.await();
        } else {
          arrived.awaitNanos(left);
        }
      } catch (InterruptedException e) {
        // Nobody has a reason to: what was appended is to be written all the same.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(List<Waiting> group) {
    long first = nextSequence;
    try {
      writeUnforced(group);
    } catch (RuntimeException | Error e) {
      QuiverException failure = failed(e);
      refuse(failure);
      cutBack();
      group.forEach(waiting -> waiting.done().completeExceptionally(failure));
      return;
    }
    try {
      file.force();
    } catch (RuntimeException | Error e) {
      // Nobody knows which of the bytes are on disk, and a second force that succeeds would prove
      // nothing. Cut back, the records are at least not found by whoever opens the log next.
      QuiverException failure = failed(e);
      refuse(failure);
      cutBack();
      group.forEach(waiting -> waiting.done().completeExceptionally(failure));
      return;
    }
    durablePosition = position;
    durableSequence = nextSequence - 1;
    for (int i = 0; i < group.size(); i++) {
      group.get(i).done().complete(new Lsn(epoch, first + i));
    }
  }

  private void writeUnforced(List<Waiting> group) {
    if (position >= options.fileBytesMax()) {
      LogFiles.Opened next = files.create(nextSequence, epoch);
      file.close();
      file = next.file();
      salt = next.header().salt();
      position = LogFormat.HEADER_BYTES;
      durablePosition = position;
    }
    buffered = 0;
    for (Waiting waiting : group) {
      if (buffered + LogFormat.RECORD_HEADER_BYTES > BUFFER_BYTES) {
        flush();
      }
      MemorySegment header = buffer.asSlice(buffered, LogFormat.RECORD_HEADER_BYTES);
      LogFormat.encodeRecordHeader(header, salt, nextSequence, durablePosition, waiting.pieces());
      buffered += LogFormat.RECORD_HEADER_BYTES;
      waiting.pieces().forEach(this::put);
      nextSequence++;
    }
    flush();
  }

  private void put(MemorySegment piece) {
    long bytes = piece.byteSize();
    if (buffered + bytes > BUFFER_BYTES) {
      flush();
    }
    if (bytes > BUFFER_BYTES) {
      file.write(position, piece);
      position += bytes;
    } else {
      MemorySegment.copy(piece, 0, buffer, buffered, bytes);
      buffered += bytes;
    }
  }

  private void flush() {
    if (buffered > 0) {
      file.write(position, buffer.asSlice(0, buffered));
      position += buffered;
      buffered = 0;
    }
  }

  /** Cuts off what is not durable, where that works: opening the log settles it otherwise. */
  private void cutBack() {
    try {
      file.truncate(durablePosition);
    } catch (RuntimeException e) {
      // The reason for cutting is the failure that counts.
    }
  }

  private QuiverException failed(Throwable cause) {
    ErrorCode code =
        cause instanceof QuiverException e && e.code() == ErrorCode.DISK_FULL
            ? ErrorCode.DISK_FULL
            : ErrorCode.IO_ERROR;
    return new QuiverException(code, "the log cannot be written: " + cause.getMessage(), cause);
  }

  /** Fails whoever waits, and every later append; the first reason stays. */
  private void refuse(QuiverException reason) {
    List<Waiting> abandoned;
    lock.lock();
    try {
      if (refusal == null) {
        refusal = reason;
      }
      abandoned = List.copyOf(queue);
      queue.clear();
      arrived.signal();
    } finally {
      lock.unlock();
    }
    abandoned.forEach(waiting -> waiting.done().completeExceptionally(reason));
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
      arrived.signal();
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
