package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables with several unique keys, of which some have nulls, against reading all their rows. */
class UniqueKeysTest {
  private static final long FIRST_OWN = 1L << 62;
  private static final int STEPS = Integer.getInteger("unique.steps", 250);

  private static final List<ColumnId> ID = List.of(new ColumnId(0));
  private static final List<ColumnId> A = List.of(new ColumnId(1));
  private static final List<ColumnId> BC = List.of(new ColumnId(2), new ColumnId(3));
  private static final List<List<ColumnId>> KEYS = List.of(ID, A, BC);
  private static final Constraint.Unique UNIQUE_A = new Constraint.Unique("t_a_key", A, false);

  private static final Transaction.NewTable TABLE =
      new Transaction.NewTable(
          "public",
          "t",
          List.of(
              Tables.column("id", SqlType.BIGINT, false),
              Tables.column("a", SqlType.INTEGER, true),
              Tables.column("b", SqlType.INTEGER, true),
              Tables.column("c", SqlType.TEXT, true)),
          List.of(
              new Constraint.PrimaryKey("t_pkey", ID),
              UNIQUE_A,
              new Constraint.Unique("t_b_c_key", BC, false)));

  private record Row(long rowId, List<@Nullable Object> values) {
    boolean conflicts(List<@Nullable Object> other, List<ColumnId> key) {
      return key.stream()
          .allMatch(id ->
              values.get(id.value()) != null
                  && Objects.equals(values.get(id.value()), other.get(id.value())));
    }

    boolean conflicts(List<@Nullable Object> other, List<List<ColumnId>> keys, boolean any) {
      return keys.stream().anyMatch(key -> conflicts(other, key)) == any;
    }
  }

  private final MemoryFileSystem files = new MemoryFileSystem();

  /** One of two that change the table in turn. */
  private static final class Side {
    private final Transaction transaction;
    private Set<Long> deleted = new HashSet<>();
    private boolean upserts;
    private Transaction.@Nullable Savepoint savepoint;
    private Set<Long> deletedThen = new HashSet<>();

    private Side(Store store) {
      transaction = store.begin(IsolationLevel.READ_COMMITTED, false);
    }

