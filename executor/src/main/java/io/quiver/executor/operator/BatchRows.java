package io.quiver.executor.operator;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Choosing rows and columns of batches. */
final class BatchRows {
  private BatchRows() {}

  /** Some rows of a batch; the batch itself when that is all of them. */
  static Batch keep(Batch batch, int[] rows, int count) {
    if (count == batch.rowCount()) {
      return batch;
    }
    Arena arena = Arena.ofAuto();
    List<Column> columns = new ArrayList<>(batch.width());
    for (Column column : batch.columns()) {
      columns.add(isAbsent(column) ? absent(count) : column.gather(rows, count, arena));
    }
    return new Batch(columns, count);
  }

  /** Rows {@code from} to {@code from + count}, without copying where that is possible. */
  static Batch range(Batch batch, int from, int count) {
    if ((from & 7) == 0) {
      return count == batch.rowCount() ? batch : batch.slice(from, count);
    }
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = from + i;
    }
    return batch.gather(rows, count, Arena.ofAuto());
  }

  /** Some columns of a batch, in the order named. */
  static Batch project(Batch batch, List<Integer> positions) {
    List<Column> columns = new ArrayList<>(positions.size());
    for (int position : positions) {
      columns.add(batch.column(position));
    }
    return new Batch(columns, batch.rowCount());
  }

  /**
   * Some rows of a segment.
   *
   * @param read positions of the columns that somebody reads; null for all
   */
  static Batch gather(
      SegmentView segment, List<ColumnId> ids, @Nullable BitSet read, int[] rows, int count) {
    Arena arena = Arena.ofAuto();
    List<Column> columns = new ArrayList<>(ids.size());
    for (int i = 0; i < ids.size(); i++) {
      columns.add(
          read == null || read.get(i)
              ? segment.column(ids.get(i)).gather(rows, count, arena)
              : absent(count));
    }
    return new Batch(columns, count);
  }

  private static boolean isAbsent(Column column) {
    return column.length() > 0
        && column.data().byteSize() == 0
        && column.type().equals(SqlType.BOOLEAN);
  }

  /** A column that holds the place of one that nobody reads. */
  static Column absent(int rows) {
    return Column.of(SqlType.BOOLEAN, rows, null, MemorySegment.NULL, null);
  }
}
