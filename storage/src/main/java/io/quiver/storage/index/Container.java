package io.quiver.storage.index;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Numbers of 16 bits, in one of three forms. Immutable. */
sealed interface Container {
  ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  ValueLayout.OfChar CHAR = ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Words of a bitmap. */
  int WORDS = 1 << 10;

  /** From so many numbers on, a bitmap is smaller than an array. */
  int ARRAY_MAX = 4_096;

  int count();

  boolean contains(char low);

  /** The largest number; there must be one. */
  int last();

  /** Bytes of the entries. */
  default long bytes() {
    return switch (this) {
      case Array array -> 2L * array.lows.length;
      case Bits bits -> 8L * WORDS;
      case Runs runs -> 2L * runs.runs.length;
    };
  }

  /** All numbers as a bitmap of the caller's own. */
  long[] bits();

  /**
   * Writes {@code base} with each number from one on, until the array is full.
   *
   * @param at where to begin
   * @return where the next one would be written
   */
  int fill(int from, int base, int[] out, int at);

  /** Writes what {@link RowBitmap#write} says of a part, behind its upper half. */
  void write(ByteWriter out);

  /** Numbers in ascending order. */
  final class Array implements Container {
    private final char[] lows;

    private Array(char[] lows) {
      this.lows = lows;
    }

    @Override
    public int count() {
      return lows.length;
    }

    @Override
    public boolean contains(char low) {
      return Arrays.binarySearch(lows, low) >= 0;
    }

    @Override
    public int last() {
      return lows[lows.length - 1];
    }

    @Override
    public long[] bits() {
      long[] words = new long[WORDS];
      for (char low : lows) {
        words[low >> 6] |= 1L << low;
      }
      return words;
    }

    @Override
    public int fill(int from, int base, int[] out, int at) {
      int found = Arrays.binarySearch(lows, (char) from);
      int next = at;
      for (int i = found >= 0 ? found : -found - 1; i < lows.length && next < out.length; i++) {
        out[next++] = base | lows[i];
      }
      return next;
    }

    @Override
    public void write(ByteWriter out) {
      out.putByte(0).putByte(0).putInt(lows.length);
      for (char low : lows) {
        out.putByte(low).putByte(low >> 8);
      }
    }

    private Array where(Container other, boolean wanted) {
      char[] kept = new char[lows.length];
      int size = 0;
      for (char low : lows) {
        if (other.contains(low) == wanted) {
          kept[size++] = low;
        }
      }
      return new Array(Arrays.copyOf(kept, size));
    }
  }

  /** A bit a number. */
  final class Bits implements Container {
    private final long[] words;
    private final int count;

    private Bits(long[] words, int count) {
      this.words = words;
      this.count = count;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public boolean contains(char low) {
      return (words[low >> 6] & 1L << low) != 0;
    }

    @Override
    public int last() {
      int word = WORDS - 1;
      while (words[word] == 0) {
        word--;
      }
      return (word << 6) + 63 - Long.numberOfLeadingZeros(words[word]);
    }

    @Override
    public long[] bits() {
      return words.clone();
    }

    @Override
    public int fill(int from, int base, int[] out, int at) {
      int next = at;
      long word = words[from >> 6] & -1L << from;
      for (int i = from >> 6; ; word = words[i]) {
        while (word != 0 && next < out.length) {
          out[next++] = base | (i << 6) + Long.numberOfTrailingZeros(word);
          word &= word - 1;
        }
        i++;
        if (i == WORDS || next == out.length) {
          return next;
        }
      }
    }

    @Override
    public void write(ByteWriter out) {
      out.putByte(1).putByte(0).putInt(WORDS);
      for (long word : words) {
        out.putLong(word);
      }
    }
  }

  /** Runs of numbers that follow each other. */
  final class Runs implements Container {
    /** Of each its first number, and how many follow it. */
    private final char[] runs;

    private final int count;

    private Runs(char[] runs, int count) {
      this.runs = runs;
      this.count = count;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public boolean contains(char low) {
      int run = runOf(low);
      return run >= 0 && low - runs[2 * run] <= runs[2 * run + 1];
    }

    /** The last run that begins at a number or before it, or -1. */
    private int runOf(int low) {
      int from = 0;
      int to = runs.length / 2;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if (runs[2 * middle] <= low) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from - 1;
    }

    @Override
    public int last() {
      return runs[runs.length - 2] + runs[runs.length - 1];
    }

    @Override
    public long[] bits() {
      long[] words = new long[WORDS];
      for (int run = 0; run < runs.length; run += 2) {
        int first = runs[run];
        int last = first + runs[run + 1];
        for (int word = first >> 6; word <= last >> 6; word++) {
          long low = word == first >> 6 ? -1L << first : -1L;
          long high = word == last >> 6 ? -1L >>> (63 - (last & 63)) : -1L;
          words[word] |= low & high;
        }
      }
      return words;
    }

    @Override
    public int fill(int from, int base, int[] out, int at) {
      int next = at;
      for (int run = Math.max(0, runOf(from)); 2 * run < runs.length; run++) {
        int last = runs[2 * run] + runs[2 * run + 1];
        for (int low = Math.max(from, runs[2 * run]); low <= last && next < out.length; low++) {
          out[next++] = base | low;
        }
      }
      return next;
    }

    @Override
    public void write(ByteWriter out) {
      out.putByte(2).putByte(0).putInt(runs.length / 2);
      for (char half : runs) {
        out.putByte(half).putByte(half >> 8);
      }
    }
  }

