package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
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
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of one large transaction whose rows are written to segments by another thread
 * while it goes on: what somebody reads is never written over, and what is taken back is gone.
 */
class BulkHistoryTest {
  private static final int DIMENSION = 64;
  private static final int BATCH_ROWS = 1_024;
  private static final int STEPS = 35;

  /** About two batches. */
  private static final long BULK_BYTES = 600_000;

  private final FaultyFileSystem files =
      new FaultyFileSystem(new MemoryFileSystem(), FaultyFileSystem.Plan.never());

  @SuppressWarnings("NullAway.Init") // The test makes it first.
  private TableDefinition table;

  private Map<Long, Float> expected = new TreeMap<>();
  private long nextKey;

  /** A snapshot that stays open, and what it shows until then. */
  private record Open(Snapshot snapshot, Map<Long, Float> rows) {}

  private LocalStore open(long seed) {
    return LocalStore.open(
        new StoreOptions(files, new Random(seed), 64L << 20, true).withBulkBytes(BULK_BYTES));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsReadStaysAndWhatIsTakenBackIsGone(long seed) {
    Random random = new Random(seed);
    try (LocalStore store = open(seed)) {
      table =
          Tables.create(
              store,
              Transaction.NewTable.keyed(
                  "public",
                  "points",
                  List.of(
                      Tables.column("id", SqlType.BIGINT, false),
                      Tables.column("v", SqlType.vector(DIMENSION), false)),
                  List.of(0)));
      List<Open> opened = new ArrayList<>();
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        for (int step = 0; step < STEPS; step++) {
          step(transaction, random, opened);
        }
        settled(transaction);
        opened.forEach(this::check);
        transaction.commit();
      }
      opened.forEach(this::check);
      opened.forEach(open -> open.snapshot().close());
      try (Snapshot after = store.snapshot()) {
        assertThat(rows(after)).isEqualTo(expected);
      }
    }
    try (LocalStore store = open(seed + 100);
        Snapshot after = store.snapshot()) {
      assertThat(rows(after)).isEqualTo(expected);
    }
    Tables.assertClean(files, "seed " + seed);
  }

  private void step(Transaction transaction, Random random, List<Open> opened) {
    switch (random.nextInt(12)) {
      case 0 -> opened.add(new Open(transaction.snapshot(), new TreeMap<>(expected)));
      case 1 -> {
        Transaction.Savepoint savepoint = transaction.savepoint();
        Map<Long, Float> before = new TreeMap<>(expected);
        append(transaction, random.nextInt(1, 10), random, opened);
        if (random.nextBoolean()) {
          opened.add(new Open(transaction.snapshot(), new TreeMap<>(expected)));
        }
        transaction.rollbackTo(savepoint);
        expected = before;
      }
      case 2 -> delete(transaction, random);
      case 3 -> {
        files.follow(FaultyFileSystem.Plan.failEvery(Operation.WRITE));
        append(transaction, random.nextInt(1, 10), random, opened);
        files.follow(FaultyFileSystem.Plan.never());
        settled(transaction);
      }
      default -> append(transaction, 1, random, opened);
    }
  }

  /** A statement, all or nothing. */
  private void append(Transaction transaction, int batches, Random random, List<Open> opened) {
    transaction.beginStatement();
    Map<Long, Float> before = new TreeMap<>(expected);
    try {
      for (int i = 0; i < batches; i++) {
        if (i > 0 && random.nextInt(5) == 0) {
          opened.add(new Open(transaction.snapshot(), new TreeMap<>(expected)));
        }
        ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, BATCH_ROWS);
        ColumnBuilder vectors = new ColumnBuilder(SqlType.vector(DIMENSION), BATCH_ROWS);
        float[] vector = new float[DIMENSION];
        for (int row = 0; row < BATCH_ROWS; row++) {
          vector[0] = nextKey * 0.5f;
          vector[DIMENSION - 1] = -vector[0];
          expected.put(nextKey, vector[0]);
          ids.append(nextKey++);
          vectors.append(vector);
        }
        transaction.append(
            table.id(), new Batch(List.of(ids.build(), vectors.build()), BATCH_ROWS));
      }
      transaction.endStatement();
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isEqualTo("58030");
      transaction.undoStatement();
      expected = before;
    }
  }

  /** Lets what is being written be done with, whether it works or not. */
  private void settled(Transaction transaction) {
    try {
      transaction.delete(table.id(), new long[0]);
    } catch (QuiverException e) {
      assertThat(e.sqlState()).isEqualTo("58030");
    }
  }

  private void delete(Transaction transaction, Random random) {
    settled(transaction);
    List<Long> rowIds = new ArrayList<>();
    try (Snapshot snapshot = transaction.snapshot()) {
      for (SegmentView segment : snapshot.table(table.id()).segments()) {
        Column keys = segment.column(table.columns().get(0).id());
        int row = random.nextInt(segment.rowCount());
        if (expected.remove(keys.getLong(row)) != null) {
          rowIds.add(segment.column(ColumnId.ROW_ID).getLong(row));
        }
      }
    }
    long[] ids = rowIds.stream().mapToLong(Long::longValue).toArray();
    assertThat(transaction.delete(table.id(), ids)).isEqualTo(ids.length);
  }

  private void check(Open open) {
    assertThat(rows(open.snapshot())).isEqualTo(open.rows());
  }

  /** The live rows, whose vectors must be whole. */
  private Map<Long, Float> rows(Snapshot snapshot) {
    Map<Long, Float> found = new TreeMap<>();
    for (SegmentView segment : snapshot.table(table.id()).segments()) {
      Column keys = segment.column(table.columns().get(0).id());
      Column vectors = segment.column(table.columns().get(1).id());
      @Nullable MemorySegment live = segment.live();
      for (int row = 0; row < segment.rowCount(); row++) {
        if (live != null && (live.get(ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) == 0) {
          continue;
        }
        float[] vector = vectors.getFloats(row);
        if (vector[DIMENSION - 1] != -vector[0] || vector[0] != keys.getLong(row) * 0.5f) {
          throw new AssertionError("row of key " + keys.getLong(row) + " begins with " + vector[0]);
        }
        if (found.put(keys.getLong(row), vector[0]) != null) {
          throw new AssertionError("key " + keys.getLong(row) + " is there twice");
        }
      }
    }
    return found;
  }
}
