package io.quiver.storage;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.simulation.Simulation;
import io.quiver.storage.simulation.Trace;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The vector indexes of a {@link SimulatedWorkload}: clients define and drop them, make them anew,
 * end their builds and search by them, while the background makes them and merges carry them.
 */
final class SimulatedIndexes {
  /** Of a wrong graph of some dozen rows a part of the searches finds enough all the same. */
  private static final int QUERIES = 20;

  private static final long BUILT_NANOS = 200_000_000;
  private static final int BUILT_WAITS_MAX = 1_000;

  private final Simulation simulation;
  private final Trace trace;
  private int searched;

  SimulatedIndexes(Simulation simulation, Trace trace) {
    this.simulation = simulation;
    this.trace = trace;
  }

  /** How many segments and blocks were searched by an index. */
  int searched() {
    return searched;
  }

  /** One of a few kinds; half of them are small graphs, which lose much where they are wrong. */
  static IndexDefinition draw(
      Transaction transaction, TableDefinition table, String name, Random own) {
    return own.nextBoolean()
        ? VectorSearches.index(
            transaction,
            table,
            name,
            IndexDefinition.Kind.HNSW,
            Map.of("m", "4", "ef_construction", "40", "ef_search", "5"))
        : VectorSearches.draw(transaction, table, name, own);
  }

  /** Does something with the indexes that there are. */
  void act(LocalStore store, int number, Random own) {
    int choice = own.nextInt(100);
    if (choice < 70) {
      search(store, number, own);
    } else if (choice < 90) {
      reindex(store, number, own);
    } else {
      kill(store, number, own);
    }
  }

  /** A snapshot finds by its indexes what is there, however long it is kept. */
  private void search(LocalStore store, int number, Random own) {
    try (Snapshot snapshot = store.snapshot()) {
      for (int i = own.nextInt(2); i >= 0; i--) {
        check(snapshot, false, "client " + number + " searches");
        simulation.pause(own.nextLong(100_000_000));
      }
    }
  }

  private void check(Snapshot snapshot, boolean all, String when) {
    int found = VectorSearches.check(snapshot, all, QUERIES, when);
    searched += found;
    trace.add(when + " " + snapshot.version().value() + " by " + found);
  }

  private void reindex(LocalStore store, int number, Random own) {
    TableDefinition table = Tables.table(store, "items");
    long until = simulation.nanoTime() + own.nextLong(200_000_000);
    store.reindex(table.id(), null, () -> simulation.nanoTime() > until);
    trace.add("client " + number + " reindexed");
  }

  private void kill(LocalStore store, int number, Random own) {
    List<VectorIndexBuild> builds = store.indexBuilds();
    if (!builds.isEmpty()) {
      boolean killed = store.killIndexBuild(builds.get(own.nextInt(builds.size())).id());
      trace.add("client " + number + " kills " + killed);
    }
  }

  /** What a database finds that was opened again. */
  void reopened(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      check(snapshot, false, "after opening");
    }
  }

  /** Waits until each segment has its indexes, and searches by them. */
  void checkAll(LocalStore store) {
    for (int i = 0; !isBuilt(store); i++) {
      if (i == BUILT_WAITS_MAX) {
        throw new AssertionError("indexes are not built: " + store.indexBuilds());
      }
      simulation.pause(BUILT_NANOS);
    }
    try (Snapshot snapshot = store.snapshot()) {
      check(snapshot, true, "at the end");
    }
  }

  private static boolean isBuilt(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.catalog().indexes().stream()
          .filter(index -> index.kind().isVector())
          .allMatch(index -> VectorSearches.isBuilt(snapshot, index));
    }
  }
}
