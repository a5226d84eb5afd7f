package io.quiver.vector.index.sparse;

import static io.quiver.vector.index.sparse.SparseRows.FLOAT;
import static io.quiver.vector.index.sparse.SparseRows.INT;
import static io.quiver.vector.index.sparse.SparseRows.LONG;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Inverted lists in blocks of 64 rows, in memory just as they are written. A term is a dimension
 * that some row has; an entry is a term's part of one block; a posting is one row's weight, as an
 * impact: the least whole number of 255ths of the term's greatest weight that is not below it.
 * Little-endian:
 *
 * <pre>
 *  offset  bytes
 *       0      8  "QVRSPARS"
 *       8      4  version, 1
 *      12      4  CRC32C of all bytes, with 0 here
 *      16      8  bytes in all
 *      24      8  elements of the rows
 *      32      4  rows
 *      36      4  terms; 0 where a weight is negative, when nothing is kept but this header
 *      40      4  entries
 *      44      4  postings
 *      48      4  1 where a weight is negative, or 0
 *      52     12  0
 *      64         arrays, each from a multiple of 64 on:
 *                 4 bytes a term: its dimension, ascending
 *                 4 bytes a term: the weight that an impact of 1 stands for, binary32
 *                 4 bytes a term and 4 more: its first entry
 *                 4 bytes an entry: its block, ascending within a term
 *                 4 bytes an entry and 4 more: its first posting
 *                 1 byte an entry: its greatest impact
 *                 2 bytes a posting: the row within the block, then the impact
 * </pre>
 */
final class SparseLists {
  /** Rows of a block, as many as a filter's word has. */
  static final int BLOCK_ROWS = 64;

  static final int IMPACT_MAX = 255;

  private static final long MAGIC = 0x5352415053525651L; // "QVRSPARS", its first letter lowest
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 64;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment form;
  private final Sizes sizes;
  private final MemorySegment dimensions;
  private final MemorySegment scales;
  private final MemorySegment firstEntries;
  private final MemorySegment blocks;
  private final MemorySegment firstPostings;
  private final MemorySegment greatest;
  private final MemorySegment postings;

  private SparseLists(MemorySegment form, Sizes sizes) {
    this.form = form;
    this.sizes = sizes;
    long at = HEADER_BYTES;
    long[] bytes = sizes.arrays();
    MemorySegment[] arrays = new MemorySegment[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      arrays[i] = form.asSlice(at, bytes[i]);
      at += NativeMemory.align(bytes[i]);
    }
    dimensions = arrays[0];
    scales = arrays[1];
    firstEntries = arrays[2];
    blocks = arrays[3];
    firstPostings = arrays[4];
    greatest = arrays[5];
    postings = arrays[6];
  }

  /** How much there is. */
  record Sizes(long elements, int rows, int terms, int entries, int postings, boolean negative) {
    private long[] arrays() {
      return new long[] {
        4L * terms,
        4L * terms,
        4L * (terms + 1L),
        4L * entries,
        4L * (entries + 1L),
        entries,
        2L * postings
      };
    }

    long bytes() {
      long bytes = HEADER_BYTES;
      for (long array : arrays()) {
        bytes += NativeMemory.align(array);
      }
      return bytes;
    }
  }

  /** Zeroed lists, to be filled. */
  static SparseLists allocate(Sizes sizes) {
    long bytes = sizes.bytes();
    MemorySegment form = NativeMemory.allocate(bytes).asSlice(0, bytes);
    form.set(LONG, 0, MAGIC);
    form.set(INT, 8, VERSION);
    form.set(LONG, 16, bytes);
    form.set(LONG, 24, sizes.elements);
    form.set(INT, 32, sizes.rows);
    form.set(INT, 36, sizes.terms);
    form.set(INT, 40, sizes.entries);
    form.set(INT, 44, sizes.postings);
    form.set(INT, 48, sizes.negative ? 1 : 0);
    return new SparseLists(form, sizes);
  }

  void setTerm(int term, int dimension, float scale, int firstEntry) {
    dimensions.set(INT, 4L * term, dimension);
    scales.set(FLOAT, 4L * term, scale);
    firstEntries.set(INT, 4L * term, firstEntry);
  }

  void setEntry(int entry, int block, int firstPosting) {
    blocks.set(INT, 4L * entry, block);
    firstPostings.set(INT, 4L * entry, firstPosting);
  }

  void setGreatest(int entry, int impact) {
    greatest.set(ValueLayout.JAVA_BYTE, entry, (byte) impact);
  }

  void setPosting(int posting, int row, int impact) {
    postings.set(SHORT, 2L * posting, (short) ((row & (BLOCK_ROWS - 1)) | (impact << 8)));
  }

