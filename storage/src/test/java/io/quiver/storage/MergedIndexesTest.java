package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition.Kind;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Merges of segments, and builds of their vector indexes, at the same time. */
@ExtendWith(IndexedSegments.class)
@Timeout(60)
class MergedIndexesTest {
  private final MemoryFileSystem disk = new MemoryFileSystem();
  private final FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());
  private int next;
  private int openings;

  /** Holds up the first thread that begins a file of some path, until it is let go. */
  private static final class Held implements Plan {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final Predicate<String> which;

    Held(Predicate<String> which) {
      this.which = which;
    }

    /** At the file of a vector index. */
    static Held atIndex() {
      return new Held(path -> path.matches("tmp/[-0-9a-f]{36}-[0-9]+"));
    }

    @Override
    public void before(long number, Operation operation, String path) {
      if (operation == Operation.CREATE && which.test(path) && arrived.getCount() > 0) {
        arrived.countDown();
        await(released);
      }
    }

    void awaitArrival() {
      await(arrived);
    }

    void release() {
      released.countDown();
    }

    private static void await(CountDownLatch latch) {
      try {
        if (!latch.await(20, TimeUnit.SECONDS)) {
          throw new IllegalStateException("nobody came");
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private StoreOptions options(FileSystem files, boolean background) {
    // Each opening has other names for segments.
    return new StoreOptions(files, new Random(++openings), 1 << 20, background);
  }

  private void append(LocalStore store, TableDefinition table, int count) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++, next++) {
      rows.add(Tables.row(next, next * 31 % 97));
    }
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
    store.flush();
  }

  /** Adds segments, each smaller than the one before, so that a flush leaves that as it is. */
  private void fill(LocalStore store, TableDefinition table, int segments, int rows) {
    for (int i = 0; i < segments; i++) {
      append(store, table, rows - 2 * i);
    }
  }

  private static TableDefinition create(LocalStore store, String name) {
    TableDefinition table = Tables.create(store, Tables.items(name));
    define(store, table);
    return table;
  }

  private static void define(LocalStore store, TableDefinition table) {
    Tables.commit(
        store,
        t ->
            t.change(
                new CatalogChange.PutIndex(
                    VectorSearches.index(t, table, "graph_of_" + table.name(), Kind.HNSW))));
  }

  /** On a thread of its own: those of pools may be too few. */
  private static CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, task -> Thread.ofPlatform().start(task));
  }

  private static List<Integer> rowCounts(LocalStore store, TableDefinition table) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.table(table.id()).segments().stream().map(s -> s.rowCount()).toList();
    }
  }

  @Test
  void othersAreMergedWhileAMergeMakesItsIndexes() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = create(store, "items");
      TableDefinition larger = create(store, "larger");
      TableDefinition smaller = create(store, "smaller");
      TableDefinition plain = Tables.create(store, Tables.items("plain"));
      fill(store, table, 5, 60);
      store.buildIndexes();
      Held held = Held.atIndex();
      files.follow(held);
      CompletableFuture<Void> merge = start(store::compact);
      held.awaitArrival();
      fill(store, plain, 4, 100);
      fill(store, larger, 4, 60);
      fill(store, smaller, 4, 30);
      store.buildIndexes();
      store.compact();
      assertThat(rowCounts(store, plain)).containsExactly(388);
      assertThat(rowCounts(store, smaller)).containsExactly(108);
      // Its index would have to share the processors.
      assertThat(rowCounts(store, larger)).containsExactly(60, 58, 56, 54);
      store.optimize(larger.id(), () -> false);
      assertThat(rowCounts(store, larger)).containsExactly(228);
      assertThat(rowCounts(store, table)).hasSize(5);
      assertThat(merge).isNotDone();
      held.release();
      merge.join();
      assertThat(rowCounts(store, table)).containsExactly(280);
      assertThat(VectorSearches.check(store, true, "merged")).isEqualTo(3);
    }
  }

  @Test
  void optimizeWaitsForAMergeOfItsTableThatMakesIndexes() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = create(store, "items");
      fill(store, table, 4, 60);
      store.buildIndexes();
      Held held = Held.atIndex();
      files.follow(held);
      CompletableFuture<Void> merge = start(store::compact);
      held.awaitArrival();
      append(store, table, 30);
      CountDownLatch asked = new CountDownLatch(2);
      CompletableFuture<Void> optimize =
          CompletableFuture.runAsync(() ->
              store.optimize(
                  table.id(),
                  () -> {
                    asked.countDown();
                    return false;
                  }));
      Held.await(asked);
      assertThat(optimize).isNotDone();
      held.release();
      merge.join();
      optimize.join();
      assertThat(rowCounts(store, table)).containsExactly(258);
      assertThat(VectorSearches.check(store, true, "merged")).isEqualTo(1);
    }
  }

  /** Segments whose indexes have not been opened yet are merged with them, too. */
  @Test
  void closingWaitsForAMergeThatMakesIndexes() throws InterruptedException {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      fill(store, create(store, "items"), 4, 60);
      store.buildIndexes();
    }
    Held held = Held.atIndex();
    files.follow(held);
    LocalStore store = LocalStore.open(options(files, true));
    TableDefinition table = Tables.table(store, "items");
    held.awaitArrival();
    Thread closing = Thread.ofPlatform().start(store::close);
    while (closing.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(closing.isAlive()).isTrue();
    held.release();
    closing.join();
    assertThat(disk.list("tmp")).isEmpty();
    try (LocalStore again = LocalStore.open(options(files, false))) {
      List<Integer> left = rowCounts(again, table);
      assertThat(left).isIn(List.of(60, 58, 56, 54), List.of(228));
      assertThat(disk.list("segments")).hasSameSizeAs(left);
      assertThat(Tables.read(again, table)).hasSize(228);
    }
  }
}
