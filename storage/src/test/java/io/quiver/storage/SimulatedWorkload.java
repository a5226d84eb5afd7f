package io.quiver.storage;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.simulation.SimulatedFiles;
import io.quiver.storage.simulation.Simulation;
import io.quiver.storage.simulation.Trace;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Several clients of a store with all its background threads, simulated on one thread: they change
 * and read a table, define indexes, flush and merge, while file operations fail. Each run of the
 * store ends in order, by a power cut or by a kill at any file operation, and the next one goes on
 * with what is left.
 */
final class SimulatedWorkload {
  private static final int RUNS = 4;
  private static final int CLIENTS = 4;
  private static final int STEPS = 40;
  private static final int KEYS = 120;

  /** Where there are vector indexes: a graph of few rows finds them however wrong it is. */
  private static final int KEYS_INDEXED = 300;

  private static final long BUILD_BYTES = 64L << 20;

  /** Does something beside the clients that the store must not do, on a thread of its own. */
  interface Saboteur {
    Saboteur NONE = (store, files, names) -> {};

    void act(LocalStore store, FileSystem files, Random names);
  }

  /** How a run of the store ends. */
  private enum End {
    CLOSE,
    POWER_CUT,
    KILL
  }

  private final long seed;
  private final UnaryOperator<FileSystem> planted;
  private final Saboteur saboteur;
  private final Random random;
  private final Random names;
  private final Trace trace = new Trace();
  private final Simulation simulation;
  private final SimulatedFiles files;
  private final SimulatedHistory history = new SimulatedHistory();

  /** Null where there are no vector indexes. */
  private final @Nullable SimulatedIndexes vectors;

  private MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
  private FileSystem opened = disk;
  private boolean faulty;
  private boolean ended;
  private int revision;
  private int commits;
  private int jobs;

  /**
   * @param planted what the store's files are on, over the disk
   * @param indexed whether there are vector indexes
   */
  SimulatedWorkload(
      long seed, UnaryOperator<FileSystem> planted, Saboteur saboteur, boolean indexed) {
    this.seed = seed;
    this.planted = planted;
    this.saboteur = saboteur;
    this.random = new Random(seed);
    this.names = new Random(seed + 1);
    this.simulation = new Simulation(seed + 2, trace);
    this.files = new SimulatedFiles(simulation, trace, seed + 3);
    this.vectors = indexed ? new SimulatedIndexes(simulation, trace) : null;
  }

  Trace trace() {
    return trace;
  }

  /** How many commits were answered. */
  int commits() {
    return commits;
  }

  /** How many flushes, merges and other jobs there were. */
  int jobs() {
    return jobs;
  }

  /** How many times a segment or block was searched by a vector index. */
  int searched() {
    return vectors == null ? 0 : vectors.searched();
  }

  /** Runs it all, and checks what is left. */
  void run() {
    simulation.run(() -> {
      End end = End.CLOSE;
      for (int run = 0; run < RUNS; run++) {
        end = runStore(run, end);
      }
      check(end);
    });
    Tables.assertClean(disk, "seed " + seed);
  }

  private StoreOptions options() {
    StoreOptions.Limits limits =
        new StoreOptions.Limits(
            400, Duration.ofMillis(300), 20_000, 200_000, random.nextBoolean() ? 1_500 : 1 << 20);
    opened = files.over(planted.apply(disk));
    return new StoreOptions(opened, names, 6_000, true)
        .withLimits(limits)
        .withLog(LogOptions.DEFAULT.withFileBytesMax(3_000))
        .withBuilds(new BuildLimits(1, BUILD_BYTES))
        .withScheduler(simulation);
  }

  /** Opens the store, however often the power goes meanwhile, and checks what is there. */
  private LocalStore open(End before) {
    while (true) {
      try {
        LocalStore store = LocalStore.open(options());
        try (Snapshot snapshot = store.snapshot()) {
          Map<Long, String> rows = new TreeMap<>();
          for (TableDefinition table : snapshot.catalog().tables()) {
            rows.putAll(values(Tables.read(snapshot, table)));
          }
          history.reopened(snapshot.version().value(), rows, before == End.CLOSE);
        }
        if (vectors != null) {
          vectors.reopened(store);
        }
        return store;
      } catch (QuiverException e) {
        if (!files.isCut()) {
          throw e;
        }
        disk = random.nextBoolean() ? disk : disk.afterPowerCut(random.nextLong());
        files.repair();
      }
    }
  }

