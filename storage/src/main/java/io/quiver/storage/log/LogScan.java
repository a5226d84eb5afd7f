package io.quiver.storage.log;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Goes through the records of one file. Owned by one thread; the file belongs to it. */
final class LogScan implements AutoCloseable {
  private static final long WINDOW_BYTES = 1L << 20;

  private final StorageFile file;
  private final LogFormat.Header header;
  private long position = LogFormat.HEADER_BYTES;
  private long size = LogFormat.HEADER_BYTES;
  private long nextSequence;
  private LogFormat.Window window;

  LogScan(LogFiles.Opened opened) {
    this.file = opened.file();
    this.header = opened.header();
    this.nextSequence = header.firstSequence();
    this.window = new LogFormat.Window(MemorySegment.NULL, position, header.salt());
  }

  /** The offset behind the last record that was read. */
  long position() {
    return position;
  }

  /** The length of the file, as it was seen last. */
  long size() {
    return size;
  }

  /** The sequence number that the next record must have. */
  long nextSequence() {
    return nextSequence;
  }

  LogFormat.Header header() {
    return header;
  }

  /**
   * The next record, or null at the end of the file, or where it has been torn.
   *
   * @param mayBeTorn true for the newest file, while nobody writes it
   */
  @Nullable LogRecord next(boolean mayBeTorn) {
    if (position == size) {
      size = file.size();
      if (position == size) {
        return null;
      }
    }
    LogFormat.Entry entry = decode();
    if (entry == null) {
      // While the file is being written, the window may be older than the record.
      size = file.size();
      window = new LogFormat.Window(MemorySegment.NULL, position, header.salt());
      entry = decode();
    }
    if (entry == null) {
      if (!mayBeTorn) {
        throw damaged("no record " + nextSequence + " here, and it was durable once");
      }
      checkNothingDurableFollows();
      return null;
    }
    position += entry.bytes();
    nextSequence++;
    return new LogRecord(new Lsn(header.epoch(), entry.sequence()), entry.payload());
  }

  private LogFormat.@Nullable Entry decode() {
    load(LogFormat.RECORD_HEADER_BYTES);
    if (size - position >= LogFormat.RECORD_HEADER_BYTES) {
      int length = LogFormat.claimedLength(window.bytes(), position - window.fileOffset());
      load(LogFormat.RECORD_HEADER_BYTES + Math.max(0L, length));
    }
    return LogFormat.decodeRecord(
        window, position - window.fileOffset(), nextSequence, nextSequence);
  }

  /** Makes the window hold so many bytes from the position on, or all that there are. */
  private void load(long bytes) {
    long wanted = Math.min(bytes, size - position);
    if (position + wanted > window.fileOffset() + window.bytes().byteSize()) {
      long length = Math.min(Math.max(wanted, WINDOW_BYTES), size - position);
      window = new LogFormat.Window(file.read(position, length), position, header.salt());
    }
  }

  /** Tells a crash from damage, as {@link LogFormat} explains. */
  private void checkNothingDurableFollows() {
    LogFormat.Window rest =
        new LogFormat.Window(file.read(position, size - position), position, header.salt());
    long maxSequence = nextSequence + (size - position) / LogFormat.RECORD_HEADER_BYTES;
    long used = used(rest.bytes());
    for (long at = 1; at < used; at++) {
      LogFormat.Entry later = LogFormat.decodeRecord(rest, at, nextSequence + 1, maxSequence);
      if (later != null && later.group() > position) {
        throw damaged(
            "no record "
                + nextSequence
                + " here, but record "
                + later.sequence()
                + " follows at "
                + (position + at));
      }
    }
  }

  /** The bytes before the zeros that a part of the file ends in. */
  private static long used(MemorySegment bytes) {
    long end = bytes.byteSize();
    while (end >= Long.BYTES && bytes.get(JAVA_LONG_UNALIGNED, end - Long.BYTES) == 0) {
      end -= Long.BYTES;
    }
    while (end > 0 && bytes.get(JAVA_BYTE, end - 1) == 0) {
      end--;
    }
    return end;
  }

  /** How many bytes are behind the position, without the zeros that the file ends in. */
  long bytesBehind() {
    return used(file.read(position, size - position));
  }

  CorruptionException damaged(String what) {
    return new CorruptionException(file.name(), position, what);
  }

  /** Cuts the file where the scan has come to, and makes all before durable. */
  void settle() {
    if (file.size() > position) {
      file.truncate(position);
    }
    // A process that was killed leaves records in the page cache that no force has reached. They
    // are about to be believed.
    file.force();
  }

  @Override
  public void close() {
    file.close();
  }
}
