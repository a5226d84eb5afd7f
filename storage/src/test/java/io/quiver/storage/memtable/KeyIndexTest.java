package io.quiver.storage.memtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index of keys against a map, where many keys share a hash, a tag or a table. */
class KeyIndexTest {
  /** How keys are hashed: in turn well, into few tags, into one run at the end, all alike. */
  private static long hash(long key, int kind) {
    long mixed = (key + 1) * 0x9E3779B97F4A7C15L;
    return switch (kind) {
      case 0 -> mixed ^ (mixed >>> 29);
      case 1 -> (key % 5) << KeyIndex.ROW_ID_BITS | (mixed & 0xFF);
      case 2 -> -1L << (KeyIndex.ROW_ID_BITS + 2) | (mixed & 0xFF);
      default -> 42;
    };
  }

  private static long find(KeyIndex index, Map<Long, Long> keyOf, long key, int kind) {
    return index.find(
        hash(key, kind),
        rowId -> {
          Long found = keyOf.get(rowId);
          if (found == null) {
            throw new AssertionError("row " + rowId + " is not in the index");
          }
          return found == key ? KeyIndex.Match.EQUAL : KeyIndex.Match.DIFFERENT;
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void everyKeyIsFoundAndNoOther(long seed) {
    Random random = new Random(seed);
    int kind = random.nextInt(4);
    int keys = kind == 0 ? 3_000 : 150;
    long firstRowId = random.nextBoolean() ? 0 : 1L << 62;
    KeyIndex index = new KeyIndex(random.nextInt(5), firstRowId);
    Map<Long, Long> rowOf = new HashMap<>();
    Map<Long, Long> keyOf = new HashMap<>();
    long nextRowId = firstRowId;
    for (int step = 0; step < 20_000; step++) {
      long key = random.nextInt(keys);
      // Grows in the first half, and shrinks in the second.
      boolean add = random.nextInt(20_000) > step / 2 + 3_000;
      Long there = rowOf.get(key);
      assertThat(find(index, keyOf, key, kind))
          .as("seed %d, step %d", seed, step)
          .isEqualTo(there == null ? KeyIndex.ABSENT : there);
      if (add && there == null) {
        rowOf.put(key, nextRowId);
        keyOf.put(nextRowId, key);
        index.add(hash(key, kind), nextRowId++);
      } else if (!add && there != null) {
        rowOf.remove(key);
        keyOf.remove(there);
        index.remove(hash(key, kind), there);
        index.remove(hash(key, kind), there);
      }
    }
    assertThat(index.size()).isEqualTo(rowOf.size());
    for (long key = 0; key < keys; key++) {
      assertThat(find(index, keyOf, key, kind))
          .as("seed %d, key %d", seed, key)
          .isEqualTo(rowOf.getOrDefault(key, KeyIndex.ABSENT));
    }
  }

  @Test
  void aRowTakesAtMostSixteenBytes() {
    KeyIndex index = new KeyIndex(4, 0);
    for (int rows = 1; rows <= 300_000; rows++) {
      index.add(hash(rows, 0), rows);
      if (rows >= 2_000) {
        assertThat(index.sizeInBytes()).as("%d rows", rows).isLessThanOrEqualTo(16L * rows);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 500})
  void whatIsReservedNeedsNoMoreMemory(int batch) {
    KeyIndex index = new KeyIndex(3, 0);
    long[] hashes = new long[batch];
    for (int rows = 0; rows < 20_000; rows += batch) {
      for (int i = 0; i < batch; i++) {
        hashes[i] = hash(rows + i, 0);
      }
      index.reserve(hashes, batch, rows + batch);
      long bytes = index.sizeInBytes();
      for (int i = 0; i < batch; i++) {
        index.add(hashes[i], rows + i);
      }
      assertThat(index.sizeInBytes()).isEqualTo(bytes);
    }
  }

  @Test
  void loadedRowsAreThere() {
    KeyIndex index = new KeyIndex(5, 0);
    int rows = 100_000;
    index.expect(rows);
    KeyLoader loader = new KeyLoader(index, rows);
    for (int row = 0; row < rows; row++) {
      loader.add(hash(row, 0), row);
    }
    loader.finish();
    loader.finish();
    assertThat(index.size()).isEqualTo(rows);
    for (int row = 0; row < rows; row++) {
      int key = row;
      assertThat(
              index.find(
                  hash(row, 0),
                  rowId -> rowId == key ? KeyIndex.Match.EQUAL : KeyIndex.Match.DIFFERENT))
          .isEqualTo(row);
    }
  }

  @Test
  void aRowIdThatIsTooLargeIs54000() {
    KeyIndex index = new KeyIndex(4, 0);
    long[] hashes = {1};
    index.reserve(hashes, 1, (1L << KeyIndex.ROW_ID_BITS) - 2);
    assertThatThrownBy(() -> index.reserve(hashes, 1, (1L << KeyIndex.ROW_ID_BITS) - 1))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("54000"));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aKeyThatMovesIsFoundAtAnyMoment(long seed) throws Exception {
    int keys = 64;
    int rows = 60_000;
    KeyIndex index = new KeyIndex(1, 0);
    // The key of each row is known before the row is in the index, as with a commit's new state.
    AtomicLongArray keyOf = new AtomicLongArray(rows);
    Random random = new Random(seed);
    int next = 1;
    List<Integer> rowOf = new ArrayList<>();
    for (int key = 0; key < keys; key++) {
      keyOf.set(next, key);
      rowOf.add(next);
      index.add(hash(key, 1), next++);
    }
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Random own = new Random(seed + i);
        readers.add(pool.submit(() -> read(index, keyOf, own, keys, done)));
      }
      try {
        while (next < rows) {
          int key = random.nextInt(keys);
          keyOf.set(next, key);
          index.add(hash(key, 1), next);
          index.remove(hash(key, 1), rowOf.get(key));
          rowOf.set(key, next++);
        }
      } finally {
        done.set(true);
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    }
    assertThat(index.size()).isEqualTo(keys);
  }

  private static long read(
      KeyIndex index, AtomicLongArray keyOf, Random random, int keys, AtomicBoolean done) {
    long lookups = 0;
    while (!done.get() || lookups == 0) {
      long key = random.nextInt(keys);
      long found =
          index.find(
              hash(key, 1),
              rowId ->
                  rowId < keyOf.length() && keyOf.get((int) rowId) == key
                      ? KeyIndex.Match.EQUAL
                      : KeyIndex.Match.DIFFERENT);
      assertThat(found).as("key %d", key).isPositive();
      assertThat(keyOf.get((int) found)).isEqualTo(key);
      assertThat(index.find(hash(key + keys, 1), rowId -> KeyIndex.Match.DIFFERENT))
          .isEqualTo(KeyIndex.ABSENT);
      lookups++;
    }
    return lookups;
  }
}