  private End runStore(int run, End before) {
    if (before == End.POWER_CUT && random.nextInt(3) == 0) {
      files.cutAfter(random.nextInt(40));
    }
    LocalStore store = open(before);
    files.repair();
    ended = false;
    if (run == 0) {
      history.begins(0, new SimulatedHistory.Change(Map.of(), true, simulation.nanoTime()));
      Tables.create(store, Tables.items("items"));
      history.answered(0, 1, simulation.nanoTime());
    }
    End end = End.values()[random.nextInt(End.values().length)];
    faulty = random.nextInt(3) == 0;
    files.fail(faulty ? 0.003 : 0);
    if (end != End.CLOSE) {
      files.cutAfter(random.nextInt(4_000));
    }
    runClients(store);
    jobs += store.jobs().size();
    commits += history.commits();
    if (end != End.CLOSE) {
      files.cut();
    }
    boolean lossy = faulty;
    try {
      store.close();
    } catch (RuntimeException e) {
      if (!lossy && end == End.CLOSE) {
        throw e;
      }
    }
    if (end == End.POWER_CUT) {
      disk = disk.afterPowerCut(random.nextLong());
    }
    files.repair();
    // A disk that fails may refuse the last commits that nobody waited for.
    return lossy && end == End.CLOSE ? End.KILL : end;
  }

