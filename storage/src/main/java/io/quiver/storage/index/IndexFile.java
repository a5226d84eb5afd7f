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
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code segments/<segment>/<index>.index}: an index of a segment's rows. Little-endian:
 *
 * <pre>
 *  0  8  the ASCII letters QUIVSIDX
 *  8  2  major version, 1
 * 10  2  minor version, 0
 * 12  4  length of the description, a multiple of 8
 * 16     description: the segment's UUID (16, the higher half first), the index's id (8), rows (4),
 *        form (1: 1 sorted, 2 bitmaps), number of columns of the key (4), for each its id (4), 1
 *        where it descends (1), 1 where nulls come first (1), its SQL type (text); zeros
 *  .     form 1: the rows' positions in the order of the key ({@link PackedPositions})
 *        form 2: number of values (4); for each a bitmap ({@link RowBitmap#write}), in the order of
 *        the key; a row of the bitmap tells the value
 *  .  4  CRC32C of everything before
 * </pre>
 *
 * <p>Keys compare as {@link io.quiver.types.ColumnComparator} says, nulls come where the index has
 * them, and rows of equal keys are in the order of their positions. The file is derived from the
 * segment: whoever finds it missing, damaged, or made for another description does without.
 */
public final class IndexFile {
  private static final long MAGIC = 0x5844_4953_5649_5551L;
  private static final int MAJOR = 1;
  private static final int MINOR = 0;
  private static final int HEADER_BYTES = 16;

  private IndexFile() {}

  /** What an index is of. */
  public record Subject(UUID segment, int rows, IndexDefinition index, TableDefinition table) {
    public String path() {
      return SegmentDirectory.indexFile(segment, index.id());
    }

    private MemorySegment description(ScalarIndex.Kind kind) {
      ByteWriter out = new ByteWriter(128);
      out.putLong(segment.getMostSignificantBits()).putLong(segment.getLeastSignificantBits());
      out.putLong(index.id().value()).putInt(rows).putByte(form(kind));
      out.putInt(index.keys().size());
      for (IndexDefinition.Key key : index.keys()) {
        out.putInt(key.column().value());
        out.putByte(key.descending() ? 1 : 0).putByte(key.nullsFirst() ? 1 : 0);
        out.putText(table.column(key.column()).type().sqlName());
      }
      while ((out.bytes().byteSize() & 7) != 0) {
        out.putByte(0);
      }
      return out.bytes();
    }
  }

  private static int form(ScalarIndex.Kind kind) {
    return switch (kind) {
      case SORTED -> 1;
      case BITMAP -> 2;
    };
  }

  /**
   * Writes the file, which is whole and durable when this returns.
   *
   * @return its length in bytes
   */
  public static long write(FileSystem files, Subject subject, ScalarIndex index) {
    MemorySegment description = subject.description(index.kind());
    ByteWriter out = new ByteWriter(index.bytes() + 1_024);
    out.putLong(MAGIC).putByte(MAJOR).putByte(0).putByte(MINOR).putByte(0);
    out.putInt((int) description.byteSize()).putBytes(description, 0, description.byteSize());
    switch (index) {
      case SortedIndex sorted -> {
        MemorySegment positions = sorted.positions().bytes();
        out.putBytes(positions, 0, positions.byteSize());
      }
      case SortedRuns runs -> throw new IllegalStateException("a file of an index in memory");
      case BitmapIndex bitmaps -> {
        out.putInt(bitmaps.values().size());
        bitmaps.values().forEach(value -> value.write(out));
      }
    }
    MemorySegment bytes = out.putInt(Checksum.of(out.bytes())).bytes();
    SegmentDirectory.writeIndex(
        files, subject.segment(), subject.index().id(), file -> file.append(bytes));
    return bytes.byteSize();
  }

  /**
   * Reads the file.
   *
   * @return null where it is missing, of another version, or not of the subject
   * @throws CorruptionException when it is damaged
   */
  public static @Nullable ScalarIndex read(FileSystem files, Subject subject) {
    String path = subject.path();
    if (!files.exists(path)) {
      return null;
    }
    MemorySegment bytes;
    String name;
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      name = file.name();
      bytes = file.read(0, file.size());
    }
    if (bytes.byteSize() < HEADER_BYTES + Integer.BYTES) {
      throw new CorruptionException(name, 0, "it has only " + bytes.byteSize() + " bytes");
    }
    long end = bytes.byteSize() - Integer.BYTES;
    int stored = new ByteReader(name, bytes.asSlice(end)).getInt();
    int computed = Checksum.of(bytes.asSlice(0, end));
    if (stored != computed) {
      throw CorruptionException.checksum(name, end, stored, computed);
    }
    ByteReader in = new ByteReader(name, bytes.asSlice(0, end));
    if (in.getLong() != MAGIC) {
      throw new CorruptionException(name, 0, "this is no index");
    }
    int major = in.getByte() | in.getByte() << 8;
    in.getByte();
    in.getByte();
    if (major != MAJOR) {
      return null;
    }
    MemorySegment found = in.getBytes(in.getCount(1));
    long body = HEADER_BYTES + found.byteSize();
    for (ScalarIndex.Kind kind : ScalarIndex.Kind.values()) {
      if (found.mismatch(subject.description(kind)) < 0) {
        return body(kind, subject, name, bytes.asSlice(0, end), body);
      }
    }
    return null;
  }

  private static ScalarIndex body(
      ScalarIndex.Kind kind, Subject subject, String name, MemorySegment bytes, long from) {
    return switch (kind) {
      case SORTED -> {
        int bits = PackedPositions.bits(subject.rows());
        long size = PackedPositions.byteSize(subject.rows(), bits);
        if (bytes.byteSize() - from != size) {
          throw new CorruptionException(
              name, from, (bytes.byteSize() - from) + " bytes of positions, wanted " + size);
        }
        MemorySegment positions = bytes.asSlice(from, size).asReadOnly();
        yield new SortedIndex(
            subject.index().keys(), new PackedPositions(positions, subject.rows(), bits));
      }
      case BITMAP -> BitmapIndex.read(new ByteReader(name, bytes.asSlice(from)), subject.rows());
    };
  }
}
