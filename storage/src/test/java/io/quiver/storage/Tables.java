package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tables and rows, shortly. */
final class Tables {
  private Tables() {}

  /**
   * Every how many moments the tests of crashes strike: {@code -Dcrash.stride=1} is all of them.
   */
  static int crashStride() {
    return Integer.getInteger("crash.stride", 3);
  }

  static ColumnDefinition column(String name, SqlType type, boolean nullable) {
    return new ColumnDefinition(
        new ColumnId(0), name, type, nullable, null, ColumnDefinition.Identity.NONE);
  }

  /** {@code id BIGINT PRIMARY KEY, name VARCHAR(10), embedding VECTOR(3), flag BOOLEAN}. */
  static Transaction.NewTable items(String name) {
    return Transaction.NewTable.keyed(
        "public",
        name,
        List.of(
            column("id", SqlType.BIGINT, false),
            column("name", new SqlType.Varchar(10), true),
            column("embedding", SqlType.vector(3), true),
            column("flag", SqlType.BOOLEAN, true)),
        List.of(0));
  }

  /** The row that stands for a key and a number of its update. */
  static List<@Nullable Object> row(long id, int revision) {
    return Arrays.asList(
        id,
        revision % 5 == 0 ? null : "n\u00e4" + revision,
        revision % 3 == 0 ? null : new float[] {id, revision, 0.5f},
        revision % 4 == 0 ? null : (Boolean) (revision % 2 == 0));
  }

  @SafeVarargs
  @SuppressWarnings("varargs") // Only read.
  static Batch rows(TableDefinition table, List<@Nullable Object>... rows) {
    return rows(table, List.of(rows));
  }

  static Batch rows(TableDefinition table, List<List<@Nullable Object>> rows) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < table.columns().size(); i++) {
      ColumnBuilder builder = new ColumnBuilder(table.columns().get(i).type(), rows.size());
      for (List<@Nullable Object> row : rows) {
        builder.append(row.get(i));
      }
      columns.add(builder.build());
    }
    return new Batch(columns, rows.size());
  }

  static TableDefinition create(Store store, Transaction.NewTable table) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      TableDefinition made = transaction.createTable(table);
      transaction.commit();
      return made;
    }
  }

  /** The table of a name in the schema public. */
  static TableDefinition table(Store store, String name) {
    try (Snapshot snapshot = store.snapshot()) {
      return table(snapshot, name);
    }
  }

  static TableDefinition table(Transaction transaction, String name) {
    try (Snapshot snapshot = transaction.snapshot()) {
      return table(snapshot, name);
    }
  }

  private static TableDefinition table(Snapshot snapshot, String name) {
    TableDefinition table = snapshot.catalog().table("public", name);
    if (table == null) {
      throw new AssertionError("no table " + name);
    }
    return table;
  }

  static void commit(Store store, Consumer<Transaction> work) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      work.accept(transaction);
      transaction.commit();
    }
  }

  /** Deletes those of a table's rows that came first. */
  static void deleteFirst(Store store, TableDefinition table, int count) {
    commit(
        store,
        t ->
            t.delete(
                table.id(),
                read(t, table).values().stream()
                    .mapToLong(Row::rowId)
                    .sorted()
                    .limit(count)
                    .toArray()));
  }

  /** A live row: its id, and its values as text. */
  record Row(long rowId, String values) {}

  /** All live rows by the first column, which is a BIGINT key. */
  static Map<Long, Row> read(Snapshot snapshot, TableDefinition definition) {
    TableSnapshot table = snapshot.table(definition.id());
    Map<Long, Row> found = new TreeMap<>();
    int live = 0;
    for (SegmentView segment : table.segments()) {
      Column rowIds = segment.column(ColumnId.ROW_ID);
      long lastRowId = -1;
      int liveHere = 0;
      for (int row = 0; row < segment.rowCount(); row++) {
        if (rowIds.getLong(row) <= lastRowId) {
          throw new AssertionError("row ids do not ascend");
        }
        lastRowId = rowIds.getLong(row);
        if (!isLive(segment, row)) {
          continue;
        }
        liveHere++;
        StringBuilder values = new StringBuilder();
        for (ColumnDefinition column : definition.columns()) {
          Object value = segment.column(column.id()).get(row);
          values.append(value instanceof float[] f ? Arrays.toString(f) : value).append('|');
        }
        long key = segment.column(definition.columns().get(0).id()).getLong(row);
        if (found.put(key, new Row(lastRowId, values.toString())) != null) {
          throw new AssertionError("key " + key + " is there twice");
        }
      }
      if (liveHere != segment.liveRowCount()) {
        throw new AssertionError(liveHere + " live rows, not " + segment.liveRowCount());
      }
      live += liveHere;
    }
    if (live != table.rowCount()) {
      throw new AssertionError(live + " rows, not " + table.rowCount());
    }
    return found;
  }

  static Map<Long, Row> read(Store store, TableDefinition definition) {
    try (Snapshot snapshot = store.snapshot()) {
      return read(snapshot, definition);
    }
  }

  static Map<Long, Row> read(Transaction transaction, TableDefinition definition) {
    try (Snapshot snapshot = transaction.snapshot()) {
      return read(snapshot, definition);
    }
  }

  /** Checks a database that is closed; what a crash has left is no damage. */
  static void assertClean(FileSystem files, String when) {
    CheckReport report = Check.run(files);
    if (!report.isClean()) {
      throw new AssertionError(when + ": " + report.damages());
    }
  }

  static Row at(Map<Long, Row> rows, long key) {
    Row row = rows.get(key);
    if (row == null) {
      throw new AssertionError("no row " + key + " in " + rows.keySet());
    }
    return row;
  }

  static String text(List<@Nullable Object> row) {
    StringBuilder values = new StringBuilder();
    for (Object value : row) {
      values.append(value instanceof float[] f ? Arrays.toString(f) : value).append('|');
    }
    return values.toString();
  }

  private static boolean isLive(SegmentView segment, int row) {
    var live = segment.live();
    return live == null
        || (live.get(java.lang.foreign.ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }

  /** Closes a store whose disk may have failed: then it says why it could not. */
  static void closeQuietly(@Nullable LocalStore store) {
    if (store != null) {
      try {
        store.close();
      } catch (RuntimeException e) {
        assertThat(e.getSuppressed()).isNotEmpty();
      }
    }
  }
}
