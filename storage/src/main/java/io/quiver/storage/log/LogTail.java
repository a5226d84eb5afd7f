package io.quiver.storage.log;

import io.quiver.storage.file.StorageFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The end of one shard's newest file, where records are written. Owned by one thread at a time; the
 * file belongs to it.
 */
final class LogTail implements AutoCloseable {
  private static final long BUFFER_BYTES = 1L << 20;

  private final LogFiles files;
  private final long epoch;
  private final long fileBytesMax;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 64);
  private StorageFile file;
  private long salt;
  private long position = LogFormat.HEADER_BYTES;
  private long durablePosition = LogFormat.HEADER_BYTES;
  private long nextSequence;
  private volatile long durableSequence;
  private long buffered;

  /** Whether the file may hold something behind its durable records. */
  private boolean dirty;

  /** Whether the next file may be there, and is not written yet. */
  private boolean rotating;

  LogTail(LogFiles files, LogFiles.Opened opened, LogOptions options) {
    this.files = files;
    this.epoch = opened.header().epoch();
    this.fileBytesMax = options.fileBytesMax();
    this.file = opened.file();
    this.salt = opened.header().salt();
    this.nextSequence = opened.header().firstSequence();
    this.durableSequence = nextSequence - 1;
  }

  long epoch() {
    return epoch;
  }

  /** The last record that is durable. */
  long durableSequence() {
    return durableSequence;
  }

  /** Writes records, which are durable once {@link #force} has returned. */
  void write(List<Appended> records) {
    if (position >= fileBytesMax) {
      rotate();
    }
    dirty = true;
    buffered = 0;
    for (Appended record : records) {
      List<MemorySegment> pieces = record.pieces();
      if (buffered + LogFormat.RECORD_HEADER_BYTES > BUFFER_BYTES) {
        flush();
      }
      MemorySegment header = buffer.asSlice(buffered, LogFormat.RECORD_HEADER_BYTES);
      LogFormat.encodeRecordHeader(header, salt, nextSequence, durablePosition, pieces);
      buffered += LogFormat.RECORD_HEADER_BYTES;
      pieces.forEach(this::put);
      nextSequence++;
    }
    flush();
  }

  private void rotate() {
    LogFormat.Header header = files.prepare(nextSequence, epoch);
    rotating = true;
    StorageFile next = files.install(header);
    rotating = false;
    StorageFile full = file;
    file = next;
    salt = header.salt();
    position = LogFormat.HEADER_BYTES;
    durablePosition = position;
    full.close();
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

  /** Makes durable what was written. After a failure this must never be called again. */
  void force() {
    file.force();
    dirty = false;
    durablePosition = position;
    durableSequence = nextSequence - 1;
  }

  /**
   * Takes away what was written and not forced, durably: a crash must not bring back a record whose
   * author was told that it failed.
   *
   * @throws RuntimeException when that cannot be done, and the file must not be written any more
   */
  void cutBack() {
    if (rotating) {
      throw new IllegalStateException("the log's next file may be there already");
    }
    if (dirty) {
      file.truncate(durablePosition);
      file.force();
      dirty = false;
    }
    position = durablePosition;
    nextSequence = durableSequence + 1;
  }

  /** As {@link #cutBack} where that works, without making it durable: after a force that failed. */
  void tryCutBack() {
    try {
      file.truncate(durablePosition);
    } catch (RuntimeException | Error e) {
      // The reason for cutting is the failure that counts. Opening the log settles it.
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
