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
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

  private static List<Job> indexJobs(LocalStore store) {
    return store.jobs().stream().filter(job -> job.kind() == Job.Kind.INDEX).toList();
  }

  @Test
  void aMergeLeavesASegmentWhoseIndexIsBeingMade() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      append(store, table, 90);
      define(store, table);
      Held held = Held.atIndex();
      files.follow(held);
      CompletableFuture<Void> build = start(store::mergeAndBuildIndexes);
      held.awaitArrival();
      fill(store, table, 4, 60);
      store.compact();
      assertThat(rowCounts(store, table)).containsExactly(90, 228);
      held.release();
      build.join();
      assertThat(VectorSearches.check(store, true, "built")).isEqualTo(2);
      assertThat(indexJobs(store)).extracting(Job::state).containsOnly(Job.State.FINISHED);
      assertThat(indexJobs(store)).extracting(Job::rowsTotal).containsExactly(90L, 228L);
    }
  }

  @Test
  void aMergeTakesASegmentThatIsMostlyDeletedAllTheSame() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      append(store, table, 90);
      define(store, table);
      Held held = Held.atIndex();
      files.follow(held);
      CompletableFuture<Void> build = start(store::buildIndexes);
      held.awaitArrival();
      Tables.deleteFirst(store, table, 60);
      store.flush();
      store.compact();
      assertThat(rowCounts(store, table)).containsExactly(30);
      held.release();
      build.join();
      assertThat(VectorSearches.check(store, true, "built")).isEqualTo(1);
      store.checkpoint();
      assertThat(VectorSearches.leftovers(disk, store)).isEmpty();
    }
  }

  @Test
  void whatIsNotIndexedIsMergedBeforeAnIndexIsBegun() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      fill(store, table, 4, 60);
      define(store, table);
      store.mergeAndBuildIndexes();
      assertThat(rowCounts(store, table)).containsExactly(228);
      assertThat(indexJobs(store)).extracting(Job::rowsTotal).containsExactly(228L);
      // One that has its index, and three that have none: the graph goes on.
      append(store, table, 150);
      store.mergeAndBuildIndexes();
      append(store, table, 148);
      append(store, table, 146);
      store.mergeAndBuildIndexes();
      assertThat(rowCounts(store, table)).containsExactly(672);
      assertThat(indexJobs(store)).extracting(Job::rowsTotal).containsExactly(228L, 150L);
      assertThat(VectorSearches.check(store, true, "merged")).isEqualTo(1);
    }
  }

  @Test
  void noIndexIsBegunOfWhatIsBeingMerged() {
    try (LocalStore store = LocalStore.open(options(files, false))) {
      TableDefinition table = create(store, "items");
      append(store, table, 90);
      store.mergeAndBuildIndexes();
      fill(store, table, 3, 60);
      Held held = Held.atIndex();
      files.follow(held);
      AtomicBoolean cancelled = new AtomicBoolean();
      CompletableFuture<Void> merge = start(() -> store.optimize(table.id(), cancelled::get));
      held.awaitArrival();
      store.mergeAndBuildIndexes();
      assertThat(indexJobs(store)).extracting(Job::rowsTotal).containsExactly(90L);
      cancelled.set(true);
      held.release();
      assertThat(merge).failsWithin(Duration.ofSeconds(20));
      assertThat(rowCounts(store, table)).containsExactly(90, 60, 58, 56);
      store.mergeAndBuildIndexes();
      assertThat(rowCounts(store, table)).containsExactly(264);
      assertThat(VectorSearches.check(store, true, "built")).isEqualTo(1);
    }
  }

  @Test
  void indexesAreMadeInTheBackgroundWhereMergesFail() {
    StoreOptions options = options(files, true);
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      AtomicInteger failed = new AtomicInteger();
      files.follow((number, operation, path) -> {
        boolean merge =
            Thread.currentThread().getName().startsWith("quiver-compaction")
                || Thread.currentThread().getName().equals("quiver-vector-index");
        if (merge && operation == Operation.CREATE && path.endsWith(".arrow")) {
          failed.incrementAndGet();
          throw new IOException("Input/output error");
        }
      });
      fill(store, table, 5, 60);
      while (failed.get() == 0) {
        Thread.onSpinWait();
      }
      define(store, table);
      while (VectorSearches.check(store, false, "built") < 5) {
        Thread.onSpinWait();
      }
      assertThat(rowCounts(store, table)).containsExactly(60, 58, 56, 54, 52);
    }
  }
}
