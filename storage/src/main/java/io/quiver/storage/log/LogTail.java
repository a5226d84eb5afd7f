package io.quiver.storage.log;

import io.quiver.storage.file.StorageFile;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The end of one shard's newest file, where records are written. Owned by one thread at a time; the
 * file belongs to it.
 *
 * <p>Behind the records the file is filled with zeros in advance, so that forcing a record changes
 * neither the file's size nor where its bytes lie: the file system then writes the record alone,
 * and nothing to its journal.
 */
final class LogTail implements AutoCloseable {
  private static final long BUFFER_BYTES = 1L << 20;

  /** How much is filled in advance: as much as the file has, within these bounds. */
  private static final long FILL_BYTES_MIN = 64L << 10;

  private static final long FILL_BYTES_MAX = 8L << 20;

  /** What a group is at most this part of is worth filling for. */
  private static final int FILL_PART = 8;

  private static final MemorySegment ZEROS = Arena.ofAuto().allocate(1L << 20, 64).asReadOnly();

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

  /** Where the file is filled again: its end, unless that has failed lately. */
  private long filled = LogFormat.HEADER_BYTES;

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
    long start = position;
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
    if (position > filled) {
      fill(position - start);
    }
  }

  /** Fills the file behind records that have made it grow, where many more like them have room. */
  private void fill(long groupBytes) {
    long bytes = Math.min(Math.max(position, FILL_BYTES_MIN), FILL_BYTES_MAX);
    bytes = Math.min(bytes, fileBytesMax - position);
    if (bytes < FILL_PART * groupBytes) {
      return;
    }
    try {
      for (long done = 0; done < bytes; done += ZEROS.byteSize()) {
        file.write(position + done, ZEROS.asSlice(0, Math.min(ZEROS.byteSize(), bytes - done)));
      }
    } catch (QuiverException e) {
      // There may be room for the records alone.
      file.truncate(position);
    }
    filled = position + bytes;
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
    filled = position;
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
      filled = durablePosition;
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

  /** Leaves a file that ends with its last record, where that works. */
  @Override
  public void close() {
    try {
      if (filled > durablePosition) {
        tryCutBack();
      }
    } finally {
      file.close();
    }
  }
}
