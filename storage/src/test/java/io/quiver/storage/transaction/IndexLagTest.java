package io.quiver.storage.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long rows have waited for an index, beside a note of each row. */
class IndexLagTest {
  private static final long MILLISECOND = 1_000_000;
  private static final ColumnId VECTOR = new ColumnId(0);

  private final TableDefinition table =
      new TableDefinition(
          new TableId(1),
          "public",
          "t",
          List.of(
              new ColumnDefinition(
                  VECTOR, "v", SqlType.vector(2), true, null, ColumnDefinition.Identity.NONE)),
          List.of());
  private final IndexDefinition index =
      new IndexDefinition(
          new IndexId(2),
          table.id(),
          "t_v",
          IndexDefinition.Kind.FLAT,
          List.of(new IndexDefinition.Key(VECTOR, false, false)),
          IndexDefinition.Distance.L2,
          List.of(),
          null,
          Map.of(),
          null);
  private final Catalog catalog =
      Catalog.EMPTY.with(
          1, List.of(new CatalogChange.CreateTable(table), new CatalogChange.PutIndex(index)));
  private final IndexLag lag = new IndexLag();

  private void commit(long nextRowId, long millis) {
    TableState state = new TableState(table, List.of(), nextRowId, 1, null);
    lag.committed(
        DatabaseState.of(new CommitVersion(nextRowId), catalog, Map.of(table.id(), state)),
        millis * MILLISECOND);
  }

  private void indexed(long first, long last, long millis) {
    lag.indexed(index, first, last, millis * MILLISECOND);
  }

  @Test
  void rowsCountWhenTheyAreIndexedForTheFirstTime() {
    commit(100, 1_000);
    assertThat(lag.of(index)).isNull();
    // They were there before.
    indexed(1, 99, 2_000);
    assertThat(lag.of(index)).isNull();
    commit(200, 3_000);
    commit(300, 4_000);
    indexed(200, 299, 4_500);
    assertThat(lag.of(index)).isEqualTo(new IndexLag.Waited(500, 500));
    indexed(1, 199, 5_000);
    assertThat(lag.of(index)).isEqualTo(new IndexLag.Waited(2_000, 2_000));
    // Once more, in another segment, with some that are new.
    commit(310, 8_000);
    indexed(1, 299, 9_000);
    assertThat(lag.of(index)).isEqualTo(new IndexLag.Waited(2_000, 2_000));
    indexed(100, 309, 9_000);
    assertThat(lag.of(index)).isEqualTo(new IndexLag.Waited(1_000, 2_000));
    lag.retain(id -> false);
    assertThat(lag.of(index)).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void itIsTheOldestNewRow(long seed) {
    Random random = new Random(seed);
    long[] committed = new long[4_000];
    boolean[] had = new boolean[committed.length];
    commit(0, 0);
    int rows = 0;
    long now = 0;
    while (rows < committed.length) {
      now += random.nextInt(10, 50);
      int next = Math.min(committed.length, rows + 1 + random.nextInt(40));
      for (int row = rows; row < next; row++) {
        committed[row] = now;
      }
      rows = next;
      commit(rows, now);
      if (random.nextInt(3) == 0) {
        int from = random.nextInt(rows);
        int to = from + 1 + random.nextInt(rows - from);
        int oldest = from;
        while (oldest < to && had[oldest]) {
          oldest++;
        }
        indexed(from, to - 1, now + 7);
        for (int row = from; row < to; row++) {
          had[row] = true;
        }
        if (oldest < to) {
          IndexLag.Waited waited = Objects.requireNonNull(lag.of(index));
          assertThat(waited.lastMillis())
              .as("seed %d, row %d of %d", seed, oldest, rows)
              .isEqualTo(now + 7 - committed[oldest]);
        }
      }
    }
  }

  @Test
  void manyCommitsAreNotedInFewMarks() {
    commit(0, 0);
    for (int i = 1; i <= 5_000; i++) {
      commit(i, 20L * i);
    }
    indexed(0, 0, 100_020);
    assertThat(lag.of(index)).isEqualTo(new IndexLag.Waited(100_000, 100_000));
    indexed(1, 4_999, 100_020);
    IndexLag.Waited waited = Objects.requireNonNull(lag.of(index));
    // A mark is of several commits by then, and counts from the first.
    assertThat(waited.lastMillis()).isBetween(99_980L, 100_000L);
  }
}
