package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Column;
import io.quiver.types.QuiverException;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rows come, go and are taken back while vector indexes of rows in memory are made: each snapshot
 * finds by them what it finds by looking at all rows. {@code -Dvectorhistory.steps} says how many
 * steps a history has.
 */
class VectorIndexHistoryTest {
  private static final int STEPS = Integer.getInteger("vectorhistory.steps", 25);
  private static final ColumnId VECTOR = new ColumnId(2);
  private static final int K = 5;

  /** A snapshot, and what it had when it was taken. */
  private record Seen(Snapshot snapshot, TreeSet<Long> ids) {}

  private final Deque<Seen> older = new ArrayDeque<>();
  private final TreeSet<Long> ids = new TreeSet<>();
  private long nextId;
  private int served;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void inMemory(long seed) {
    try (LocalStore store = LocalStore.inMemory()) {
      run(store, null, new Random(seed), seed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void overALogThatFails(long seed) {
    FailingLog files = new FailingLog(new MemoryFileSystem(), new Random(seed));
    StoreOptions options = new StoreOptions(files, new Random(~seed), 64L << 20, false);
    try (LocalStore store = LocalStore.open(options)) {
      run(store, files, new Random(seed), seed);
    }
  }

  private void run(LocalStore store, @Nullable FailingLog log, Random random, long seed) {
    TableDefinition table = Tables.create(store, Tables.items("items"));
    Tables.commit(
        store,
        t ->
            t.change(
                new CatalogChange.PutIndex(
                    new IndexDefinition(
                        t.newIndex(),
                        table.id(),
                        "by_embedding",
                        IndexDefinition.Kind.FLAT,
                        List.of(new IndexDefinition.Key(VECTOR, false, false)),
                        IndexDefinition.Distance.L2,
                        List.of(),
                        null,
                        Map.of(),
                        null))));
    for (int step = 0; step < STEPS; step++) {
      step(store, log, table, random);
      Snapshot now = store.snapshot();
      older.addLast(new Seen(now, new TreeSet<>(ids)));
      if (older.size() > 4) {
        older.removeFirst().snapshot().close();
      }
      String where = "seed " + seed + ", step " + step;
      check(older.getLast(), table, random, where);
      check(older.getFirst(), table, random, where);
    }
    older.forEach(seen -> seen.snapshot().close());
    assertThat(served).as("searches by an index, seed %d", seed).isPositive();
  }

  private void step(
      LocalStore store, @Nullable FailingLog log, TableDefinition table, Random random) {
    switch (random.nextInt(8)) {
      case 0 -> store.buildIndexes();
      case 1 -> delete(store, table, random);
      case 2 -> rollBack(store, table, random);
      case 3 -> {
        if (random.nextInt(3) == 0) {
          store.flush();
        } else {
          store.optimize(table.id(), () -> false);
        }
      }
      case 4 -> {
        if (log != null) {
          log.fail(100);
          insert(store, table, random.nextInt(1, 3_000), random);
          log.fail(0);
        }
      }
      default -> insert(store, table, random.nextInt(1, 5_000), random);
    }
    if (random.nextInt(3) == 0) {
      store.buildIndexes();
    }
  }

  private List<List<@Nullable Object>> rows(int count, Random random) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] vector = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
      rows.add(Arrays.asList(nextId++, "n", i % 50 == 7 ? null : vector, true));
    }
    return rows;
  }

  private void insert(LocalStore store, TableDefinition table, int count, Random random) {
    long first = nextId;
    List<List<@Nullable Object>> rows = rows(count, random);
    try {
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isIn("58030", "53100");
      return;
    }
    for (long id = first; id < nextId; id++) {
      ids.add(id);
    }
  }

  private void rollBack(LocalStore store, TableDefinition table, Random random) {
    try (Transaction own = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      own.append(table.id(), Tables.rows(table, rows(random.nextInt(1, 5_000), random)));
      own.rollback();
    }
  }

  private void delete(LocalStore store, TableDefinition table, Random random) {
    Tables.commit(
        store,
        t -> {
          int part = random.nextInt(2, 20);
          try (Snapshot snapshot = t.snapshot()) {
            for (SegmentView segment : snapshot.table(table.id()).segments()) {
              Column keys = segment.column(new ColumnId(0));
              long[] gone = new long[segment.rowCount()];
              int count = 0;
              for (int row = 0; row < segment.rowCount(); row++) {
                if (isLive(segment, row) && random.nextInt(part) == 0) {
                  gone[count++] = segment.rowId(row);
                  ids.remove(keys.getLong(row));
                }
              }
              t.delete(table.id(), Arrays.copyOf(gone, count));
            }
          }
        });
  }

  private static boolean isLive(SegmentView segment, int row) {
    MemorySegment live = segment.live();
    return live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }

  private void check(Seen seen, TableDefinition table, Random random, String where) {
    IndexDefinition index = seen.snapshot().catalog().indexesOf(table.id()).getFirst();
    TreeSet<Long> found = new TreeSet<>();
    for (SegmentView segment : seen.snapshot().table(table.id()).segments()) {
      Column keys = segment.column(new ColumnId(0));
      for (int row = 0; row < segment.rowCount(); row++) {
        if (isLive(segment, row)) {
          found.add(keys.getLong(row));
        }
      }
      SegmentVectorIndex made = seen.snapshot().vectorIndex(index, segment);
      if (made != null) {
        served++;
        checkSearch(segment, made, random, where);
      }
    }
    assertThat(found).as(where).isEqualTo(seen.ids());
  }

  /** The index of what a snapshot sees finds the same rows as looking at all that it covers. */
  private static void checkSearch(
      SegmentView segment, SegmentVectorIndex made, Random random, String where) {
    Column vectors = segment.column(VECTOR);
    int covered = Math.min(segment.rowCount(), made.rowCount());
    RowFilter filter =
        RowFilter.matching(
            made.rowCount(), row -> row < covered && isLive(segment, row) && !vectors.isNull(row));
    float[] query = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
    List<Integer> expected = nearest(vectors, filter, query);
    MemorySegment packed = Arena.ofAuto().allocate(12, 64);
    MemorySegment.copy(query, 0, packed, ValueLayout.JAVA_FLOAT, 0, 3);
    Neighbors neighbors = new Neighbors();
    SearchRequest request = SearchRequest.of(packed, K, filter.rows()).withFilter(filter);
    made.search(searcher -> {
      searcher.search(request, neighbors);
      return neighbors;
    });
    List<Integer> actual = new ArrayList<>();
    for (int i = 0; i < neighbors.size(); i++) {
      actual.add(neighbors.row(i));
    }
    assertThat(actual).as(where).isEqualTo(expected);
  }

  private static List<Integer> nearest(Column vectors, RowFilter filter, float[] query) {
    record Row(int row, double distance) {}

    List<Row> rows = new ArrayList<>();
    filter.forEach(row -> rows.add(new Row(row, distance(vectors.getFloats(row), query))));
    return rows.stream()
        .sorted(Comparator.comparingDouble(Row::distance))
        .limit(K)
        .map(Row::row)
        .toList();
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - (double) b[i]) * (a[i] - (double) b[i]);
    }
    return sum;
  }
}
