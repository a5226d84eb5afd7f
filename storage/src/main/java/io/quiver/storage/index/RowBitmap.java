package io.quiver.storage.index;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A compressed set of row positions. Immutable.
 *
 * <p>As Roaring bitmaps do (Lemire, Ssi-Yan-Kai, Kaser: Consistently faster and smaller compressed
 * bitmaps with Roaring, 2016), it keeps the positions of each 65,536 rows apart, in whichever of
 * three forms is smallest: an array, a bitmap, or runs.
 */
public final class RowBitmap {
  public static final RowBitmap EMPTY = new RowBitmap(List.of(), List.of());

  /** The upper 16 bits of the positions in each of the parts, ascending. */
  private final int[] highs;

  private final Container[] parts;
  private final int count;

  private RowBitmap(List<Integer> highs, List<Container> parts) {
    this.highs = highs.stream().mapToInt(Integer::intValue).toArray();
    this.parts = parts.toArray(Container[]::new);
    int sum = 0;
    for (Container part : parts) {
      sum += part.count();
    }
    this.count = sum;
  }

  /** The first of some positions, which ascend without repeating. */
  public static RowBitmap of(int[] positions, int count) {
    Parts parts = new Parts();
    for (int from = 0; from < count; ) {
      int high = positions[from] >>> 16;
      int to = from + 1;
      while (to < count && positions[to] >>> 16 == high) {
        to++;
      }
      char[] lows = new char[to - from];
      for (int i = from; i < to; i++) {
        lows[i - from] = (char) positions[i];
      }
      parts.add(high, Container.of(lows));
      from = to;
    }
    return parts.bitmap();
  }

  /** The positions whose bits are set: position p is bit {@code p & 63} of word {@code p >> 6}. */
  public static RowBitmap ofBits(long[] words) {
    Parts parts = new Parts();
    for (int from = 0; from < words.length; from += Container.WORDS) {
      int to = Math.min(words.length, from + Container.WORDS);
      long[] part = Arrays.copyOf(Arrays.copyOfRange(words, from, to), Container.WORDS);
      parts.add(from / Container.WORDS, Container.ofBits(part));
    }
    return parts.bitmap();
  }

  /** How many positions are in it. */
  public int count() {
    return count;
  }

  /** Bytes that it takes, about. */
  long bytes() {
    long bytes = 8;
    for (Container part : parts) {
      bytes += 8 + part.bytes();
    }
    return bytes;
  }

  /** The first position; there must be one. */
  int first() {
    int[] first = new int[1];
    if (fill(0, first) == 0) {
      throw new IllegalStateException("a bitmap without rows has no first one");
    }
    return first[0];
  }

  public boolean contains(int position) {
    int at = Arrays.binarySearch(highs, position >>> 16);
    return at >= 0 && parts[at].contains((char) position);
  }

  /** The positions that are in both. */
  public RowBitmap and(RowBitmap other) {
    Parts both = new Parts();
    for (int i = 0, j = 0; i < highs.length && j < other.highs.length; ) {
      if (highs[i] == other.highs[j]) {
        both.add(highs[i], parts[i].and(other.parts[j]));
        i++;
        j++;
      } else if (highs[i] < other.highs[j]) {
        i++;
      } else {
        j++;
      }
    }
    return both.bitmap();
  }

  /** The positions that are in this, in the other, or in both. */
  public RowBitmap or(RowBitmap other) {
    Parts any = new Parts();
    int i = 0;
    int j = 0;
    while (i < highs.length || j < other.highs.length) {
      int mine = i < highs.length ? highs[i] : Integer.MAX_VALUE;
      int theirs = j < other.highs.length ? other.highs[j] : Integer.MAX_VALUE;
      if (mine == theirs) {
        any.add(mine, parts[i++].or(other.parts[j++]));
      } else if (mine < theirs) {
        any.add(mine, parts[i++]);
      } else {
        any.add(theirs, other.parts[j++]);
      }
    }
    return any.bitmap();
  }

  /** The positions that are in this and not in the other. */
  public RowBitmap andNot(RowBitmap other) {
    Parts left = new Parts();
    for (int i = 0; i < highs.length; i++) {
      int j = Arrays.binarySearch(other.highs, highs[i]);
      left.add(highs[i], j < 0 ? parts[i] : parts[i].andNot(other.parts[j]));
    }
    return left.bitmap();
  }

  /**
   * Writes positions in ascending order.
   *
   * @param from the first one that may be written
   * @return how many there are, {@code out.length} unless there are no more
   */
  public int fill(int from, int[] out) {
    int found = Arrays.binarySearch(highs, from >>> 16);
    int at = found >= 0 ? found : -found - 1;
    int filled = 0;
    for (; at < parts.length && filled < out.length; at++) {
      int low = highs[at] == from >>> 16 ? from & 0xFFFF : 0;
      filled = parts[at].fill(low, highs[at] << 16, out, filled);
    }
    return filled;
  }

  /**
   * Writes the number of parts (4 bytes), then each: the upper half of its positions (2), its form
   * (1: 0 array, 1 bitmap, 2 runs), a zero (1), how many entries it has (4), and these. An array
   * has the lower halves (2 each), ascending; a bitmap 1,024 words of 8; runs the first lower half
   * and how many follow it (2 + 2 each), ascending.
   */
  void write(ByteWriter out) {
    out.putInt(parts.length);
    for (int i = 0; i < parts.length; i++) {
      out.putByte(highs[i]).putByte(highs[i] >> 8);
      parts[i].write(out);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws io.quiver.types.CorruptionException when it makes no sense, or has a position that is
   *     not below a number of rows
   */
  static RowBitmap read(ByteReader in, int rows) {
    int number = in.getCount(8);
    Parts parts = new Parts();
    int last = -1;
    for (int i = 0; i < number; i++) {
      int high = (in.getByte() & 0xFF) | (in.getByte() & 0xFF) << 8;
      Container part = Container.read(in);
      boolean fits = high <= 0x7FFF && part.count() > 0 && (high << 16 | part.last()) < rows;
      if (high <= last || !fits) {
        throw in.damaged("a part of a bitmap is out of order or has rows beyond the " + rows);
      }
      parts.add(high, part);
      last = high;
    }
    return parts.bitmap();
  }

  /** Parts on their way into a bitmap; empty ones are left out. */
  private static final class Parts {
    private final List<Integer> highs = new ArrayList<>();
    private final List<Container> parts = new ArrayList<>();

    void add(int high, Container part) {
      if (part.count() > 0) {
        highs.add(high);
        parts.add(part);
      }
    }

    RowBitmap bitmap() {
      return highs.isEmpty() ? EMPTY : new RowBitmap(highs, parts);
    }
  }
}