  /** Ends the arrays of firsts, and signs. */
  void finish() {
    firstEntries.set(INT, 4L * sizes.terms, sizes.entries);
    firstPostings.set(INT, 4L * sizes.entries, sizes.postings);
    form.set(INT, 12, checksum(form));
  }

  Sizes sizes() {
    return sizes;
  }

  MemorySegment form() {
    return form;
  }

  /** The term of a dimension, negative when no row has it. */
  int term(int dimension) {
    int low = 0;
    int high = sizes.terms - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int found = dimensions.get(INT, 4L * middle);
      if (found < dimension) {
        low = middle + 1;
      } else if (found > dimension) {
        high = middle - 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  float scale(int term) {
    return scales.get(FLOAT, 4L * term);
  }

  int firstEntry(int term) {
    return firstEntries.get(INT, 4L * term);
  }

  int block(int entry) {
    return blocks.get(INT, 4L * entry);
  }

  int firstPosting(int entry) {
    return firstPostings.get(INT, 4L * entry);
  }

  int greatest(int entry) {
    return greatest.get(ValueLayout.JAVA_BYTE, entry) & 0xFF;
  }

  /** The row within its block in the lower byte, the impact above it. */
  int posting(int posting) {
    return postings.get(SHORT, 2L * posting) & 0xFFFF;
  }

  /**
   * Reads and checks lists.
   *
   * @throws DamagedIndexException when they are not what was written, or not of these rows
   */
  static SparseLists open(MemorySegment form, SparseRows rows) {
    if (form.byteSize() < HEADER_BYTES
        || form.get(LONG, 0) != MAGIC
        || form.get(INT, 8) != VERSION) {
      throw new DamagedIndexException("it does not begin as sparse lists of version 1 do");
    }
    Sizes sizes =
        new Sizes(
            form.get(LONG, 24),
            form.get(INT, 32),
            form.get(INT, 36),
            form.get(INT, 40),
            form.get(INT, 44),
            form.get(INT, 48) != 0);
    if (sizes.terms < 0
        || sizes.entries < 0
        || sizes.postings < 0
        || sizes.bytes() != form.get(LONG, 16)
        || sizes.bytes() > form.byteSize()) {
      throw new DamagedIndexException(
          sizes + " take " + sizes.bytes() + " bytes, it has " + form.byteSize());
    }
    MemorySegment whole = form.asSlice(0, sizes.bytes());
    if (checksum(whole) != form.get(INT, 12)) {
      throw new DamagedIndexException(
          "it has checksum %08x, %08x was written".formatted(checksum(whole), form.get(INT, 12)));
    }
    if (sizes.rows != rows.count() || sizes.elements != rows.elements()) {
      throw new DamagedIndexException("it is of " + sizes + ", not of these " + rows.count());
    }
    SparseLists lists = new SparseLists(whole, sizes);
    lists.check();
    return lists;
  }

  private void check() {
    checkRange("the first entry", firstEntry(0), 0, 0);
    checkRange("the last entry", firstEntry(sizes.terms), sizes.entries, sizes.entries);
    checkRange("the first posting", firstPosting(0), 0, 0);
    checkRange("the last posting", firstPosting(sizes.entries), sizes.postings, sizes.postings);
    int blockCount = Math.ceilDiv(sizes.rows, BLOCK_ROWS);
    int dimension = -1;
    for (int term = 0; term < sizes.terms; term++) {
      int next = dimensions.get(INT, 4L * term);
      if (next <= dimension || !(scale(term) > 0 && Float.isFinite(scale(term)))) {
        throw new DamagedIndexException(
            "dimension " + next + " in steps of " + scale(term) + " comes after " + dimension);
      }
      dimension = next;
      int end = firstEntry(term + 1);
      checkRange("an entry", end, firstEntry(term), sizes.entries);
      int before = -1;
      for (int entry = firstEntry(term); entry < end; entry++) {
        checkRange("a block", block(entry), before + 1, blockCount - 1);
        before = block(entry);
        checkRange("a posting", firstPosting(entry + 1), firstPosting(entry), sizes.postings);
        int left = Math.min(BLOCK_ROWS, sizes.rows - before * BLOCK_ROWS);
        for (int p = firstPosting(entry); p < firstPosting(entry + 1); p++) {
          checkRange("a row", posting(p) & 0xFF, 0, left - 1);
        }
      }
    }
  }

  private static void checkRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new DamagedIndexException(
          what + " is " + value + ", it must be from " + least + " to " + most);
    }
  }

  private static int checksum(MemorySegment form) {
    CRC32C crc = new CRC32C();
    crc.update(form.asSlice(0, 12).asByteBuffer());
    crc.update(new byte[4]);
    for (long at = 16; at < form.byteSize(); at += 1 << 30) {
      crc.update(form.asSlice(at, Math.min(1 << 30, form.byteSize() - at)).asByteBuffer());
    }
    return (int) crc.getValue();
  }
}