  /** In the smallest form. */
  static Container of(char[] lows) {
    int runs = 0;
    for (int i = 0; i < lows.length; i++) {
      runs += i == 0 || lows[i] != lows[i - 1] + 1 ? 1 : 0;
    }
    if (lows.length <= ARRAY_MAX && lows.length <= 2 * runs) {
      return new Array(lows);
    }
    return ofBits(new Array(lows).bits());
  }

  /** In the smallest form; the words become its own. */
  static Container ofBits(long[] words) {
    int count = 0;
    int runs = 0;
    long before = 0;
    for (long word : words) {
      count += Long.bitCount(word);
      runs += Long.bitCount(word & ~(word << 1 | before));
      before = word >>> 63;
    }
    if (2 * runs < count && runs < ARRAY_MAX / 2) {
      return new Runs(runs(words, runs), count);
    }
    return count <= ARRAY_MAX ? new Array(lows(words, count)) : new Bits(words, count);
  }

  private static char[] lows(long[] words, int count) {
    char[] lows = new char[count];
    int at = 0;
    for (int i = 0; i < WORDS; i++) {
      for (long word = words[i]; word != 0; word &= word - 1) {
        lows[at++] = (char) ((i << 6) + Long.numberOfTrailingZeros(word));
      }
    }
    return lows;
  }

  private static char[] runs(long[] words, int count) {
    char[] runs = new char[2 * count];
    int at = 0;
    int low = 0;
    while (at < runs.length) {
      int first = next(words, low, 0);
      low = next(words, first, -1);
      runs[at++] = (char) first;
      runs[at++] = (char) (low - first - 1);
    }
    return runs;
  }

  /** The first bit from one on that is set, or with a flip of -1, that is not. */
  private static int next(long[] words, int from, long flip) {
    int word = from >> 6;
    long left = (words[word] ^ flip) & -1L << from;
    while (left == 0) {
      word++;
      if (word == WORDS) {
        return WORDS << 6;
      }
      left = words[word] ^ flip;
    }
    return (word << 6) + Long.numberOfTrailingZeros(left);
  }

  default Container and(Container other) {
    if (this instanceof Array array) {
      return array.where(other, true);
    }
    if (other instanceof Array array) {
      return array.where(this, true);
    }
    long[] words = bits();
    long[] others = other.bits();
    for (int i = 0; i < WORDS; i++) {
      words[i] &= others[i];
    }
    return ofBits(words);
  }

  default Container or(Container other) {
    if (this instanceof Array mine
        && other instanceof Array theirs
        && count() + other.count() <= ARRAY_MAX) {
      return of(merged(mine.lows, theirs.lows));
    }
    long[] words = bits();
    long[] others = other.bits();
    for (int i = 0; i < WORDS; i++) {
      words[i] |= others[i];
    }
    return ofBits(words);
  }

  private static char[] merged(char[] a, char[] b) {
    char[] all = new char[a.length + b.length];
    int size = 0;
    for (int i = 0, j = 0; i < a.length || j < b.length; ) {
      int mine = i < a.length ? a[i] : Integer.MAX_VALUE;
      int theirs = j < b.length ? b[j] : Integer.MAX_VALUE;
      all[size++] = (char) Math.min(mine, theirs);
      i += mine <= theirs ? 1 : 0;
      j += theirs <= mine ? 1 : 0;
    }
    return Arrays.copyOf(all, size);
  }

  default Container andNot(Container other) {
    if (this instanceof Array array) {
      return array.where(other, false);
    }
    long[] words = bits();
    long[] others = other.bits();
    for (int i = 0; i < WORDS; i++) {
      words[i] &= ~others[i];
    }
    return ofBits(words);
  }

  /** Reads what {@link #write} wrote. */
  static Container read(ByteReader in) {
    int form = in.getByte();
    boolean padded = in.getByte() == 0;
    int entries = in.getInt();
    int most = form == 0 ? ARRAY_MAX : form == 1 ? WORDS : ARRAY_MAX / 2;
    if (!padded || form > 2 || entries < 1 || entries > most || (form == 1 && entries != WORDS)) {
      throw in.damaged("a part of a bitmap has form " + form + " and " + entries + " entries");
    }
    if (form == 1) {
      long[] words = new long[WORDS];
      int count = 0;
      MemorySegment.copy(in.getBytes(8L * WORDS), LONG, 0, words, 0, WORDS);
      for (long word : words) {
        count += Long.bitCount(word);
      }
      return new Bits(words, count);
    }
    char[] halves = new char[form == 0 ? entries : 2 * entries];
    MemorySegment.copy(in.getBytes(2L * halves.length), CHAR, 0, halves, 0, halves.length);
    int count = form == 0 ? entries : 0;
    int last = -1;
    for (int i = 0; i < halves.length; i += form == 0 ? 1 : 2) {
      if (halves[i] <= last) {
        throw in.damaged("the entries of a part of a bitmap do not ascend");
      }
      last = form == 0 ? halves[i] : halves[i] + halves[i + 1];
      count += form == 0 ? 0 : halves[i + 1] + 1;
    }
    if (last > 0xFFFF) {
      throw in.damaged("a run of a bitmap is too long");
    }
    return form == 0 ? new Array(halves) : new Runs(halves, count);
  }
}
