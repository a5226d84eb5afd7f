package io.quiver.storage.memtable;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import java.lang.foreign.Arena;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were stored before columns were added to their table: each of those has its initial
 * value in every row. It is made when it is first read, and again when memory was wanted meanwhile.
 * Safe for many threads.
 */
public final class AddedColumns implements ColumnSource {
  /** All slices up to this many rows are of one column: they are equal. */
  private static final int SLICE_ROWS = 2_048;

  private final ColumnSource stored;
  private final Map<ColumnId, ColumnDefinition> added;
  private final int rows;
  private final Map<ColumnId, SoftReference<Column>> made = new ConcurrentHashMap<>();
  private final Map<ColumnId, SoftReference<Column>> slices = new ConcurrentHashMap<>();

  private AddedColumns(ColumnSource stored, Map<ColumnId, ColumnDefinition> added, int rows) {
    this.stored = stored;
    this.added = added;
    this.rows = rows;
  }

  /** The same rows with all of these columns; the source itself where it has them. */
  public static ColumnSource over(
      ColumnSource source, List<ColumnDefinition> definitions, int rows) {
    Map<ColumnId, ColumnDefinition> added = new LinkedHashMap<>();
    for (ColumnDefinition column : definitions) {
      if (!source.has(column.id())) {
        added.put(column.id(), column);
      }
    }
    return added.isEmpty() ? source : new AddedColumns(source, Map.copyOf(added), rows);
  }

  @Override
  public boolean has(ColumnId id) {
    return added.containsKey(id) || stored.has(id);
  }

  @Override
  public Column column(ColumnId id) {
    ColumnDefinition column = added.get(id);
    if (column == null) {
      return stored.column(id);
    }
    return kept(made, column, rows);
  }

  private static Column kept(
      Map<ColumnId, SoftReference<Column>> made, ColumnDefinition column, int rows) {
    SoftReference<Column> known = made.get(column.id());
    Column found = known == null ? null : known.get();
    if (found == null) {
      found = repeat(column, rows);
      made.put(column.id(), new SoftReference<>(found));
    }
    return found;
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    ColumnDefinition column = added.get(id);
    if (column == null) {
      return stored.slice(id, from, count);
    }
    if (count > SLICE_ROWS) {
      return column(id).slice(from, count);
    }
    return kept(slices, column, SLICE_ROWS).slice(0, count);
  }

  private static Column repeat(ColumnDefinition column, int rows) {
    @Nullable Column initial = column.initial();
    int[] positions = new int[rows];
    if (initial == null) {
      Arrays.fill(positions, -1);
      initial = new ColumnBuilder(column.type(), 1).build();
    }
    return Objects.requireNonNull(initial).gather(positions, rows, Arena.ofAuto());
  }
}
