package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of one table whose columns come, go and widen, against maps, through flushes,
 * crashes and in the eyes of older snapshots. The seed is the test's argument.
 */
class AlterHistoryTest {
  private static final int STEPS = 150;
  private static final int KEYS = 40;
  private static final SqlType[] TYPES = {
    SqlType.BIGINT,
    SqlType.TEXT,
    SqlType.vector(3),
    SqlType.BOOLEAN,
    SqlType.DOUBLE,
    new SqlType.Decimal(12, 2),
    new SqlType.Array(SqlType.TEXT),
    SqlType.TINYINT,
    SqlType.INTEGER,
    SqlType.REAL,
    new SqlType.Varchar(8)
  };

  /** What the types of columns are widened to. */
  private static final List<SqlType> WIDER =
      List.of(
          SqlType.SMALLINT,
          SqlType.INTEGER,
          SqlType.BIGINT,
          SqlType.REAL,
          SqlType.DOUBLE,
          new SqlType.Varchar(12),
          SqlType.TEXT,
          new SqlType.Decimal(20, 2));

  /** What the table holds: by key, the values by column, as text. */
  private record Model(TableDefinition table, Map<Long, Map<Integer, String>> rows) {
    Model copy() {
      Map<Long, Map<Integer, String>> copied = new TreeMap<>();
      rows.forEach((key, row) -> copied.put(key, new TreeMap<>(row)));
      return new Model(table, copied);
    }
  }

  private record Old(Snapshot snapshot, Model model) {}

  private final MemoryFileSystem files = MemoryFileSystem.withPowerCuts();
  private final List<Old> old = new ArrayList<>();
  private int names;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void rowsKeepTheirValuesWhileColumnsComeAndGo(long seed) {
    Random random = new Random(seed);
    MemoryFileSystem disk = files;
    StoreOptions options =
        new StoreOptions(disk, random, 8_000, seed % 2 == 0)
            .withBulkBytes(seed % 3 == 0 ? 200 : 1 << 20);
    LocalStore store = LocalStore.open(options);
    Model model = new Model(Tables.create(store, Tables.items("t")), new TreeMap<>());
    try {
      for (int step = 0; step < STEPS; step++) {
        int choice = random.nextInt(100);
        if (choice < 8) {
          store.flush();
        } else if (choice < 12) {
          closeSnapshots();
          store.close();
          Tables.assertClean(disk, "seed " + seed + ", step " + step);
          store = LocalStore.open(options);
          model = new Model(only(store), model.rows());
        } else if (choice < 16) {
          // What a power cut leaves of the disk holds all that was acknowledged.
          MemoryFileSystem left = disk.afterPowerCut(random.nextLong());
          closeSnapshots();
          store.close();
          disk = left;
          Tables.assertClean(disk, "seed " + seed + ", power cut at step " + step);
          options =
              new StoreOptions(disk, random, 8_000, seed % 2 == 0)
                  .withBulkBytes(seed % 3 == 0 ? 200 : 1 << 20);
          store = LocalStore.open(options);
          model = new Model(only(store), model.rows());
        } else if (choice < 22) {
          old.add(new Old(store.snapshot(), model.copy()));
        } else {
          model = transaction(store, model, random);
        }
        check(store, model, "seed " + seed + ", step " + step);
      }
      closeSnapshots();
      assertThat(store.flushFailure()).isNull();
    } finally {
      store.close();
    }
    Tables.assertClean(disk, "seed " + seed);
  }

