package io.quiver.vector.index.disk;

import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.BlockReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The rows on disk, in blocks of 4 KiB, as they are in the owner's memory.
 *
 * <pre>
 *   section   bytes
 *   diskrows  as many rows a block as fit, packed, then 0; a row of more than 4 KiB takes as many
 *             blocks as it needs
 *   sums      4 bytes for each piece that is read at a time: its CRC32C
 * </pre>
 */
final class DiskBlocks {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final VectorRows rows;
  private final BlockReader reader;
  private final MemorySegment sums;
  private final long offset;
  private final int rowBytes;
  private final int rowsOfPiece;
  private final int pieceBytes;

  /**
   * Checks nothing yet.
   *
   * @param offset of the section in what is read
   * @param sums of {@link #pieces} pieces
   */
  DiskBlocks(VectorRows rows, BlockReader reader, long offset, MemorySegment sums) {
    this.rows = rows;
    this.reader = reader;
    this.offset = offset;
    this.sums = sums;
    rowBytes = rows.encoding().bytes(rows.dimension());
    rowsOfPiece = rowsOfPiece(rowBytes);
    pieceBytes = pieceBytes(rowBytes);
  }

  private static int rowsOfPiece(int rowBytes) {
    return Math.max(1, BlockReader.BLOCK_BYTES / rowBytes);
  }

  private static int pieceBytes(int rowBytes) {
    return Math.ceilDiv(rowBytes, BlockReader.BLOCK_BYTES) * BlockReader.BLOCK_BYTES;
  }

  /** Pieces that the rows take. */
  static int pieces(VectorRows rows) {
    return Math.ceilDiv(rows.count(), rowsOfPiece(rows.encoding().bytes(rows.dimension())));
  }

  /** Bytes of the section. */
  static long bytes(VectorRows rows) {
    return (long) pieces(rows) * pieceBytes(rows.encoding().bytes(rows.dimension()));
  }

  /** The blocks of rows that are still in memory. */
  static DiskBlocks ofMemory(VectorRows rows) {
    int rowBytes = rows.encoding().bytes(rows.dimension());
    MemorySegment sums = Arena.ofAuto().allocate(Math.max(8, 4L * pieces(rows)), 64);
    DiskBlocks blocks = new DiskBlocks(rows, new MemoryReader(rows), 0, sums);
    MemorySegment piece = Arena.ofAuto().allocate(pieceBytes(rowBytes), 64);
    for (int i = 0; i < pieces(rows); i++) {
      fill(rows, i, piece);
      sums.set(INT, 4L * i, checksum(piece));
    }
    return blocks;
  }

  /** Writes the section. */
  void write(MemorySegment to) {
    for (int i = 0; i < pieces(rows); i++) {
      fill(rows, i, to.asSlice((long) i * pieceBytes, pieceBytes));
    }
  }

  /** Makes one piece of the rows in memory. */
  private static void fill(VectorRows rows, int piece, MemorySegment into) {
    int rowBytes = rows.encoding().bytes(rows.dimension());
    int first = piece * rowsOfPiece(rowBytes);
    int count = Math.min(rowsOfPiece(rowBytes), rows.count() - first);
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(rows.row(first + i), 0, into, (long) i * rowBytes, rowBytes);
    }
    into.asSlice((long) count * rowBytes).fill((byte) 0);
  }

  int piece(int row) {
    return row / rowsOfPiece;
  }

  /** Bytes that are read at a time. */
  int pieceBytes() {
    return pieceBytes;
  }

  /** Reads of 4 KiB that a piece takes. */
  int readsOfPiece() {
    return pieceBytes / BlockReader.BLOCK_BYTES;
  }

  MemorySegment sums() {
    return sums.asSlice(0, 4L * pieces(rows));
  }

  /**
   * Reads pieces, and checks each.
   *
   * @param offsets is overwritten
   * @throws UncheckedIOException when one cannot be read
   * @throws DamagedIndexException when one is not what was written
   */
  void read(int[] pieces, int count, long[] offsets, MemorySegment[] into) {
    for (int i = 0; i < count; i++) {
      offsets[i] = offset + (long) pieces[i] * pieceBytes;
    }
    try {
      reader.read(offsets, into, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < count; i++) {
      int written = sums.get(INT, 4L * pieces[i]);
      int found = checksum(into[i]);
      if (written != found) {
        throw new DamagedIndexException(
            "the rows at byte %d of the blocks have checksum %08x, %08x was written"
                .formatted((long) pieces[i] * pieceBytes, found, written));
      }
    }
  }

  /** Where a row is in its piece, as a block of one row. */
  RowBlock row(int row, MemorySegment piece) {
    return new RowBlock(
        piece, (long) (row % rowsOfPiece) * rowBytes, 0, rows.dimension(), rows.encoding());
  }

  private static int checksum(MemorySegment piece) {
    CRC32C crc = new CRC32C();
    crc.update(piece.asByteBuffer());
    return (int) crc.getValue();
  }

  /** Reads what the section would have, of rows that are in memory. */
  private record MemoryReader(VectorRows rows) implements BlockReader {
    @Override
    public long byteSize() {
      return bytes(rows);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      int rowBytes = rows.encoding().bytes(rows.dimension());
      fill(rows, (int) (offset / pieceBytes(rowBytes)), into);
    }
  }

  /**
   * A form in memory, or mapped, as something to read from.
   *
   * @param blocks the section
   */
  record SectionReader(MemorySegment blocks) implements BlockReader {
    @Override
    public long byteSize() {
      return blocks.byteSize();
    }

    @Override
    public void read(long offset, MemorySegment into) {
      MemorySegment.copy(blocks, offset, into, 0, into.byteSize());
    }
  }
}
