package io.quiver.executor.operator;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Tables in lists, as one transaction that never ends: the least that operators can run on. */
final class TestTables implements Transaction {
  private final List<TestTable> tables = new ArrayList<>();

  /** A new table; the first {@code keyColumns} columns are its primary key. */
  TableId create(int keyColumns, SqlType... types) {
    List<ColumnDefinition> columns = new ArrayList<>();
    List<ColumnId> key = new ArrayList<>();
    for (int i = 0; i < types.length; i++) {
      ColumnId id = new ColumnId(i);
      columns.add(
          new ColumnDefinition(id, "c" + i, types[i], true, null, ColumnDefinition.Identity.NONE));
      if (i < keyColumns) {
        key.add(id);
      }
    }
    TableId id = new TableId(tables.size());
    tables.add(new TestTable(new TableDefinition(id, "public", "t" + id.value(), columns, key)));
    return id;
  }

  /** Rows that are appended from now on go to a new segment. */
  void newSegment(TableId table) {
    of(table).segments.add(new Segment());
  }

  void insert(TableId table, List<@Nullable Object> row) {
    TestTable target = of(table);
    target.segments.getLast().add(target.nextRowId++, row);
  }

  /** The rows that are live, each with its id in front. */
  List<List<@Nullable Object>> rows(TableId table) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Segment segment : of(table).segments) {
      for (int i = 0; i < segment.rows.size(); i++) {
        if (!segment.dead.get(i)) {
          List<@Nullable Object> row = new ArrayList<>();
          row.add(segment.rowIds.get(i));
          row.addAll(segment.rows.get(i));
          rows.add(row);
        }
      }
    }
    return rows;
  }

  private TestTable of(TableId table) {
    return tables.get((int) table.value());
  }

  @Override
  public Catalog statementCatalog() {
    try (Snapshot snapshot = snapshot()) {
      return snapshot.catalog();
    }
  }

  @Override
  public Snapshot snapshot() {
    List<View> views = tables.stream().map(TestTable::view).toList();
    return new Snapshot() {
      @Override
      public CommitVersion version() {
        return CommitVersion.ZERO;
      }

      @Override
      public Catalog catalog() {
        return new Catalog(0, views.stream().map(View::definition).toList());
      }

      @Override
      public TableSnapshot table(TableId id) {
        return views.get((int) id.value());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void append(TableId table, Batch rows) {
    TestTable target = of(table);
    for (int row = 0; row < rows.rowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Column column : rows.columns()) {
        values.add(column.get(row));
      }
      target.checkKey(values);
      insert(table, values);
    }
  }

  @Override
  public long delete(TableId table, long[] rowIds) {
    Set<Long> wanted = new HashSet<>();
    Arrays.stream(rowIds).forEach(wanted::add);
    long deleted = 0;
    for (Segment segment : of(table).segments) {
      for (int i = 0; i < segment.rows.size(); i++) {
        if (wanted.contains(segment.rowIds.get(i)) && !segment.dead.get(i)) {
          segment.dead.set(i);
          deleted++;
        }
      }
    }
    return deleted;
  }

  @Override
  public long nextIdentity(TableId table) {
    return ++of(table).identity;
  }

  @Override
  public void advanceIdentity(TableId table, long used) {
    of(table).identity = Math.max(of(table).identity, used);
  }

  @Override
  public void restartIdentity(TableId table, long next) {
    throw new UnsupportedOperationException();
  }

  @Override
  public IsolationLevel isolation() {
    return IsolationLevel.READ_COMMITTED;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public boolean hasWrites() {
    return true;
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public void awaitWritten() {}

  @Override
  public void beginStatement() {}

  @Override
  public void endStatement() {}

  @Override
  public long delete(TableId table, long[] rowIds, @Nullable Batch next) {
    return delete(table, rowIds);
  }

  @Override
  public void undoStatement() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long[] appendNew(TableId table, Batch rows, Snapshot seen, @Nullable List<ColumnId> key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Savepoint savepoint() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rollbackTo(Savepoint savepoint) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long nextValue(TableId sequence) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setValue(TableId sequence, long value, boolean given) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TableDefinition createTable(NewTable table) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void dropTable(TableId table) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void alterTable(TableDefinition altered) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TableId newView() {
    throw new UnsupportedOperationException();
  }

  @Override
  public IndexId newIndex() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void change(CatalogChange change) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CommitVersion commit(CommitMode mode) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void rollback() {}

  @Override
  public void close() {}

  /** One table and its segments. */
  private static final class TestTable {
    private final TableDefinition definition;
    private final List<Segment> segments = new ArrayList<>(List.of(new Segment()));
    private long nextRowId;
    private long identity;

    TestTable(TableDefinition definition) {
      this.definition = definition;
    }

    View view() {
      return new View(definition, segments.stream().map(s -> s.view(definition)).toList());
    }

    void checkKey(List<@Nullable Object> values) {
      int width = definition.primaryKey().size();
      for (Segment segment : segments) {
        for (int i = 0; width > 0 && i < segment.rows.size(); i++) {
          if (!segment.dead.get(i)
              && segment.rows.get(i).subList(0, width).equals(values.subList(0, width))) {
            throw new QuiverException(ErrorCode.UNIQUE_VIOLATION, "duplicate " + values);
          }
        }
      }
    }
  }

  /** Rows in the order in which they came. */
  private static final class Segment {
    private final List<Long> rowIds = new ArrayList<>();
    private final List<List<@Nullable Object>> rows = new ArrayList<>();
    private final BitSet dead = new BitSet();

    void add(long rowId, List<@Nullable Object> row) {
      rowIds.add(rowId);
      rows.add(new ArrayList<>(row));
    }

    SegmentView view(TableDefinition definition) {
      ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, rows.size());
      rowIds.forEach(ids::appendLong);
      List<Column> columns = new ArrayList<>();
      for (int i = 0; i < definition.columns().size(); i++) {
        ColumnBuilder builder = new ColumnBuilder(definition.columns().get(i).type(), rows.size());
        for (List<@Nullable Object> row : rows) {
          builder.append(row.get(i));
        }
        columns.add(builder.build());
      }
      return new SegmentRows(ids.build(), columns, (BitSet) dead.clone());
    }
  }

  /** A table as it was. */
  private record View(TableDefinition definition, List<SegmentView> segments)
      implements TableSnapshot {
    @Override
    public boolean isLive(long rowId) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Batch rows(long[] rowIds) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long rowCount() {
      return segments.stream().mapToLong(SegmentView::liveRowCount).sum();
    }

    @Override
    public long nextIdentity() {
      throw new UnsupportedOperationException();
    }

    @Override
    public @Nullable RowLocation find(List<ColumnId> key, List<Column> keys, int row) {
      for (SegmentView segment : segments) {
        MemorySegment live = segment.live();
        for (int at = 0; at < segment.rowCount(); at++) {
          int position = at;
          boolean equal =
              IntStream.range(0, keys.size())
                  .allMatch(i -> {
                    Column column = segment.column(key.get(i));
                    return Objects.equals(column.get(position), keys.get(i).get(row));
                  });
          boolean dead =
              live != null && (live.get(ValueLayout.JAVA_BYTE, at >> 3) & 1 << (at & 7)) == 0;
          if (equal && !dead) {
            return new RowLocation(segment, at);
          }
        }
      }
      return null;
    }
  }

  /** A segment as it was. */
  private record SegmentRows(Column rowIds, List<Column> columns, BitSet dead)
      implements SegmentView {
    @Override
    public int rowCount() {
      return rowIds.length();
    }

    @Override
    public int liveRowCount() {
      return rowIds.length() - dead.cardinality();
    }

    @Override
    public @Nullable MemorySegment live() {
      if (dead.isEmpty()) {
        return null;
      }
      MemorySegment bits = Arena.ofAuto().allocate((rowCount() + 7L) >> 3);
      for (int row = 0; row < rowCount(); row++) {
        if (!dead.get(row)) {
          int at = row >> 3;
          byte old = bits.get(ValueLayout.JAVA_BYTE, at);
          bits.set(ValueLayout.JAVA_BYTE, at, (byte) (old | 1 << (row & 7)));
        }
      }
      return bits;
    }

    @Override
    public Column column(ColumnId id) {
      return id.equals(ColumnId.ROW_ID) ? rowIds : columns.get(id.value());
    }
  }
}
