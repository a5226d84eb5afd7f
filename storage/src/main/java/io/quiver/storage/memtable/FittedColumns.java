package io.quiver.storage.memtable;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.SummaryBuilder;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import java.lang.foreign.Arena;
import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rows that were stored before their table was altered, as it is now: a column that was added has
 * its initial value in every row, and one whose type was widened has the values of the wider type.
 * What has to be made is made when it is first read, and again when memory was wanted meanwhile.
 * Safe for many threads.
 */
public final class FittedColumns implements ColumnSource {
  /** All slices of an added column up to this many rows are of one column: they are equal. */
  private static final int SLICE_ROWS = 2_048;

  private final ColumnSource stored;
  private final Map<ColumnId, ColumnDefinition> added;
  private final Map<ColumnId, SqlType> widened;
  private final int rows;
  private final Map<ColumnId, SoftReference<Column>> made = new ConcurrentHashMap<>();
  private final Map<ColumnId, SoftReference<Column>> slices = new ConcurrentHashMap<>();

  private FittedColumns(
      ColumnSource stored,
      Map<ColumnId, ColumnDefinition> added,
      Map<ColumnId, SqlType> widened,
      int rows) {
    this.stored = stored;
    this.added = Map.copyOf(added);
    this.widened = Map.copyOf(widened);
    this.rows = rows;
  }

  /** The same rows with all of these columns; the source itself where it has them as they are. */
  public static ColumnSource over(
      ColumnSource source, List<ColumnDefinition> definitions, int rows) {
    Map<ColumnId, ColumnDefinition> added = new HashMap<>();
    Map<ColumnId, SqlType> widened = new HashMap<>();
    for (ColumnDefinition column : definitions) {
      if (!source.has(column.id())) {
        added.put(column.id(), column);
      } else if (!source.type(column.id()).equals(column.type())) {
        widened.put(column.id(), column.type());
      }
    }
    return added.isEmpty() && widened.isEmpty()
        ? source
        : new FittedColumns(source, added, widened, rows);
  }

  @Override
  public boolean has(ColumnId id) {
    return added.containsKey(id) || stored.has(id);
  }

  @Override
  public SqlType type(ColumnId id) {
    ColumnDefinition column = added.get(id);
    SqlType wider = widened.get(id);
    return column != null ? column.type() : wider != null ? wider : stored.type(id);
  }

  @Override
  public Column column(ColumnId id) {
    ColumnDefinition column = added.get(id);
    SqlType wider = widened.get(id);
    if (column == null && wider == null) {
      return stored.column(id);
    }
    return kept(
        made,
        id,
        () ->
            column != null
                ? repeat(column, rows)
                : Widening.widen(stored.column(id), Objects.requireNonNull(wider)));
  }

  private static Column kept(
      Map<ColumnId, SoftReference<Column>> columns, ColumnId id, Supplier<Column> make) {
    SoftReference<Column> known = columns.get(id);
    Column found = known == null ? null : known.get();
    if (found == null) {
      found = make.get();
      columns.put(id, new SoftReference<>(found));
    }
    return found;
  }

  @Override
  public Column slice(ColumnId id, int from, int count) {
    ColumnDefinition column = added.get(id);
    SqlType wider = widened.get(id);
    if (wider != null) {
      return Widening.widen(stored.slice(id, from, count), wider);
    }
    if (column == null) {
      return stored.slice(id, from, count);
    }
    if (count > SLICE_ROWS) {
      return column(id).slice(from, count);
    }
    return kept(slices, id, () -> repeat(column, SLICE_ROWS)).slice(0, count);
  }

  @Override
  public List<Cached<?>> cached(ColumnId id) {
    return stored.cached(id);
  }

  @Override
  public @Nullable ColumnSummary summary(ColumnId id) {
    ColumnDefinition column = added.get(id);
    if (column != null) {
      return SummaryBuilder.repeated(column.type(), column.initial(), rows);
    }
    ColumnSummary known = stored.summary(id);
    SqlType wider = widened.get(id);
    return known == null || wider == null ? known : new ColumnSummary.Widened(known, wider);
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