  private void runClients(LocalStore store) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      int number = i;
      Random own = new Random(random.nextLong());
      threads.add(simulation.start("client " + i, () -> runClient(store, number, own)));
    }
    threads.add(simulation.start("saboteur", () -> sabotage(store)));
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    Throwable thrown = failure;
    if (thrown != null) {
      throw new AssertionError(thrown.toString(), thrown);
    }
  }

  private @Nullable Throwable failure;

  private void sabotage(LocalStore store) {
    for (int i = 0; i < STEPS && !ended; i++) {
      unlessCut(() -> saboteur.act(store, opened, names));
      simulation.pause(20_000_000);
    }
  }

  private void runClient(LocalStore store, int number, Random own) {
    try {
      for (int step = 0; step < STEPS && !ended && failure == null; step++) {
        unlessCut(() -> act(store, number, own));
      }
    } catch (RuntimeException | Error e) {
      failure = failure == null ? e : failure;
    }
  }

  /** Does something that may fail where the disk does, or because of others. */
  private void unlessCut(Runnable action) {
    try {
      action.run();
    } catch (QuiverException e) {
      trace.add("error " + e.sqlState());
      switch (e.code()) {
        case SERIALIZATION_FAILURE, UNIQUE_VIOLATION, DUPLICATE_TABLE, UNDEFINED_TABLE -> {}
        case IO_ERROR, DISK_FULL, OUT_OF_MEMORY -> {
          if (!faulty && !files.isCut()) {
            throw e;
          }
          ended |= files.isCut() || String.valueOf(e.getMessage()).contains("opened again");
        }
        case QUERY_CANCELED -> {
          if (vectors == null) {
            throw e;
          }
        }
        default -> throw e;
      }
    }
  }

  private void act(LocalStore store, int number, Random own) {
    if (vectors != null && own.nextInt(5) == 0) {
      if (own.nextInt(4) == 0) {
        define(store, number, own, "by_embedding", SimulatedIndexes::draw);
      } else {
        vectors.act(store, number, own);
      }
      return;
    }
    int choice = own.nextInt(100);
    if (choice < 70) {
      change(store, number, own);
    } else if (choice < 80) {
      read(store, number, own);
    } else if (choice < 84) {
      store.flush();
    } else if (choice < 86) {
      store.checkpoint();
    } else if (choice < 90) {
      store.optimize(Tables.table(store, "items").id(), () -> false);
    } else if (choice < 96) {
      define(store, number, own, "by_name", (t, table, name, _) -> index(t, table, name));
    } else {
      simulation.pause(own.nextLong(600_000_000));
    }
  }

  private static Map<Long, String> values(Map<Long, Tables.Row> rows) {
    Map<Long, String> values = new TreeMap<>();
    rows.forEach((key, row) -> values.put(key, row.values()));
    return values;
  }

  /** A snapshot stays what it is however long it is kept. */
  private void read(LocalStore store, int number, Random own) {
    try (Snapshot snapshot = store.snapshot()) {
      long version = snapshot.version().value();
      for (int i = own.nextInt(3); i >= 0; i--) {
        TableDefinition table = Tables.table(store, "items");
        history.saw(version, values(Tables.read(snapshot, table)), "client " + number + " reads");
        trace.add("read " + version);
        simulation.pause(own.nextLong(100_000_000));
      }
    }
  }

  private void change(LocalStore store, int number, Random own) {
    IsolationLevel isolation =
        own.nextBoolean() ? IsolationLevel.READ_COMMITTED : IsolationLevel.REPEATABLE_READ;
    try (Transaction transaction = store.begin(isolation, false)) {
      TableDefinition table = Tables.table(transaction, "items");
      Map<Long, Tables.Row> there;
      try (Snapshot snapshot = transaction.snapshot()) {
        there = Tables.read(snapshot, table);
        history.saw(
            snapshot.version().value(), values(there), "client " + number + " reads to write");
      }
      if (own.nextInt(8) == 0) {
        simulation.pause(own.nextLong(50_000_000));
      }
      boolean synchronous = own.nextInt(3) > 0;
      SimulatedHistory.Change change =
          new SimulatedHistory.Change(new HashMap<>(), synchronous, simulation.nanoTime());
      write(transaction, table, there, change, own);
      if (isolation == IsolationLevel.REPEATABLE_READ && own.nextInt(4) == 0) {
        Map<Long, String> expected = values(there);
        SimulatedHistory.apply(change, expected);
        if (!values(Tables.read(transaction, table)).equals(expected)) {
          throw new AssertionError("a transaction does not see its own changes");
        }
      }
      if (own.nextInt(20) == 0 || !transaction.hasWrites()) {
        transaction.rollback();
      } else {
        commit(transaction, number, change);
      }
    }
  }

  private void write(
      Transaction transaction,
      TableDefinition table,
      Map<Long, Tables.Row> there,
      SimulatedHistory.Change change,
      Random own) {
    int keys = vectors == null ? KEYS : KEYS_INDEXED;
    int count = 1 + own.nextInt(own.nextInt(10) == 0 ? keys / 2 : 6);
    boolean deletes = own.nextInt(3) == 0;
    List<Long> gone = new ArrayList<>();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long key = own.nextInt(keys);
      if (change.rows().containsKey(key)) {
        continue;
      }
      Tables.Row old = there.get(key);
      if (old != null) {
        gone.add(old.rowId());
        change.rows().put(key, null);
      }
      if (!deletes) {
        List<@Nullable Object> row = Tables.row(key, ++revision);
        rows.add(row);
        change.rows().put(key, Tables.text(row));
      }
    }
    long[] rowIds = gone.stream().mapToLong(id -> id).toArray();
    Arrays.sort(rowIds);
    transaction.delete(table.id(), rowIds);
    transaction.append(table.id(), Tables.rows(table, rows));
  }

  private void commit(Transaction transaction, int number, SimulatedHistory.Change change) {
    history.begins(number, change);
    CommitMode mode = change.synchronous() ? CommitMode.SYNCHRONOUS : CommitMode.ASYNCHRONOUS;
    try {
      long version = transaction.commit(mode).value();
      history.answered(number, version, simulation.nanoTime());
      trace.add("client " + number + " committed " + version);
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.IO_ERROR && e.code() != ErrorCode.DISK_FULL) {
        history.refused(number);
      }
      throw e;
    }
  }

  /** What an index of a name is to be. */
  private interface Drawing {
    IndexDefinition draw(Transaction transaction, TableDefinition table, String name, Random own);
  }

  /** Makes one of two indexes, or takes it away. */
  private void define(LocalStore store, int number, Random own, String prefix, Drawing drawing) {
    try (Transaction transaction = store.begin(IsolationLevel.REPEATABLE_READ, false)) {
      TableDefinition table = Tables.table(transaction, "items");
      String name = prefix + own.nextInt(2);
      IndexDefinition known;
      try (Snapshot snapshot = transaction.snapshot()) {
        known =
            snapshot.catalog().indexesOf(table.id()).stream()
                .filter(index -> index.name().equals(name))
                .findAny()
                .orElse(null);
      }
      transaction.change(
          known != null
              ? new CatalogChange.DropIndex(known.id())
              : new CatalogChange.PutIndex(drawing.draw(transaction, table, name, own)));
      commit(
          transaction,
          number,
          new SimulatedHistory.Change(Map.of(), own.nextBoolean(), simulation.nanoTime()));
    }
  }

  private static IndexDefinition index(
      Transaction transaction, TableDefinition table, String name) {
    return new IndexDefinition(
        transaction.newIndex(),
        table.id(),
        name,
        IndexDefinition.Kind.BTREE,
        List.of(new IndexDefinition.Key(new ColumnId(1), true, false)),
        null,
        List.of(),
        null,
        Map.of(),
        null);
  }

  /** Opens it once more without any fault, and closes it with nothing left over. */
  private void check(End end) {
    LocalStore store = open(end);
    try {
      store.optimize(Objects.requireNonNull(Tables.table(store, "items")).id(), () -> false);
      if (vectors != null) {
        vectors.checkAll(store);
      }
      store.checkpoint();
      if (vectors != null) {
        List<String> left = VectorSearches.leftovers(disk, store);
        if (!left.isEmpty()) {
          throw new AssertionError("left of indexes: " + left);
        }
      }
    } finally {
      store.close();
    }
    if (!disk.list("tmp").isEmpty()) {
      throw new AssertionError("left in tmp: " + disk.list("tmp"));
    }
  }
}
