package io.quiver.executor.expression;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;

/** Values of one type, none of them null, that another value is looked up among. */
final class ValueSet {
  private final Column members;

  /** A hash table with open addressing: a value's row plus 1, or 0 for a free place. */
  private final int[] table;

  /** Of rows {@code from} to {@code to} of a column, nulls left out. */
  ValueSet(Column members, int from, int to) {
    this.members = members;
    this.table = new int[Integer.highestOneBit(Math.max(4, (to - from) * 2)) * 2];
    for (int i = from; i < to; i++) {
      if (!members.isNull(i)) {
        add(i);
      }
    }
  }

  private void add(int row) {
    int at = ColumnHash.hash(members, row) & (table.length - 1);
    while (table[at] != 0) {
      at = (at + 1) & (table.length - 1);
    }
    table[at] = row + 1;
  }

  /** Whether a row, which is not null, is among them. */
  boolean contains(Column column, int row) {
    int at = ColumnHash.hash(column, row) & (table.length - 1);
    while (table[at] != 0) {
      if (ColumnComparator.compare(members, table[at] - 1, column, row) == 0) {
        return true;
      }
      at = (at + 1) & (table.length - 1);
    }
    return false;
  }
}