    private List<Row> rows(TableDefinition table) {
      try (Snapshot snapshot = transaction.snapshot()) {
        return read(snapshot, table);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noValueIsThereTwice(long seed) {
    Random random = new Random(seed);
    StoreOptions options =
        new StoreOptions(files, random, 1 << 20, false)
            .withBulkBytes(seed % 2 == 0 ? 100 : 1 << 20);
    LocalStore store = LocalStore.open(options);
    TableDefinition table = Tables.create(store, TABLE);
    @Nullable Side[] sides = new Side[2];
    try {
      for (int step = 0; step < STEPS; step++) {
        int i = random.nextInt(2);
        Side side = sides[i] == null ? new Side(store) : sides[i];
        sides[i] = side;
        String when = "seed " + seed + ", step " + step;
        switch (random.nextInt(14)) {
          case 0, 1, 2 -> append(side, table, random, when);
          case 3, 4 -> appendNew(side, table, random, when);
          case 5 -> delete(side, table, random);
          case 6, 7 -> update(side, table, random, when);
          case 8 -> {
            side.savepoint = side.transaction.savepoint();
            side.deletedThen = new HashSet<>(side.deleted);
          }
          case 9 -> {
            if (side.savepoint != null) {
              side.transaction.rollbackTo(side.savepoint);
              side.deleted = new HashSet<>(side.deletedThen);
            }
          }
          case 10, 11, 12 -> {
            commit(store, side, table, when);
            sides[i] = null;
          }
          default -> store = upkeep(store, sides, options, table, random);
        }
        check(store, table, when);
      }
    } finally {
      for (Side side : sides) {
        if (side != null) {
          side.transaction.close();
        }
      }
      store.close();
    }
    Tables.assertClean(files, "seed " + seed);
  }

  private static LocalStore upkeep(
      LocalStore store,
      @Nullable Side[] sides,
      StoreOptions options,
      TableDefinition table,
      Random random) {
    switch (random.nextInt(3)) {
      case 0 -> store.flush();
      case 1 -> store.optimize(table.id(), () -> false);
      default -> {
        for (int i = 0; i < sides.length; i++) {
          Side side = sides[i];
          if (side != null) {
            side.transaction.rollback();
          }
          sides[i] = null;
        }
        store.close();
        return LocalStore.open(options);
      }
    }
    return store;
  }

  private static List<@Nullable Object> values(Random random) {
    return Arrays.asList(
        (long) random.nextInt(60),
        random.nextInt(3) == 0 ? null : random.nextInt(40),
        random.nextInt(4) == 0 ? null : random.nextInt(6),
        random.nextInt(4) == 0 ? null : "c" + random.nextInt(6));
  }

  private static void append(Side side, TableDefinition table, Random random, String when) {
    List<List<@Nullable Object>> added = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      added.add(values(random));
    }
    append(side, table, added, when);
  }

  private static void append(
      Side side, TableDefinition table, List<List<@Nullable Object>> added, String when) {
    List<Row> before = side.rows(table);
    boolean free = free(before, added, KEYS);
    try {
      side.transaction.append(table.id(), batch(table, added));
      assertThat(free).as(when).isTrue();
      assertThat(side.rows(table)).as(when).hasSize(before.size() + added.size());
    } catch (QuiverException e) {
      assertThat(e.sqlState()).as(when).isIn("23505", "40001");
      assertThat(free).as(when).isFalse();
      assertThat(side.rows(table)).as(when).isEqualTo(before);
    }
  }

  /** Whether rows can be added one after the other. */
  private static boolean free(
      List<Row> there, List<List<@Nullable Object>> added, List<List<ColumnId>> keys) {
    List<Row> all = new ArrayList<>(there);
    for (List<@Nullable Object> values : added) {
      if (all.stream().anyMatch(row -> row.conflicts(values, keys, true))) {
        return false;
      }
      all.add(new Row(0, values));
    }
    return true;
  }

  private static void appendNew(Side side, TableDefinition table, Random random, String when) {
    List<List<@Nullable Object>> proposed = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      proposed.add(values(random));
    }
    int chosen = random.nextInt(4);
    List<ColumnId> key = chosen == 3 ? null : KEYS.get(chosen);
    List<List<ColumnId>> arbiters = key == null ? KEYS : List.of(key);
    List<Row> before = side.rows(table);
    List<Row> all = new ArrayList<>(before);
    List<List<@Nullable Object>> free = new ArrayList<>();
    List<List<Row>> holders = new ArrayList<>();
    for (List<@Nullable Object> values : proposed) {
      List<Row> found = all.stream().filter(row -> row.conflicts(values, arbiters, true)).toList();
      holders.add(found);
      if (found.isEmpty()) {
        all.add(new Row(-1, values));
        free.add(values);
      }
    }
    side.upserts = true;
    try (Snapshot seen = side.transaction.snapshot()) {
      long[] found = side.transaction.appendNew(table.id(), batch(table, proposed), seen, key);
      for (int i = 0; i < found.length; i++) {
        long holder = found[i];
        List<Row> expected = holders.get(i);
        assertThat(holder == Transaction.FREE).as(when).isEqualTo(expected.isEmpty());
        if (!expected.isEmpty() && expected.stream().noneMatch(row -> row.rowId() == -1)) {
          assertThat(expected).as(when).anyMatch(row -> row.rowId() == holder);
        }
      }
      assertThat(side.rows(table)).as(when).hasSize(before.size() + free.size());
    } catch (QuiverException e) {
      assertThat(e.sqlState()).as(when).isEqualTo("23505");
      assertThat(free(before, free, KEYS)).as(when).isFalse();
      assertThat(side.rows(table)).as(when).isEqualTo(before);
    }
  }

