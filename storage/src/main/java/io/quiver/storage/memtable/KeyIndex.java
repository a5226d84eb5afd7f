package io.quiver.storage.memtable;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.StampedLock;

/**
 * Finds the live row that has a key. It keeps one long a row: {@value #TAG_BITS} bits of the key's
 * hash, and the row's id in the other {@value #ROW_ID_BITS}; the key itself is read from the row.
 *
 * <p>Other bits of the hash choose one of several tables with open addressing and linear probing.
 * Each grows on its own, by a half when it is 6/7 full, so that the index takes 9.3 to 12.3 bytes a
 * row but for small ones, and no growing copies much. An entry's home follows from its tag in such
 * a way that a larger table has the homes in the same order: growing reads and writes memory from
 * one end to the other, and no key. Removal shifts back, so there are no tombstones.
 *
 * <p>Safe for many threads: who looks up takes no lock unless the table that he looks into changes
 * meanwhile.
 */
public final class KeyIndex {
  /** No row; row ids are never negative. */
  public static final long ABSENT = -1;

  /** Some row's key was not known to the caller, who has to look again. */
  public static final long UNKNOWN = -2;

  static final int ROW_ID_BITS = 44;
  static final int TAG_BITS = Long.SIZE - ROW_ID_BITS;

  private static final long ROW_ID_MASK = (1L << ROW_ID_BITS) - 1;
  private static final int CAPACITY_MAX = Integer.MAX_VALUE - 8;
  private static final int SMALL = 64;
  private static final long EMPTY = 0;

  private final AtomicReferenceArray<Table> tables;
  private final long firstRowId;

  /**
   * An index without rows.
   *
   * @param tableBits the binary logarithm of how many tables there are at most: 4 for up to a
   *     million rows, 8 for up to a hundred million; more rows make lookups slower
   * @param firstRowId no row has a smaller id
   */
  public KeyIndex(int tableBits, long firstRowId) {
    this.tables = new AtomicReferenceArray<>(1 << tableBits);
    this.firstRowId = firstRowId;
  }

  /** What is known of the key of a row. */
  public enum Match {
    EQUAL,
    DIFFERENT,
    /** The row is not there: it has just come or gone. */
    UNKNOWN
  }

  /** Compares the wanted key with that of a row. */
  @FunctionalInterface
  public interface KeyMatch {
    Match match(long rowId);
  }

  /**
   * The row that has a key.
   *
   * @return its id, {@link #ABSENT}, or {@link #UNKNOWN} where a row with that hash was unknown
   */
  public long find(long hash, KeyMatch match) {
    Table table = tables.getAcquire(number(hash));
    return table == null ? ABSENT : table.find(hash, match);
  }

