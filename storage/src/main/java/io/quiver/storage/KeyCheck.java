package io.quiver.storage;

import io.quiver.storage.memtable.Keys;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.Column;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the primary keys of a table's live rows differ: their hashes are sorted, 8 bytes a row.
 */
final class KeyCheck {
  private final List<TablePart> parts;
  private final List<List<Column>> keys;
  private final long[] starts;

  private KeyCheck(TableState table) {
    parts = table.parts();
    keys =
        parts.stream()
            .map(part -> table.definition().primaryKey().stream().map(part::column).toList())
            .toList();
    starts = new long[parts.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + parts.get(i - 1).rowCount();
    }
  }

  /** Two rows with the same key, as a sentence, or null. */
  static @Nullable String duplicate(TableState table) {
    long[] pair = new KeyCheck(table).find();
    if (pair == null) {
      return null;
    }
    KeyCheck check = new KeyCheck(table);
    int part = check.partOf(pair[0]);
    String key = Keys.text(check.keys.get(part), check.rowOf(pair[0], part));
    return "table " + table.definition().name() + " has the key (" + key + ") twice";
  }

  private long @Nullable [] find() {
    long live = parts.stream().mapToLong(TablePart::liveRowCount).sum();
    // The hash above, the row's number below: both are found again in one sorted array.
    long[] entries = new long[Math.toIntExact(live)];
    int count = 0;
    for (int part = 0; part < parts.size(); part++) {
      for (int row = 0; row < parts.get(part).rowCount(); row++) {
        if (!parts.get(part).deleted().contains(row)) {
          long hash = Keys.hash(keys.get(part), row);
          entries[count++] = hash << 32 | Math.toIntExact(starts[part] + row);
        }
      }
    }
    Arrays.sort(entries);
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
    List<Column> a = keys.get(leftPart);
    List<Column> b = keys.get(rightPart);
    for (int i = 0; i < a.size(); i++) {
      if (!Keys.equal(a.get(i), rowOf(left, leftPart), b.get(i), rowOf(right, rightPart))) {
        return false;
      }
    }
    return true;
  }

  private int partOf(long number) {
    int found = Arrays.binarySearch(starts, number);
    return found >= 0 ? found : -found - 2;
  }

  private int rowOf(long number, int part) {
    return (int) (number - starts[part]);
  }
}
