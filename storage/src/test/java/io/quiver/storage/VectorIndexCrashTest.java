package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexDefinition.Kind;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Indexes on vectors are built, carried through merges and dropped, and the power is cut before
 * each file operation, or that operation fails: {@code -Dvectorcrash.stride=1} takes all, a larger
 * number every so many from {@code -Dvectorcrash.first} on.
 */
@ExtendWith(IndexedSegments.class)
class VectorIndexCrashTest {
  private static final int STRIDE = Integer.getInteger("vectorcrash.stride", 23);
  private static final long FIRST = Long.getLong("vectorcrash.first", 1);

  private static StoreOptions options(FileSystem files, long seed) {
    return new StoreOptions(files, new Random(seed), 1 << 20, false);
  }

  /** What was acknowledged: the rows by key at each version of the database. */
  private static final class History {
    private final List<Map<Long, String>> states = new ArrayList<>(List.of(Map.of()));

    private int acknowledged() {
      return states.size() - 1;
    }
  }

  /** Everything that happens to an index, one after the other. */
  private static final class Work {
    private final FileSystem files;
    private final Kind kind;
    private final History history = new History();
    private final Map<Long, String> rows = new TreeMap<>();
    private @Nullable LocalStore store;

    private Work(FileSystem files, Kind kind) {
      this.files = files;
      this.kind = kind;
    }

    private History run() {
      try {
        act(LocalStore.open(options(files, 7)));
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isIn("58030", "53100");
      } finally {
        Tables.closeQuietly(store);
      }
      return history;
    }

    private void act(LocalStore opened) {
      store = opened;
      TableDefinition table = Tables.create(opened, Tables.items("items"));
      acknowledged();
      append(table, 0, 70);
      opened.flush();
      define(table, "first", kind);
      opened.buildIndexes();
      append(table, 70, 50);
      delete(table, 3, 40);
      opened.flush();
      opened.buildIndexes();
      delete(table, 30, 90);
      opened.optimize(table.id(), () -> false);
      append(table, 120, 30);
      opened.flush();
      drop("first");
      opened.buildIndexes();
      define(table, "second", Kind.HNSW);
      opened.buildIndexes();
      opened.compact();
      opened.checkpoint();
    }

    private void acknowledged() {
      history.states.add(Map.copyOf(rows));
    }

    private void commit(Consumer<Transaction> work) {
      Tables.commit(Objects.requireNonNull(store), work);
      acknowledged();
    }

    private void append(TableDefinition table, int from, int count) {
      List<List<@Nullable Object>> added = new ArrayList<>();
      for (long key = from; key < from + count; key++) {
        List<@Nullable Object> row = Tables.row(key, (int) (key * 31 % 97));
        added.add(row);
        rows.put(key, Tables.text(row));
      }
      commit(t -> t.append(table.id(), Tables.rows(table, added)));
    }

    private void delete(TableDefinition table, long from, long to) {
      rows.keySet().removeIf(key -> key >= from && key < to);
      commit(t ->
          t.delete(
              table.id(),
              Tables.read(t, table).entrySet().stream()
                  .filter(row -> row.getKey() >= from && row.getKey() < to)
                  .mapToLong(row -> row.getValue().rowId())
                  .sorted()
                  .toArray()));
    }

    private void define(TableDefinition table, String name, Kind of) {
      commit(t -> t.change(new CatalogChange.PutIndex(VectorSearches.index(t, table, name, of))));
    }

    private void drop(String name) {
      commit(t -> {
        try (Snapshot snapshot = t.snapshot()) {
          IndexDefinition index =
              snapshot.catalog().indexes().stream()
                  .filter(each -> each.name().equals(name))
                  .findAny()
                  .orElseThrow();
          t.change(new CatalogChange.DropIndex(index.id()));
        }
      });
    }
  }

  /**
   * Opens what is left: rows are as of an acknowledged commit or the one behind it, and everything
   * is indexed again without anything left over.
   */
  private static void check(FileSystem left, History done, History expected, String when) {
    try (LocalStore store = LocalStore.open(options(left, 8))) {
      int version = version(store);
      assertThat(version)
          .as(when)
          .isBetween(
              done.acknowledged(), Math.min(done.acknowledged() + 1, expected.acknowledged()));
      assertThat(rows(store)).as(when).isEqualTo(expected.states.get(version));
      VectorSearches.check(store, false, when);
      store.buildIndexes();
      VectorSearches.check(store, true, when + ", built");
      assertThat(VectorSearches.leftovers(left, store)).as(when).isEmpty();
      if (version > 0) {
        store.optimize(Tables.table(store, "items").id(), () -> false);
        VectorSearches.check(store, true, when + ", merged");
        assertThat(rows(store)).as(when).isEqualTo(expected.states.get(version));
        store.checkpoint();
        assertThat(VectorSearches.leftovers(left, store)).as(when + ", merged").isEmpty();
      }
    }
    Tables.assertClean(left, when);
  }