  /**
   * Makes room, so that adding a row for each of these hashes cannot fail for want of memory.
   *
   * @throws QuiverException 54000 when an id or the rows become too many
   */
  public void reserve(long[] hashes, int count, long lastRowId) {
    if (lastRowId - firstRowId + 1 > ROW_ID_MASK) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a table with a key has at most 2^" + ROW_ID_BITS + " rows, deleted ones included");
    }
    if (count == 1) {
      table(number(hashes[0])).reserve(1);
      return;
    }
    int[] counts = new int[tables.length()];
    for (int i = 0; i < count; i++) {
      counts[number(hashes[i])]++;
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] > 0) {
        table(i).reserve(counts[i]);
      }
    }
  }

  /** Makes room for about so many rows with any hashes. */
  public void expect(long rows) {
    long each = rows / tables.length();
    // The tables differ by chance: five standard deviations more suffice for nearly all.
    long most = each + 5 * Math.round(Math.sqrt((double) each));
    if (most > SMALL) {
      for (int i = 0; i < tables.length(); i++) {
        table(i).reserve(most);
      }
    }
  }

  /** Adds a row; the caller has seen that its key is absent. */
  public void add(long hash, long rowId) {
    table(number(hash)).add(entry(hash, rowId));
  }

  /** Takes a row out; nothing happens when it is not there. */
  public void remove(long hash, long rowId) {
    Table table = tables.getAcquire(number(hash));
    if (table != null) {
      table.remove(entry(hash, rowId));
    }
  }

  public long size() {
    long size = 0;
    for (int i = 0; i < tables.length(); i++) {
      Table table = tables.getAcquire(i);
      size += table == null ? 0 : table.size();
    }
    return size;
  }

  /** Memory that the entries take, and room for more of them. */
  public long sizeInBytes() {
    long bytes = 0;
    for (int i = 0; i < tables.length(); i++) {
      Table table = tables.getAcquire(i);
      bytes += table == null ? 0 : 8L * table.capacity();
    }
    return bytes;
  }

  int number(long hash) {
    return (int) hash & tables.length() - 1;
  }

  int tableCount() {
    return tables.length();
  }

  long entry(long hash, long rowId) {
    return (hash & ~ROW_ID_MASK) | (rowId - firstRowId + 1);
  }

  /** Adds many entries of one table. */
  void addAll(int number, long[] entries, int count) {
    table(number).addAll(entries, count);
  }

  private Table table(int number) {
    Table table = tables.getAcquire(number);
    if (table != null) {
      return table;
    }
    Table made = new Table(firstRowId);
    return tables.compareAndSet(number, null, made) ? made : tables.getAcquire(number);
  }

  /**
   * One of the tables. Its monitor owns it for those who change it; the lock in it is held only
   * while entries move, and keeps readers from believing what they saw meanwhile.
   */
  private static final class Table {
    private static final long[] NONE = new long[0];

    private final StampedLock moving = new StampedLock();
    private final long firstRowId;
    private volatile long[] slots = NONE;
    private int size;

    private Table(long firstRowId) {
      this.firstRowId = firstRowId;
    }

    private static int home(long entry, int capacity) {
      return (int) (((entry >>> ROW_ID_BITS) * capacity) >>> TAG_BITS);
    }

    private long find(long hash, KeyMatch match) {
      long stamp = moving.tryOptimisticRead();
      if (stamp != 0) {
        long found = probe(hash, match);
        if (moving.validate(stamp)) {
          return found;
        }
      }
      long held = moving.readLock();
      try {
        return probe(hash, match);
      } finally {
        moving.unlockRead(held);
      }
    }

    /** Ends after one round even where entries move so that no empty slot is seen. */
    private long probe(long hash, KeyMatch match) {
      long[] all = slots;
      int at = home(hash, all.length);
      for (int left = all.length; left > 0; left--) {
        long entry = all[at];
        if (entry == EMPTY) {
          return ABSENT;
        }
        if ((entry ^ hash) >>> ROW_ID_BITS == 0) {
          long rowId = (entry & ROW_ID_MASK) - 1 + firstRowId;
          switch (match.match(rowId)) {
            case EQUAL -> {
              return rowId;
            }
            case UNKNOWN -> {
              return UNKNOWN;
            }
            case DIFFERENT -> {}
          }
        }
        at = at + 1 == all.length ? 0 : at + 1;
      }
      return ABSENT;
    }

    private synchronized int size() {
      return size;
    }

    private int capacity() {
      return slots.length;
    }

    private synchronized void reserve(long more) {
      int capacity = slots.length;
      long wanted = size + more;
      if (wanted <= capacity - capacity / 7 - 1) {
        return;
      }
      long larger = wanted < SMALL ? 2 * wanted + 2 : wanted + wanted / 2;
      if (larger > CAPACITY_MAX) {
        throw new QuiverException(
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "a table with a key has too many rows: " + wanted + " in a part of its index");
      }
      // Whoever looks up meanwhile does so in the old slots, which nobody changes.
      long[] grown = new long[(int) larger];
      for (long entry : slots) {
        if (entry != EMPTY) {
          place(grown, entry);
        }
      }
      slots = grown;
    }

    private synchronized void add(long entry) {
      reserve(1);
      long stamp = moving.writeLock();
      try {
        place(slots, entry);
        size++;
      } finally {
        moving.unlockWrite(stamp);
      }
    }

    private synchronized void addAll(long[] entries, int count) {
      reserve(count);
      long stamp = moving.writeLock();
      try {
        long[] all = slots;
        for (int i = 0; i < count; i++) {
          place(all, entries[i]);
        }
        size += count;
      } finally {
        moving.unlockWrite(stamp);
      }
    }

    private static void place(long[] all, long entry) {
      int at = home(entry, all.length);
      while (all[at] != EMPTY) {
        at = at + 1 == all.length ? 0 : at + 1;
      }
      all[at] = entry;
    }

    private synchronized void remove(long entry) {
      long[] all = slots;
      int at = home(entry, all.length);
      int left = all.length;
      while (left > 0 && all[at] != entry) {
        if (all[at] == EMPTY) {
          return;
        }
        at = at + 1 == all.length ? 0 : at + 1;
        left--;
      }
      if (left > 0) {
        long stamp = moving.writeLock();
        try {
          close(all, at);
          size--;
        } finally {
          moving.unlockWrite(stamp);
        }
      }
    }

    /** Fills a hole with later entries of its run. */
    private static void close(long[] all, int at) {
      int hole = at;
      int next = hole;
      while (true) {
        next = next + 1 == all.length ? 0 : next + 1;
        if (all[next] == EMPTY) {
          break;
        }
        // An entry may fill the hole only if its home is not between the hole and itself.
        int home = home(all[next], all.length);
        if (distance(home, next, all.length) >= distance(hole, next, all.length)) {
          all[hole] = all[next];
          hole = next;
        }
      }
      all[hole] = EMPTY;
    }

    private static int distance(int from, int to, int capacity) {
      return to >= from ? to - from : to - from + capacity;
    }
  }
}
