package io.quiver.storage;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the values of a unique key differ in a table's live rows, those with a null among them
 * left out: their hashes are sorted, 8 bytes a row.
 */
final class KeyCheck {
  private final List<TablePart> parts;
  private final List<List<Column>> keys;
  private final long[] starts;

  private KeyCheck(TableState table, List<ColumnId> key) {
    parts = table.parts();
    keys = parts.stream().map(part -> key.stream().map(part::column).toList()).toList();
    starts = new long[parts.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + parts.get(i - 1).rowCount();
    }
  }

  /** Two rows with the same key, as a sentence, or null. */
  static @Nullable String duplicate(TableState table, List<ColumnId> key) {
    KeyCheck check = new KeyCheck(table, key);
    long[] pair = check.find();
    if (pair == null) {
      return null;
    }
    int part = check.partOf(pair[0]);
    String text = Keys.text(check.keys.get(part), check.rowOf(pair[0], part));
    return "table " + table.definition().name() + " has the key (" + text + ") twice";
  }

  private long @Nullable [] find() {
    long live = parts.stream().mapToLong(TablePart::liveRowCount).sum();
    // The hash above, the row's number below: both are found again in one sorted array.
    long[] entries = new long[Math.toIntExact(live)];
    int count = 0;
    for (int part = 0; part < parts.size(); part++) {
      for (int row = 0; row < parts.get(part).rowCount(); row++) {
        if (!parts.get(part).deleted().contains(row) && !Keys.hasNull(keys.get(part), row)) {
          long hash = Keys.hash(keys.get(part), row);
          entries[count++] = hash << 32 | Math.toIntExact(starts[part] + row);
        }
      }
    }
    Arrays.sort(entries, 0, count);
    for (int i = 0; i < count; i++) {
      for (int j = i + 1; j < count && entries[i] >> 32 == entries[j] >> 32; j++) {
        if (equal(entries[i] & 0xFFFF_FFFFL, entries[j] & 0xFFFF_FFFFL)) {
          return new long[] {entries[i] & 0xFFFF_FFFFL, entries[j] & 0xFFFF_FFFFL};
        }
      }
    }
    return null;
  }

  private boolean equal(long left, long right) {
    int leftPart = partOf(left);
    int rightPart = partOf(right);
    return Keys.equal(
        keys.get(leftPart), rowOf(left, leftPart), keys.get(rightPart), rowOf(right, rightPart));
  }

  private int partOf(long number) {
    int found = Arrays.binarySearch(starts, number);
    return found >= 0 ? found : -found - 2;
  }

  private int rowOf(long number, int part) {
    return (int) (number - starts[part]);
  }
}