  private static TableDefinition only(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.catalog().tables().getFirst();
    }
  }

  private void closeSnapshots() {
    for (Old each : old) {
      assertThat(read(each.snapshot(), each.model().table())).isEqualTo(each.model().rows());
      each.snapshot().close();
    }
    old.clear();
  }

  private void check(LocalStore store, Model model, String when) {
    try (Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.catalog().tables()).as(when).containsExactly(model.table());
      assertThat(read(snapshot, model.table())).as(when).isEqualTo(model.rows());
    }
  }

  private Model transaction(LocalStore store, Model before, Random random) {
    Model model = before.copy();
    IsolationLevel isolation =
        random.nextBoolean() ? IsolationLevel.READ_COMMITTED : IsolationLevel.REPEATABLE_READ;
    try (Transaction transaction = store.begin(isolation, false)) {
      int statements = 1 + random.nextInt(4);
      for (int i = 0; i < statements; i++) {
        transaction.beginStatement();
        Model kept = model;
        try {
          model =
              random.nextInt(3) == 0
                  ? alter(transaction, model.copy(), random)
                  : write(transaction, model.copy(), random);
          if (random.nextInt(5) == 0) {
            throw new IllegalStateException("given up");
          }
        } catch (IllegalStateException e) {
          transaction.undoStatement();
          model = kept;
        }
        try (Snapshot own = transaction.snapshot()) {
          assertThat(own.catalog().table(model.table().id())).isEqualTo(model.table());
          assertThat(read(own, model.table())).isEqualTo(model.rows());
        }
      }
      if (random.nextInt(4) == 0) {
        transaction.rollback();
        return before;
      }
      transaction.commit();
      return model;
    }
  }

  private Model alter(Transaction transaction, Model model, Random random) {
    TableDefinition table = model.table();
    int choice = random.nextInt(6);
    ColumnDefinition last = table.columns().getLast();
    TableDefinition altered;
    if (choice < 2 || last.id().value() == 0) {
      SqlType type = TYPES[random.nextInt(TYPES.length)];
      Column initial = random.nextInt(3) == 0 ? null : value(type, random.nextInt(9) + 1);
      altered =
          table.plus(
              Tables.column("c" + ++names, type, initial == null || random.nextBoolean())
                  .withInitial(initial));
      int id = altered.columns().getLast().id().value();
      String text = initial == null ? "null" : text(initial.get(0));
      model.rows().values().forEach(row -> row.put(id, text));
    } else if (choice == 2) {
      altered = table.minus(last.id());
      model.rows().values().forEach(row -> row.remove(last.id().value()));
    } else if (choice == 3) {
      altered = table.with(last.withName("r" + ++names)).withName("t" + names);
    } else {
      List<SqlType> wider =
          WIDER.stream().filter(type -> Widening.allows(last.type(), type)).toList();
      SqlType type = wider.isEmpty() ? last.type() : wider.get(random.nextInt(wider.size()));
      altered = table.with(last.withType(type));
      if (type.equals(SqlType.REAL) || type.equals(SqlType.DOUBLE)) {
        model
            .rows()
            .values()
            .forEach(row ->
                row.computeIfPresent(
                    last.id().value(),
                    (id, text) -> text.equals("null") ? text : Double.valueOf(text).toString()));
      }
    }
    transaction.alterTable(altered);
    return new Model(altered, model.rows());
  }

  private static Column value(SqlType type, int number) {
    ColumnBuilder builder = new ColumnBuilder(type, 1);
    builder.append(plain(type, number));
    return builder.build();
  }

  private static Object plain(SqlType type, int number) {
    if (type instanceof SqlType.Simple simple) {
      return switch (simple) {
        case TINYINT -> (byte) number;
        case SMALLINT -> (short) number;
        case INTEGER -> number;
        case BIGINT -> (long) number;
        case REAL -> number / 2.0f;
        case BOOLEAN -> number % 2 == 0;
        default -> number / 2.0;
      };
    }
    if (type instanceof SqlType.Decimal) {
      return new BigDecimal(number).setScale(2);
    }
    if (type instanceof SqlType.Array) {
      return List.of("a" + number, "b");
    }
    return type instanceof SqlType.Vector ? new float[] {number, 1, 2} : "v" + number;
  }

  private static String text(@Nullable Object value) {
    return value instanceof float[] floats ? Arrays.toString(floats) : String.valueOf(value);
  }

  private static Model write(Transaction transaction, Model model, Random random) {
    TableDefinition table = model.table();
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(10); i++) {
      long key = random.nextInt(KEYS);
      if (!keys.contains(key)) {
        keys.add(key);
      }
    }
    try (Snapshot snapshot = transaction.snapshot()) {
      long[] rowIds =
          rowIds(snapshot, table).entrySet().stream()
              .filter(entry -> keys.contains(entry.getKey()))
              .mapToLong(Map.Entry::getValue)
              .toArray();
      transaction.delete(table.id(), rowIds);
    }
    keys.forEach(model.rows()::remove);
    if (random.nextInt(4) == 0) {
      return model;
    }
    List<ColumnBuilder> builders = new ArrayList<>();
    table.columns().forEach(column -> builders.add(new ColumnBuilder(column.type(), 1)));
    for (long key : keys) {
      Map<Integer, String> row = new TreeMap<>();
      for (int i = 0; i < builders.size(); i++) {
        ColumnDefinition column = table.columns().get(i);
        boolean isNull = column.nullable() && random.nextInt(4) == 0;
        Object value = i == 0 ? (Long) key : plain(column.type(), random.nextInt(9) + 10);
        builders.get(i).append(isNull ? null : value);
        row.put(column.id().value(), isNull ? "null" : text(value));
      }
      model.rows().put(key, row);
    }
    List<Column> columns = builders.stream().map(ColumnBuilder::build).toList();
    transaction.append(table.id(), new Batch(columns, keys.size()));
    return model;
  }

  private static Map<Long, Long> rowIds(Snapshot snapshot, TableDefinition table) {
    Map<Long, Long> ids = new TreeMap<>();
    for (SegmentView segment : snapshot.table(table.id()).segments()) {
      for (int row = 0; row < segment.rowCount(); row++) {
        if (isLive(segment, row)) {
          ids.put(
              segment.column(table.columns().getFirst().id()).getLong(row),
              segment.column(ColumnId.ROW_ID).getLong(row));
        }
      }
    }
    return ids;
  }

  private static Map<Long, Map<Integer, String>> read(Snapshot snapshot, TableDefinition table) {
    Map<Long, Map<Integer, String>> rows = new TreeMap<>();
    for (SegmentView segment : snapshot.table(table.id()).segments()) {
      for (int row = 0; row < segment.rowCount(); row++) {
        if (isLive(segment, row)) {
          Map<Integer, String> values = new TreeMap<>();
          for (ColumnDefinition column : table.columns()) {
            values.put(column.id().value(), text(segment.column(column.id()).get(row)));
          }
          rows.put(segment.column(table.columns().getFirst().id()).getLong(row), values);
        }
      }
    }
    return rows;
  }

  private static boolean isLive(SegmentView segment, int row) {
    var live = segment.live();
    return live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }

  @Test
  void rowsOfAnOlderLayoutAreRefusedAtCommit() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, Tables.items("t"));
      for (IsolationLevel isolation : IsolationLevel.values()) {
        try (Transaction writer = store.begin(isolation, false)) {
          TableDefinition seen;
          try (Snapshot snapshot = writer.snapshot()) {
            seen = snapshot.catalog().tables().getFirst();
          }
          writer.append(seen.id(), Tables.rows(seen, fullRow(seen, 5)));
          TableId id = table.id();
          TableDefinition newest = only(store);
          Tables.commit(
              store, t -> t.alterTable(newest.plus(Tables.column("x", SqlType.BIGINT, true))));
          assertThat(only(store).id()).isEqualTo(id);
          assertConflict(writer::commit);
        }
      }
    }
  }

  @Test
  void aSnapshotThatIsRefusedHoldsNoSegments() {
    StoreOptions options = new StoreOptions(files, new Random(1), 1 << 20, false);
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition table = Tables.create(store, Tables.items("t"));
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(1, 5))));
      store.flush();
      for (IsolationLevel isolation : IsolationLevel.values()) {
        try (Transaction writer = store.begin(isolation, false)) {
          writer.append(table.id(), Tables.rows(only(store), fullRow(only(store), 2)));
          TableDefinition newest = only(store);
          Tables.commit(
              store, t -> t.alterTable(newest.plus(Tables.column("x", SqlType.BIGINT, true))));
          if (isolation == IsolationLevel.READ_COMMITTED) {
            assertConflict(writer::snapshot);
          }
        }
      }
      Tables.commit(
          store, t -> t.append(table.id(), Tables.rows(only(store), fullRow(only(store), 3))));
      store.flush();
      store.optimize(table.id(), () -> false);
      assertThat(files.list("segments")).hasSize(1);
    }
  }

  private static List<@Nullable Object> fullRow(TableDefinition table, long key) {
    List<@Nullable Object> row = new ArrayList<>(Tables.row(key, 1));
    while (row.size() < table.columns().size()) {
      row.add(null);
    }
    return row;
  }

  @Test
  void rowsThatComeAfterTheCheckStopANewNotNull() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, Tables.items("t"));
      try (Transaction ddl = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        ddl.alterTable(table.with(table.columns().get(1).withNullable(false)));
        Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(1, 5))));
        assertConflict(ddl::commit);
      }
      assertThat(only(store).columns().get(1).nullable()).isTrue();
      assertThatThrownBy(() ->
              Tables.commit(
                  store, t -> t.alterTable(table.with(table.columns().get(1).withNullable(false)))))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("23502"));
    }
  }

  @Test
  void ofTwoAlterationsTheFirstWins() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, Tables.items("t"));
      try (Transaction first = store.begin(IsolationLevel.READ_COMMITTED, false);
          Transaction second = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        first.alterTable(table.withComment("first"));
        second.alterTable(table.withComment("second"));
        first.commit();
        assertConflict(second::commit);
      }
      assertThat(only(store).comment()).isEqualTo("first");
    }
  }

  private static void assertConflict(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("40001"));
  }
}
