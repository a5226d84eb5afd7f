package io.quiver.storage.log;

import io.quiver.storage.file.FileSystem;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads the files of one shard, one after the other. Owned by one thread. */
final class LocalLogReader implements LogReader {
  /** The limit while nobody writes: the end of the files decides. */
  static final long NO_WRITER = Long.MAX_VALUE;

  private final LogFiles files;
  private final Lsn from;
  private final LongSupplier durableSequence;
  private @Nullable LogScan scan;
  private boolean newest;

  /**
   * Reads behind a position.
   *
   * @param durableSequence the last record that may be shown, or {@link #NO_WRITER}
   */
  LocalLogReader(LogFiles files, Lsn from, boolean tail, LongSupplier durableSequence) {
    this.files = files;
    this.from = from;
    if (tail) {
      this.durableSequence = durableSequence;
    } else {
      long now = durableSequence.getAsLong();
      this.durableSequence = () -> now;
    }
  }

  @Override
  public @Nullable LogRecord next() {
    LogRecord record = nextOfAll();
    while (record != null && record.lsn().minor() <= from.minor()) {
      record = nextOfAll();
    }
    return record;
  }

  private @Nullable LogRecord nextOfAll() {
    long limit = durableSequence.getAsLong();
    LogScan current = scan == null ? first() : scan;
    while (current != null && current.nextSequence() <= limit) {
      LogRecord record = current.next(newest && limit == NO_WRITER);
      if (record != null) {
        return record;
      }
      current = following(current, limit);
    }
    return null;
  }

  /** The file that holds the record behind {@link #from}, or null in an empty log. */
  private @Nullable LogScan first() {
    List<LogFiles.Name> names = files.list();
    if (names.isEmpty()) {
      return null;
    }
    int start = 0;
    while (start + 1 < names.size() && names.get(start + 1).firstSequence() <= from.minor() + 1) {
      start++;
    }
    return open(names, start);
  }

  /** The file behind one that has ended, or null at the end of the log. */
  private @Nullable LogScan following(LogScan ended, long limit) {
    List<LogFiles.Name> names = files.list();
    int next = 0;
    while (next < names.size() && !isBehind(names.get(next), ended.header())) {
      next++;
    }
    if (next < names.size()) {
      long first = names.get(next).firstSequence();
      if (first != ended.nextSequence()) {
        throw ended.damaged(
            "the file ends before record "
                + ended.nextSequence()
                + ", the next starts at "
                + first);
      }
      ended.close();
      return open(names, next);
    }
    if (limit != NO_WRITER || ended.nextSequence() <= from.minor()) {
      throw ended.damaged(
          "the log ends before record " + Math.max(ended.nextSequence(), from.minor()));
    }
    return null;
  }

  private static boolean isBehind(LogFiles.Name name, LogFormat.Header header) {
    int bySequence = Long.compare(name.firstSequence(), header.firstSequence());
    return bySequence > 0 || (bySequence == 0 && name.epoch() > header.epoch());
  }

  private LogScan open(List<LogFiles.Name> names, int index) {
    LogScan opened = new LogScan(files.open(names.get(index), FileSystem.Mode.READ));
    scan = opened;
    newest = index == names.size() - 1;
    return opened;
  }

  @Override
  public void close() {
    if (scan != null) {
      scan.close();
    }
  }
}