  private static @Nullable Row delete(Side side, TableDefinition table, Random random) {
    List<Row> rows = side.rows(table);
    if (rows.isEmpty()) {
      return null;
    }
    Row row = rows.get(random.nextInt(rows.size()));
    side.transaction.delete(table.id(), new long[] {row.rowId()});
    if (row.rowId() < FIRST_OWN) {
      side.deleted.add(row.rowId());
    }
    return row;
  }

  private static void update(Side side, TableDefinition table, Random random, String when) {
    Row row = delete(side, table, random);
    if (row != null) {
      List<@Nullable Object> changed = new ArrayList<>(row.values());
      int column = random.nextInt(changed.size());
      changed.set(column, values(random).get(column));
      append(side, table, List.of(changed), when);
    }
  }

  private static void commit(Store store, Side side, TableDefinition table, String when) {
    List<Row> committed = read(store, table);
    List<Row> own = side.rows(table).stream().filter(row -> row.rowId() >= FIRST_OWN).toList();
    boolean gone =
        side.deleted.stream()
            .anyMatch(id -> committed.stream().noneMatch(row -> row.rowId() == id));
    List<Row> left = committed.stream().filter(row -> !side.deleted.contains(row.rowId())).toList();
    boolean free =
        own.stream()
            .noneMatch(
                mine -> left.stream().anyMatch(row -> row.conflicts(mine.values(), KEYS, true)));
    try {
      side.transaction.commit();
      assertThat(gone).as(when).isFalse();
      assertThat(free).as(when).isTrue();
      assertThat(read(store, table)).as(when).hasSize(left.size() + own.size());
    } catch (QuiverException e) {
      assertThat(gone || !free).as(when + ": " + e).isTrue();
      boolean serialization = gone || side.upserts;
      assertThat(e.sqlState()).as(when).isEqualTo(serialization ? "40001" : "23505");
      assertThat(read(store, table)).as(when).isEqualTo(committed);
    }
  }

  /** No two committed rows have a key, and each is found by each of its keys. */
  private static void check(Store store, TableDefinition table, String when) {
    try (Snapshot snapshot = store.snapshot()) {
      List<Row> rows = read(snapshot, table);
      for (Row row : rows) {
        for (List<ColumnId> key : KEYS) {
          List<Row> same =
              rows.stream().filter(other -> other.conflicts(row.values(), key)).toList();
          assertThat(same).as("%s, key %s", when, key).hasSizeLessThanOrEqualTo(1);
          RowLocation found = same.isEmpty() ? null : find(snapshot, table, key, row.values());
          if (!same.isEmpty()) {
            assertThat(found).as("%s, key %s of %s", when, key, row).isNotNull();
            assertThat(Objects.requireNonNull(found).segment().rowId(found.row()))
                .as(when)
                .isEqualTo(row.rowId());
          }
        }
      }
    }
  }

  private static @Nullable RowLocation find(
      Snapshot snapshot, TableDefinition table, List<ColumnId> key, List<@Nullable Object> row) {
    List<Column> keys = new ArrayList<>();
    for (ColumnId id : key) {
      ColumnBuilder builder = new ColumnBuilder(table.column(id).type(), 1);
      builder.append(row.get(id.value()));
      keys.add(builder.build());
    }
    return snapshot.table(table.id()).find(key, keys, 0);
  }