  private static int version(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return (int) snapshot.version().value();
    }
  }

  private static Map<Long, String> rows(LocalStore store) {
    Map<Long, String> rows = new TreeMap<>();
    try (Snapshot snapshot = store.snapshot()) {
      for (TableDefinition table : snapshot.catalog().tables()) {
        Tables.read(snapshot, table).forEach((key, row) -> rows.put(key, row.values()));
      }
    }
    return rows;
  }

  /** Kinds take different operations. */
  private static long first(Kind kind) {
    return FIRST + Math.floorMod(kind.name().hashCode(), STRIDE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"HNSW", "IVF_SQ8", "DISKANN", "AUTO"})
  void aPowerCutAtAnyMomentLosesNothing(Kind kind) {
    FaultyFileSystem counting =
        new FaultyFileSystem(MemoryFileSystem.withPowerCuts(), Plan.never());
    History expected = new Work(counting, kind).run();
    assertThat(expected.acknowledged()).isEqualTo(9);
    for (long cut = first(kind); cut <= counting.operations(); cut += STRIDE) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      History done = new Work(new FaultyFileSystem(disk, Plan.powerCutAfter(cut)), kind).run();
      String when = kind + ", cut after operation " + cut;
      check(disk.afterPowerCut(kind.name().hashCode() + cut), done, expected, when);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"HNSW", "IVF_SQ8"})
  void aFailedOperationLosesNothing(Kind kind) {
    FaultyFileSystem counting = new FaultyFileSystem(new MemoryFileSystem(), Plan.never());
    History expected = new Work(counting, kind).run();
    for (long at = first(kind); at <= counting.operations(); at += STRIDE) {
      MemoryFileSystem disk = new MemoryFileSystem();
      History done = new Work(new FaultyFileSystem(disk, Plan.failAt(at)), kind).run();
      check(disk, done, expected, kind + ", operation " + at + " failed");
    }
  }

  private static TableDefinition filled(LocalStore store, String name, int segments) {
    TableDefinition table = Tables.create(store, Tables.items(name));
    for (int i = 0; i < segments; i++) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      // Segments get smaller, so that no flush merges them.
      for (long key = 100L * i; key < 100L * i + 90 - 10L * i; key++) {
        rows.add(Tables.row(key, (int) (key * 31 % 97)));
      }
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
      store.flush();
    }
    return table;
  }

  private static void put(LocalStore store, TableDefinition table, String name, Kind kind) {
    Tables.commit(
        store,
        t -> t.change(new CatalogChange.PutIndex(VectorSearches.index(t, table, name, kind))));
  }

  private static void dropAll(LocalStore store) {
    Tables.commit(
        store,
        t -> {
          try (Snapshot snapshot = t.snapshot()) {
            snapshot
                .catalog()
                .indexes()
                .forEach(index -> t.change(new CatalogChange.DropIndex(index.id())));
          }
        });
  }

  @Test
  void aMergeCarriesAnIndexThatTheManifestDoesNotKnowYet() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk, 7))) {
      put(store, filled(store, "items", 5), "by_embedding", Kind.HNSW);
      store.buildIndexes();
      store.compact();
      assertThat(disk.list("segments")).hasSize(1);
      assertThat(VectorSearches.check(store, true, "merged")).isEqualTo(1);
    }
  }

  @Test
  void whatIsDroppedInAMergeLeavesNoFile() {
    boolean reached = true;
    for (long dropAt = 1; reached; dropAt += Math.min(STRIDE, 3)) {
      MemoryFileSystem disk = new MemoryFileSystem();
      FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());
      try (LocalStore store = LocalStore.open(options(files, 7))) {
        put(store, filled(store, "items", 4), "by_embedding", Kind.FLAT);
        store.buildIndexes();
        store.flush();
        long number = files.operations() + dropAt;
        AtomicBoolean dropped = new AtomicBoolean();
        files.follow((now, operation, path) -> {
          if (now >= number && !dropped.getAndSet(true)) {
            dropAll(store);
            store.buildIndexes();
          }
        });
        store.compact();
        reached = dropped.get();
        files.follow(Plan.never());
        store.buildIndexes();
        assertThat(VectorSearches.leftovers(disk, store)).as("dropped at " + dropAt).isEmpty();
      }
    }
  }

  @Test
  void aBuildThatFailsLeavesNothingBehindAndIsDoneWhenTheDiskCan() {
    MemoryFileSystem disk = new MemoryFileSystem();
    FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());
    try (LocalStore store = LocalStore.open(options(files, 7))) {
      TableDefinition table = filled(store, "items", 2);
      filled(store, "others", 1);
      int refused = 0;
      boolean reached = true;
      for (long at = 1; reached; at++) {
        put(store, table, "by_embedding", Kind.HNSW);
        put(store, Tables.table(store, "others"), "others_by_embedding", Kind.FLAT);
        Plan failing = Plan.failAt(files.operations() + at);
        List<String> unfinished = new ArrayList<>();
        files.follow((number, operation, path) -> {
          try {
            failing.before(number, operation, path);
          } catch (IOException e) {
            unfinished.add(path);
            throw e;
          }
        });
        try {
          store.buildIndexes();
        } catch (QuiverException e) {
          assertThat(e.sqlState()).isEqualTo("58030");
          // What the disk has refused once keeps nothing else from being built.
          if (unfinished.getFirst().startsWith("tmp/")) {
            assertThat(VectorSearches.check(store, false, "failed at " + at)).isEqualTo(2);
            refused++;
          }
        }
        files.follow(Plan.never());
        reached = !unfinished.isEmpty();
        assertThat(VectorSearches.leftovers(disk, store)).as("failed at " + at).isEmpty();
        store.buildIndexes();
        assertThat(VectorSearches.check(store, true, "built after " + at)).isEqualTo(3);
        dropAll(store);
        store.buildIndexes();
      }
      assertThat(refused).isGreaterThan(5);
    }
  }
}
