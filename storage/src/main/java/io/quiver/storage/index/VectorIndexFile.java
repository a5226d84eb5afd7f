package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.segment.Checksum;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.types.CorruptionException;
import io.quiver.vector.Indexes;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code segments/<segment>/<index>.index} of an index on vectors. Little-endian:
 *
 * <pre>
 *    0     8  the ASCII letters QUIVVIDX
 *    8     2  major version, 2
 *   10     2  minor version, 0
 *   12     4  length of the subject
 *   16     4  length of the origin
 *   20     4  length of the rows of a partial index; 0 for an index of all rows
 *   24        subject: the segment's UUID (16, the higher half first), the index's id (8), rows (4),
 *             the column's id (4) and SQL type (text), kind and distance (texts), number of options
 *             (4), for each its name and value (texts)
 *    .        origin: milliseconds that the build took (8), why its kind was chosen (text)
 *    .        zeros
 * 4092     4  CRC32C of everything before
 * 4096        of a partial index: its condition (text), the rows for which that is true ({@link
 *             RowBitmap#write}), zeros, and before the next multiple of 4,096 the CRC32C of both and
 *             the zeros (4)
 *    .        the index, as {@link io.quiver.vector.index.IndexForm} specifies it
 * </pre>
 *
 * <p>The file is derived from the segment: whoever finds it missing, damaged, or made for another
 * description does without.
 */
public final class VectorIndexFile {
  private static final long MAGIC = 0x5844_4956_5649_5551L;
  private static final int MAJOR = 2;
  private static final int FIXED_BYTES = 24;
  private static final int HEADER_BYTES = 4_096;
  private static final int CHECKSUM_AT = HEADER_BYTES - Integer.BYTES;

  private VectorIndexFile() {}

  /** What an index is of. */
  public record Subject(UUID segment, int rows, IndexDefinition index, TableDefinition table) {
    public String path() {
      return SegmentDirectory.indexFile(segment, index.id());
    }

    private MemorySegment bytes() {
      ByteWriter out = new ByteWriter(256);
      out.putLong(segment.getMostSignificantBits()).putLong(segment.getLeastSignificantBits());
      out.putLong(index.id().value()).putInt(rows);
      IndexDefinition.Key key = index.keys().getFirst();
      out.putInt(key.column().value());
      out.putText(table.column(key.column()).type().sqlName());
      out.putText(index.kind().name()).putText(String.valueOf(index.distance()));
      out.putInt(index.options().size());
      for (Map.Entry<String, String> option : index.options().entrySet()) {
        out.putText(option.getKey()).putText(option.getValue());
      }
      return out.bytes();
    }
  }

  /**
   * Writes the file, which is whole and durable when this returns.
   *
   * @param some the rows that a partial index has, or null
   * @return its length in bytes
   */
  public static long write(
      FileSystem files,
      Subject subject,
      VectorIndex index,
      @Nullable RowBitmap some,
      long buildMillis,
      String reason) {
    long bytes = index.formBytes();
    MemorySegment rows = rows(subject, some);
    MemorySegment header = header(subject, (int) rows.byteSize(), buildMillis, reason);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment form = arena.allocate(bytes, HEADER_BYTES);
      index.write(form);
      SegmentDirectory.writeIndex(
          files,
          subject.segment(),
          subject.index().id(),
          file -> {
            file.append(header);
            file.append(rows);
            file.append(form);
          });
    }
    return HEADER_BYTES + rows.byteSize() + bytes;
  }

  private static MemorySegment rows(Subject subject, @Nullable RowBitmap some) {
    ByteWriter out = new ByteWriter(HEADER_BYTES);
    String condition = subject.index().predicateSql();
    if (condition != null && some != null) {
      out.putText(condition);
      some.write(out);
      long padding = Math.floorMod(CHECKSUM_AT - out.bytes().byteSize(), HEADER_BYTES);
      for (long i = 0; i < padding; i++) {
        out.putByte(0);
      }
      out.putInt(Checksum.of(out.bytes()));
    }
    return out.bytes();
  }

  private static MemorySegment header(
      Subject subject, int rowsBytes, long buildMillis, String reason) {
    MemorySegment described = subject.bytes();
    MemorySegment origin = new ByteWriter(256).putLong(buildMillis).putText(reason).bytes();
    ByteWriter out = new ByteWriter(HEADER_BYTES);
    out.putLong(MAGIC).putByte(MAJOR).putByte(0).putByte(0).putByte(0);
    out.putInt((int) described.byteSize()).putInt((int) origin.byteSize()).putInt(rowsBytes);
    out.putBytes(described, 0, described.byteSize()).putBytes(origin, 0, origin.byteSize());
    long left = CHECKSUM_AT - out.bytes().byteSize();
    if (left < 0) {
      throw new IllegalArgumentException("the description is " + -left + " bytes too long");
    }
    for (long i = 0; i < left; i++) {
      out.putByte(0);
    }
    return out.putInt(Checksum.of(out.bytes())).bytes();
  }

  /**
   * Reads the file.
   *
   * @param rows the segment's vectors, or of a partial index those of some rows
   * @return null where it is missing, of another version, or not of the subject
   * @throws CorruptionException when it is damaged
   */
  public static @Nullable SegmentVectorIndex read(
      FileSystem files, Subject subject, Function<@Nullable RowBitmap, VectorRows> rows) {
    String path = subject.path();
    if (!files.exists(path)) {
      return null;
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      String name = file.name();
      long size = file.size();
      if (size < HEADER_BYTES) {
        throw new CorruptionException(name, 0, "it has only " + size + " bytes");
      }
      ByteReader header = new ByteReader(name, checked(file, 0, HEADER_BYTES));
      int described = open(header, name);
      if (described < 0) {
        return null;
      }
      int origin = header.getInt();
      int someBytes = header.getInt();
      if (origin < 0 || described > CHECKSUM_AT - FIXED_BYTES - origin) {
        throw new CorruptionException(name, FIXED_BYTES, "its description is too long");
      }
      if (header.getBytes(described).mismatch(subject.bytes()) >= 0) {
        return null;
      }
      long millis = header.getLong();
      String reason = header.getText();
      long from = (long) HEADER_BYTES + someBytes;
      if (someBytes < 0 || from > size) {
        throw new CorruptionException(name, FIXED_BYTES, "its rows are too many");
      }
      RowBitmap some = null;
      if (subject.index().predicateSql() != null) {
        some = some(file, subject, someBytes);
        if (some == null) {
          return null;
        }
      }
      VectorIndex index = Indexes.open(file.read(from, size - from), rows.apply(some));
      return new SegmentVectorIndex(
          index, subject.rows(), some, new SegmentVectorIndex.Origin(size, millis, reason));
    } catch (DamagedIndexException e) {
      throw new CorruptionException(
          files.describe(path), HEADER_BYTES, String.valueOf(e.getMessage()));
    }
  }

  /** The rows of a partial index, or null where they are those of another condition. */
  private static @Nullable RowBitmap some(StorageFile file, Subject subject, int bytes) {
    ByteReader in = new ByteReader(file.name(), checked(file, HEADER_BYTES, bytes));
    String condition = in.getText();
    RowBitmap rows = RowBitmap.read(in, subject.rows());
    return condition.equals(subject.index().predicateSql()) ? rows : null;
  }

  /** Some bytes of the file without their checksum, the last four. */
  private static MemorySegment checked(StorageFile file, long from, int bytes) {
    if (bytes < HEADER_BYTES) {
      throw new CorruptionException(file.name(), from, "it has only " + bytes + " bytes here");
    }
    int checksumAt = bytes - Integer.BYTES;
    MemorySegment part = file.read(from, bytes);
    MemorySegment checked = part.asSlice(0, checksumAt);
    int stored = new ByteReader(file.name(), part.asSlice(checksumAt)).getInt();
    int computed = Checksum.of(checked);
    if (stored != computed) {
      throw CorruptionException.checksum(file.name(), from + checksumAt, stored, computed);
    }
    return checked;
  }

  /** Gives the length of the subject, or -1 for another version. */
  private static int open(ByteReader header, String name) {
    if (header.getLong() != MAGIC) {
      throw new CorruptionException(name, 0, "this is no index on vectors");
    }
    int major = header.getByte() | header.getByte() << 8;
    header.getByte();
    header.getByte();
    return major == MAJOR ? header.getInt() : -1;
  }
}