  @Test
  void theConstraintIsNamed() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition table = Tables.create(store, TABLE);
      add(store, table, 1L, 1, 1, "x");
      add(store, table, 2L, null, 1, null);
      add(store, table, 3L, null, 1, null);
      for (String name : List.of("t_pkey", "t_a_key", "t_b_c_key")) {
        assertThatThrownBy(
                () -> {
                  switch (name) {
                    case "t_pkey" -> add(store, table, 1L, 9, 9, "z");
                    case "t_a_key" -> add(store, table, 4L, 1, 9, "z");
                    default -> add(store, table, 4L, 9, 1, "x");
                  }
                })
            .isInstanceOf(QuiverException.class)
            .hasMessageContaining("\"" + name + "\"");
      }
    }
  }

  @Test
  void aKeyThatIsAddedHoldsForTheRowsThatAreThereAndThoseToCome() {
    LocalStore store = LocalStore.open(StoreOptions.of(files));
    TableDefinition keyed = Tables.create(store, TABLE);
    Tables.commit(store, t -> t.alterTable(keyed.minus(UNIQUE_A)));
    add(store, keyed, 1L, 7, null, null);
    add(store, keyed, 2L, 7, null, null);
    assertState("23505", () -> Tables.commit(store, t -> t.alterTable(keyed)));
    Tables.commit(
        store,
        t -> {
          try (Snapshot snapshot = t.snapshot()) {
            TableDefinition now = Objects.requireNonNull(snapshot.catalog().table(keyed.id()));
            t.delete(keyed.id(), new long[] {read(snapshot, keyed).getFirst().rowId()});
            t.alterTable(now.plus(UNIQUE_A));
          }
          assertState("23505", () -> t.append(keyed.id(), batch(keyed, List.of(row(3L, 7)))));
          t.append(keyed.id(), batch(keyed, List.of(row(4L, 8))));
          assertState("23505", () -> t.append(keyed.id(), batch(keyed, List.of(row(5L, 8)))));
        });
    assertState("23505", () -> add(store, keyed, 6L, 8, null, null));
    store.close();
    try (LocalStore again = LocalStore.open(StoreOptions.of(files))) {
      assertState("23505", () -> add(again, keyed, 6L, 7, null, null));
      add(again, keyed, 6L, 9, null, null);
    }
  }

  @Test
  void whoAddsRowsMeanwhileOrAKeyMeanwhileBeginsAgain() {
    try (LocalStore store = LocalStore.inMemory()) {
      TableDefinition keyed = Tables.create(store, TABLE);
      Tables.commit(store, t -> t.alterTable(keyed.minus(UNIQUE_A)));
      add(store, keyed, 1L, 7, null, null);
      try (Transaction alter = store.begin(IsolationLevel.READ_COMMITTED, false);
          Transaction late = store.begin(IsolationLevel.READ_COMMITTED, false);
          Snapshot snapshot = alter.snapshot()) {
        alter.alterTable(
            Objects.requireNonNull(snapshot.catalog().table(keyed.id())).plus(UNIQUE_A));
        late.append(keyed.id(), batch(keyed, List.of(row(2L, 7))));
        late.commit();
        assertState("40001", alter::commit);
      }
      assertThat(read(store, keyed)).hasSize(2);
    }
  }

  private static List<@Nullable Object> row(Long id, @Nullable Integer a) {
    return Arrays.asList(id, a, null, null);
  }

  private static void add(
      Store store,
      TableDefinition table,
      Long id,
      @Nullable Integer a,
      @Nullable Integer b,
      @Nullable String c) {
    Tables.commit(
        store, t -> t.append(table.id(), batch(table, List.of(Arrays.asList(id, a, b, c)))));
  }

  private static void assertState(String sqlState, Runnable work) {
    try {
      work.run();
    } catch (QuiverException e) {
      assertThat(e.sqlState()).as(e.toString()).isEqualTo(sqlState);
      return;
    }
    fail("nothing was wrong, wanted " + sqlState);
  }

  private static Batch batch(TableDefinition table, List<List<@Nullable Object>> rows) {
    return Tables.rows(table, rows);
  }

  private static List<Row> read(Store store, TableDefinition table) {
    try (Snapshot snapshot = store.snapshot()) {
      return read(snapshot, table);
    }
  }

  private static List<Row> read(Snapshot snapshot, TableDefinition table) {
    List<Row> rows = new ArrayList<>();
    for (SegmentView segment : snapshot.table(table.id()).segments()) {
      MemorySegment live = segment.live();
      for (int row = 0; row < segment.rowCount(); row++) {
        if (live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0) {
          List<@Nullable Object> values = new ArrayList<>();
          for (var column : table.columns()) {
            values.add(segment.column(column.id()).get(row));
          }
          rows.add(new Row(segment.rowId(row), values));
        }
      }
    }
    return rows;
  }
}
