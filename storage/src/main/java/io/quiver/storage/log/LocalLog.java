package io.quiver.storage.log;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * The log in files of this machine; {@link LogFormat} gives their bytes. A position is the epoch of
 * its writer and a sequence number that counts the shard's records from 1.
 *
 * <p>It relies on the database's LOCK: no other process writes the directory. One lock, this
 * object, guards the list of writers.
 */
public final class LocalLog implements Log {
  private final FileSystem files;
  private final RandomGenerator random;
  private final Scheduler scheduler;
  private final LogOptions options;
  private final Map<ShardId, LocalLogWriter> writers = new HashMap<>();

  /** A log on the machine's threads and clocks. */
  public LocalLog(FileSystem files, RandomGenerator random, LogOptions options) {
    this(files, random, options, Scheduler.system());
  }

  /**
   * A log with everything given.
   *
   * @param random gives the files' salts
   * @param scheduler gives the thread of each writer
   */
  public LocalLog(
      FileSystem files, RandomGenerator random, LogOptions options, Scheduler scheduler) {
    this.files = files;
    this.random = random;
    this.options = options;
    this.scheduler = scheduler;
  }

  @Override
  public synchronized LogWriter open(ShardId shard, long epoch) {
    LogFiles own = files(shard);
    LogFiles.Name newest = own.newest();
    if (newest != null && newest.epoch() >= epoch) {
      throw fenced(shard, newest.epoch(), epoch);
    }
    LocalLogWriter earlier = writers.remove(shard);
    if (earlier != null) {
      earlier.stop(fenced(shard, epoch, earlier.epoch()));
      newest = own.newest();
    }
    long nextSequence = newest == null ? 1 : settle(own, newest);
    LogFiles.Opened file = own.create(nextSequence, epoch);
    if (newest != null && newest.firstSequence() == nextSequence) {
      own.delete(List.of(newest));
    }
    LocalLogWriter writer = new LocalLogWriter(own, file, options, scheduler);
    writers.put(shard, writer);
    scheduler.start("quiver-log", writer);
    return writer;
  }

  /** Settles where the records of earlier writers end, and gives the next sequence number. */
  private static long settle(LogFiles own, LogFiles.Name newest) {
    try (LogScan scan = new LogScan(own.open(newest, FileSystem.Mode.WRITE))) {
      LogRecord record = scan.next(true);
      while (record != null) {
        record = scan.next(true);
      }
      scan.settle();
      return scan.nextSequence();
    }
  }

  @Override
  public LogReader read(ShardId shard, Lsn from, boolean tail) {
    LogFiles own = files(shard);
    List<LogFiles.Name> names = own.list();
    if (names.isEmpty() || (from.minor() + 1 < names.getFirst().firstSequence())) {
      if (!from.equals(Lsn.START)) {
        throw new CorruptionException(own.describe(), 0, "the records after " + from + " are gone");
      }
    }
    long durable = durableSequence(shard);
    if (durable < from.minor()) {
      // Whoever appended here would give the numbers of records that were there once.
      throw new CorruptionException(
          own.describe(), 0, "the log ends with record " + durable + ", before " + from);
    }
    return new LocalLogReader(own, from, tail, () -> durableSequence(shard));
  }

  private synchronized long durableSequence(ShardId shard) {
    LocalLogWriter writer = writers.get(shard);
    return writer == null ? LocalLogReader.NO_WRITER : writer.durableSequence();
  }

  @Override
  public synchronized void truncate(ShardId shard, Lsn upTo, long epoch) {
    LogFiles own = files(shard);
    List<LogFiles.Name> names = own.list();
    if (!names.isEmpty() && names.getLast().epoch() > epoch) {
      throw fenced(shard, names.getLast().epoch(), epoch);
    }
    // The newest file stays whatever it holds: it knows the epoch and the next sequence number.
    List<LogFiles.Name> behind = new ArrayList<>();
    for (int i = 0; i + 1 < names.size(); i++) {
      if (names.get(i + 1).firstSequence() - 1 <= upTo.minor()) {
        behind.add(names.get(i));
      }
    }
    own.delete(behind);
  }

  @Override
  public synchronized void close() {
    writers.values().forEach(LocalLogWriter::close);
    writers.clear();
  }

  private LogFiles files(ShardId shard) {
    return new LogFiles(files, shard, random);
  }

  private static QuiverException fenced(ShardId shard, long found, long wanted) {
    return new QuiverException(
        ErrorCode.DATABASE_IN_USE,
        "log " + shard.value() + " belongs to epoch " + found + ", found a writer of " + wanted);
  }
}
