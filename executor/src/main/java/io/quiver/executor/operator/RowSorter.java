package io.quiver.executor.operator;

import io.quiver.executor.plan.SortKey;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import java.util.List;

/**
 * Puts the rows of a buffer in order by a stable merge sort of their addresses. The first key's
 * order moves with them as one long a row, so that most comparisons touch no column.
 */
final class RowSorter {
  /** Bytes that sorting takes for each row: address and prefix, and half of both to merge from. */
  static final long BYTES_PER_ROW = 4 + 8 + 2 + 4;

  private static final int INSERTION_ROWS = 12;

  private final ExecutionContext context;
  private final List<SortKey> keys;
  private final Column[][] columns;
  private final int[] addresses;
  private final long[] prefixes;
  private final int[] leftAddresses;
  private final long[] leftPrefixes;

  private RowSorter(RowBuffer rows, List<SortKey> keys, ExecutionContext context) {
    this.context = context;
    this.keys = keys;
    this.columns = new Column[keys.size()][];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = rows.column(keys.get(i).column());
    }
    this.addresses = rows.addresses();
    this.prefixes = new long[addresses.length];
    this.leftAddresses = new int[addresses.length / 2];
    this.leftPrefixes = new long[addresses.length / 2];
    if (columns.length > 0) {
      SortPrefix prefix = new SortPrefix(keys.getFirst());
      for (int i = 0; i < prefixes.length; i++) {
        int address = addresses[i];
        prefixes[i] =
            prefix.of(columns[0][address >>> RowBuffer.CHUNK_BITS], address & RowBuffer.CHUNK_MASK);
      }
    }
  }

  /** The addresses of a sealed buffer's rows in order; {@link #BYTES_PER_ROW} are reserved. */
  static int[] sort(RowBuffer rows, List<SortKey> keys, ExecutionContext context) {
    return new RowSorter(rows, keys, context).sort();
  }

  /** The order of two rows in which nulls have their place. */
  static int compare(SortKey key, Column a, int i, Column b, int j) {
    boolean aNull = a.isNull(i);
    boolean bNull = b.isNull(j);
    if (aNull || bNull) {
      return aNull == bNull ? 0 : aNull == key.nullsFirst() ? -1 : 1;
    }
    int order = ColumnComparator.compare(a, i, b, j);
    return key.descending() ? -order : order;
  }

  private int[] sort() {
    sort(0, addresses.length);
    return addresses;
  }

  private void sort(int from, int to) {
    if (to - from <= INSERTION_ROWS) {
      insertionSort(from, to);
      return;
    }
    int middle = (from + to) >>> 1;
    sort(from, middle);
    sort(middle, to);
    if (compare(prefixes[middle - 1], addresses[middle - 1], prefixes[middle], addresses[middle])
        <= 0) {
      return;
    }
    if (to - from > RowBuffer.CHUNK_MASK) {
      context.checkCancelled();
    }
    merge(from, middle, to);
  }

  private void merge(int from, int middle, int to) {
    int leftEnd = middle - from;
    System.arraycopy(addresses, from, leftAddresses, 0, leftEnd);
    System.arraycopy(prefixes, from, leftPrefixes, 0, leftEnd);
    int left = 0;
    int right = middle;
    // Once the left half is used up, what is left of the right one is in place already.
    for (int at = from; left < leftEnd; at++) {
      // On a tie the left one goes first: that is what makes the sort stable.
      boolean takeLeft =
          right == to
              || compare(leftPrefixes[left], leftAddresses[left], prefixes[right], addresses[right])
                  <= 0;
      prefixes[at] = takeLeft ? leftPrefixes[left] : prefixes[right];
      addresses[at] = takeLeft ? leftAddresses[left++] : addresses[right++];
    }
  }

  private void insertionSort(int from, int to) {
    for (int i = from + 1; i < to; i++) {
      long prefix = prefixes[i];
      int address = addresses[i];
      int at = i;
      while (at > from && compare(prefixes[at - 1], addresses[at - 1], prefix, address) > 0) {
        prefixes[at] = prefixes[at - 1];
        addresses[at] = addresses[at - 1];
        at--;
      }
      prefixes[at] = prefix;
      addresses[at] = address;
    }
  }

  private int compare(long aPrefix, int aAddress, long bPrefix, int bAddress) {
    return aPrefix != bPrefix ? aPrefix < bPrefix ? -1 : 1 : compareColumns(aAddress, bAddress);
  }

  private int compareColumns(int aAddress, int bAddress) {
    int order = 0;
    for (int i = 0; i < columns.length && order == 0; i++) {
      order =
          compare(
              keys.get(i),
              columns[i][aAddress >>> RowBuffer.CHUNK_BITS],
              aAddress & RowBuffer.CHUNK_MASK,
              columns[i][bAddress >>> RowBuffer.CHUNK_BITS],
              bAddress & RowBuffer.CHUNK_MASK);
    }
    return order;
  }
}
