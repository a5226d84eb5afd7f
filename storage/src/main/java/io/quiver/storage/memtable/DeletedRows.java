package io.quiver.storage.memtable;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a segment are deleted. Immutable: a version with more rows shares the pages that
 * did not change, so that deleting one row of a large segment copies little.
 */
public final class DeletedRows {
  public static final DeletedRows NONE = new DeletedRows(new long[0][], 0);

  private static final int PAGE_SHIFT = 12;
  private static final int PAGE_MASK = (1 << PAGE_SHIFT) - 1;
  private static final int PAGE_WORDS = 1 << (PAGE_SHIFT - 6);
  private static final long[] EMPTY_PAGE = new long[PAGE_WORDS];

  private final long[][] pages;
  private final int count;

  private DeletedRows(long[][] pages, int count) {
    this.pages = pages;
    this.count = count;
  }

  public int count() {
    return count;
  }

  public boolean contains(int row) {
    int page = row >> PAGE_SHIFT;
    return page < pages.length && (pages[page][(row & PAGE_MASK) >> 6] & (1L << (row & 63))) != 0;
  }

  /** These and more rows; a row that is deleted already counts once. */
  @SuppressWarnings("ReferenceEquality") // A page is copied once; until then it is the old one.
  public DeletedRows with(int[] rows, int rowCount) {
    int highest = -1;
    for (int i = 0; i < rowCount; i++) {
      highest = Math.max(highest, rows[i]);
    }
    int pageCount = Math.max(pages.length, (highest >> PAGE_SHIFT) + 1);
    long[][] changed = Arrays.copyOf(pages, pageCount);
    Arrays.fill(changed, pages.length, pageCount, EMPTY_PAGE);
    int deleted = count;
    for (int i = 0; i < rowCount; i++) {
      int page = rows[i] >> PAGE_SHIFT;
      long[] old = page < pages.length ? pages[page] : EMPTY_PAGE;
      if (changed[page] == old) {
        changed[page] = old.clone();
      }
      int word = (rows[i] & PAGE_MASK) >> 6;
      long bit = 1L << (rows[i] & 63);
      if ((changed[page][word] & bit) == 0) {
        changed[page][word] |= bit;
        deleted++;
      }
    }
    return new DeletedRows(changed, deleted);
  }

  /** Writes pages of 4,096 rows: their count (int); for each 0 (byte), or 1 and its 64 longs. */
  public void write(ByteWriter out) {
    out.putInt(pages.length);
    for (long[] page : pages) {
      boolean empty = Arrays.equals(page, EMPTY_PAGE);
      out.putByte(empty ? 0 : 1);
      if (!empty) {
        for (long word : page) {
          out.putLong(word);
        }
      }
    }
  }

  /** Reads what {@link #write} wrote about a segment of so many rows. */
  public static DeletedRows read(ByteReader in, int rowCount) {
    long[][] pages = new long[in.getCount(1)][];
    int count = 0;
    for (int page = 0; page < pages.length; page++) {
      pages[page] = EMPTY_PAGE;
      if (in.getByte() == 0) {
        continue;
      }
      pages[page] = new long[PAGE_WORDS];
      for (int word = 0; word < PAGE_WORDS; word++) {
        long bits = in.getLong();
        long first = ((long) page << PAGE_SHIFT) + word * 64L;
        if (bits != 0 && first + 63 - Long.numberOfLeadingZeros(bits) >= rowCount) {
          throw in.damaged("deleted rows beyond the " + rowCount + " of a segment");
        }
        pages[page][word] = bits;
        count += Long.bitCount(bits);
      }
    }
    return count == 0 ? NONE : new DeletedRows(pages, count);
  }

  /** The bitmap of the rows that are not deleted, or null when none is. */
  public @Nullable MemorySegment live(int rowCount) {
    if (count == 0) {
      return null;
    }
    int bytes = (rowCount + 7) >> 3;
    MemorySegment bits = Arena.ofAuto().allocate((bytes + 7L) & ~7L, 64);
    for (int at = 0; at < bytes; at++) {
      int first = at << 3;
      int page = first >> PAGE_SHIFT;
      long word = page < pages.length ? pages[page][(first & PAGE_MASK) >> 6] : 0;
      int live = (int) ~(word >>> (first & 63)) & 0xFF;
      int beyond = first + 8 - rowCount;
      bits.set(JAVA_BYTE, at, (byte) (beyond > 0 ? live & (0xFF >> beyond) : live));
    }
    return bits;
  }
}
