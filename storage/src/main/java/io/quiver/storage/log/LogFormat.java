package io.quiver.storage.log;

import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a log file, all numbers little-endian.
 *
 * <pre>
 * header   0  8  the ASCII letters QUIVRLOG
 *          8  2  major version, 1
 *         10  2  minor version, 0
 *         12  4  shard
 *         16  8  epoch of the writer
 *         24  8  sequence number of the first record
 *         32  8  salt, random for each file
 *         40  4  zero
 *         44  4  CRC32C of bytes 0 to 44
 * record   0  4  length of the payload
 *          4  8  sequence number, one more than that of the record before
 *         12  8  group: the offset in this file where the records begin that were forced with it
 *         20  4  CRC32C of the salt, of bytes 0 to 20, and of the payload
 *         24     payload
 * </pre>
 *
 * <p>Records follow one another without gaps to the end of the file, or in the newest file to zeros
 * that room was made with; the next file begins with the next sequence number. The salt keeps a
 * record of another file, in blocks that the disk has used before, from being taken for one of this
 * file.
 *
 * <p>The group tells a crash from damage. All before a group was durable when the group was
 * written. So if a record at offset p is bad and a good one whose group lies behind p follows, then
 * the bad one was durable once: that is damage. If there is none, a crash may have torn the last
 * group in any way, and the log ends at p.
 */
final class LogFormat {
  static final int HEADER_BYTES = 48;
  static final int RECORD_HEADER_BYTES = 24;

  /** The most that one record holds. */
  static final long PAYLOAD_BYTES_MAX = Integer.MAX_VALUE - 65_536L;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long MAGIC = magic();
  private static final short MAJOR = 1;
  private static final short MINOR = 0;

  private LogFormat() {}

  private static long magic() {
    byte[] letters = "QUIVRLOG".getBytes(StandardCharsets.US_ASCII);
    return MemorySegment.ofArray(letters).get(LONG, 0);
  }

  /** What a file says about itself. */
  record Header(int shard, long epoch, long firstSequence, long salt) {
    MemorySegment encode() {
      MemorySegment bytes = Arena.ofAuto().allocate(HEADER_BYTES);
      bytes.set(LONG, 0, MAGIC);
      bytes.set(SHORT, 8, MAJOR);
      bytes.set(SHORT, 10, MINOR);
      bytes.set(INT, 12, shard);
      bytes.set(LONG, 16, epoch);
      bytes.set(LONG, 24, firstSequence);
      bytes.set(LONG, 32, salt);
      bytes.set(INT, 44, headerChecksum(bytes));
      return bytes;
    }

    static Header decode(MemorySegment bytes, String file) {
      int stored = bytes.get(INT, 44);
      int computed = headerChecksum(bytes);
      if (stored != computed) {
        throw CorruptionException.checksum(file, 0, stored, computed);
      }
      if (bytes.get(LONG, 0) != MAGIC) {
        throw new CorruptionException(file, 0, "it is not a log file");
      }
      int major = bytes.get(SHORT, 8);
      if (major != MAJOR) {
        throw new QuiverException(
            ErrorCode.UNSUPPORTED_FORMAT,
            file + " has log format " + major + ", this Quiver reads " + MAJOR);
      }
      return new Header(
          bytes.get(INT, 12), bytes.get(LONG, 16), bytes.get(LONG, 24), bytes.get(LONG, 32));
    }

    private static int headerChecksum(MemorySegment bytes) {
      CRC32C crc = new CRC32C();
      crc.update(bytes.asSlice(0, 44).asByteBuffer());
      return (int) crc.getValue();
    }
  }

  /** A record's place and its payload, a view. */
  record Entry(long sequence, long group, MemorySegment payload) {
    long bytes() {
      return RECORD_HEADER_BYTES + payload.byteSize();
    }
  }

  /** Writes the header of a record to the start of {@code target}. */
  static void encodeRecordHeader(
      MemorySegment target, long salt, long sequence, long group, List<MemorySegment> payload) {
    target.set(INT, 0, (int) payload.stream().mapToLong(MemorySegment::byteSize).sum());
    target.set(LONG, 4, sequence);
    target.set(LONG, 12, group);
    target.set(INT, 20, recordChecksum(salt, target, payload));
  }

  /** The payload's length as a record header claims it, not yet checked. */
  static int claimedLength(MemorySegment window, long at) {
    return window.get(INT, at);
  }

  /** Part of a file in memory, and the salt of its records. */
  record Window(MemorySegment bytes, long fileOffset, long salt) {}

  /**
   * The record at {@code at} of a window, or null if there is none there that is whole, right and
   * between the two sequence numbers.
   */
  static @Nullable Entry decodeRecord(Window part, long at, long minSequence, long maxSequence) {
    MemorySegment window = part.bytes();
    if (window.byteSize() - at < RECORD_HEADER_BYTES) {
      return null;
    }
    int length = window.get(INT, at);
    long sequence = window.get(LONG, at + 4);
    long group = window.get(LONG, at + 12);
    if (length < 0
        || length > window.byteSize() - at - RECORD_HEADER_BYTES
        || sequence < minSequence
        || sequence > maxSequence
        || group < HEADER_BYTES
        || group > part.fileOffset() + at) {
      return null;
    }
    MemorySegment payload = window.asSlice(at + RECORD_HEADER_BYTES, length);
    MemorySegment header = window.asSlice(at, RECORD_HEADER_BYTES);
    if (header.get(INT, 20) != recordChecksum(part.salt(), header, List.of(payload))) {
      return null;
    }
    return new Entry(sequence, group, payload.asReadOnly());
  }

  private static int recordChecksum(long salt, MemorySegment header, List<MemorySegment> payload) {
    CRC32C crc = new CRC32C();
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      crc.update((int) (salt >>> shift));
    }
    crc.update(header.asSlice(0, 20).asByteBuffer());
    for (MemorySegment piece : payload) {
      crc.update(piece.asByteBuffer());
    }
    return (int) crc.getValue();
  }
}
