package io.quiver.storage;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Transactions over several tables, definitions, flushes with their merges, indexes on vectors that
 * are built, made anew and merged, and reopenings, until the store has done a number of file
 * operations. Before some of them the power is cut: what the disk may hold then is opened and
 * compared with what has been acknowledged.
 */
final class PowerCutWorkload {
  private static final int OPERATIONS = 2_000;
  private static final int KEYS = 30;

  /** Each table's rows by key, as text; and each index, with its table and what it is. */
  private record Content(Map<String, Map<Long, String>> tables, Map<String, Index> indexes) {
    Content {
      Map<String, Map<Long, String>> copy = new TreeMap<>();
      tables.forEach((name, rows) -> copy.put(name, new TreeMap<>(rows)));
      tables = copy;
      indexes = new TreeMap<>(indexes);
    }

    Content() {
      this(Map.of(), Map.of());
    }

    Content copy() {
      return new Content(tables, indexes);
    }
  }

  private record Index(String table, IndexDefinition.Kind kind, Map<String, String> options) {
    static Index of(TableDefinition table, IndexDefinition index) {
      return new Index(table.name(), index.kind(), index.options());
    }
  }

  private final long seed;
  private final Random random;
  private final MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
  private final FileSystem files;
  private final FaultyFileSystem counting;
  private final double cutsPerOperation;
  private final Random cutting;
  private final List<String> failures = new ArrayList<>();
  private Content acknowledged = new Content();

  /** What the commit that runs would make of it. */
  private Content pending = acknowledged;

  private int revision;
  private int cuts;

  /**
   * @param cuts how many of them, about
   * @param omitting what the store's files are on, over the disk
   */
  PowerCutWorkload(long seed, int cuts, UnaryOperator<FileSystem> omitting) {
    this.seed = seed;
    this.random = new Random(seed);
    this.cutting = new Random(seed + 1);
    this.cutsPerOperation = (double) cuts / OPERATIONS;
    this.counting =
        new FaultyFileSystem(
            omitting.apply(disk), (number, operation, path) -> beforeOperation(number));
    this.files = counting;
  }

  int cuts() {
    return cuts;
  }

  /** What was wrong after a cut; it ends with the first one. */
  List<String> run() {
    Random names = new Random(seed + 2);
    LocalStore store = LocalStore.open(options(files, names));
    try {
      while (counting.operations() < OPERATIONS && failures.isEmpty()) {
        int choice = random.nextInt(100);
        if (choice < 12 || acknowledged.tables().isEmpty()) {
          define(store);
        } else if (choice < 24) {
          store.flush();
        } else if (choice < 28) {
          store.close();
          store = LocalStore.open(options(files, names));
        } else if (choice < 34) {
          defineIndex(store);
        } else if (choice < 42) {
          arrange(store);
        } else {
          change(store);
        }
      }
    } finally {
      store.close();
    }
    return failures;
  }

  private static StoreOptions options(FileSystem files, Random names) {
    return new StoreOptions(files, names, 1 << 20, false)
        .withBuilds(BuildLimits.usual().withThreads(1));
  }

  private void define(LocalStore store) {
    Content next = acknowledged.copy();
    List<String> names = new ArrayList<>(next.tables().keySet());
    Collections.shuffle(names, random);
    String fresh = "t" + ++revision;
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      int choice = names.isEmpty() ? 0 : random.nextInt(6);
      if (choice < 2 && names.size() < 5) {
        TableDefinition made = transaction.createTable(Tables.items(fresh));
        next.tables().put(fresh, new TreeMap<>());
        addRows(transaction, made, next.tables().get(fresh), Map.of());
      } else if (choice < 3) {
        transaction.dropTable(table(transaction, names.getFirst()).id());
        next.tables().remove(names.getFirst());
        next.indexes().values().removeIf(index -> index.table().equals(names.getFirst()));
      } else if (choice < 5) {
        String old = names.getFirst();
        transaction.alterTable(table(transaction, old).withName(fresh));
        next.tables().put(fresh, next.tables().remove(old));
        next.indexes()
            .replaceAll((name, index) ->
                index.table().equals(old)
                    ? new Index(fresh, index.kind(), index.options())
                    : index);
      } else {
        TableDefinition table = table(transaction, names.getFirst());
        transaction.alterTable(table.plus(Tables.column(fresh, SqlType.BIGINT, true)));
        next.tables()
            .computeIfPresent(
                names.getFirst(),
                (name, rows) -> {
                  rows.replaceAll((key, row) -> row + "null|");
                  return rows;
                });
      }
      commit(transaction, next);
    }
  }

  private void defineIndex(LocalStore store) {
    Content next = acknowledged.copy();
    String name = "i" + random.nextInt(4);
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      if (next.indexes().remove(name) != null) {
        transaction.change(new CatalogChange.DropIndex(index(store, name).id()));
      } else {
        List<String> names = List.copyOf(next.tables().keySet());
        TableDefinition table = table(transaction, names.get(random.nextInt(names.size())));
        IndexDefinition drawn = VectorSearches.draw(transaction, table, name, random);
        transaction.change(new CatalogChange.PutIndex(drawn));
        next.indexes().put(name, Index.of(table, drawn));
      }
      commit(transaction, next);
    }
  }

  private static IndexDefinition index(LocalStore store, String name) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.catalog().indexes().stream()
          .filter(index -> index.name().equals(name))
          .findAny()
          .orElseThrow(() -> new AssertionError("index " + name + " is not there"));
    }
  }

  /** Builds indexes, or makes some of them anew, or merges segments with theirs. */
  private void arrange(LocalStore store) {
    List<String> names = List.copyOf(acknowledged.indexes().keySet());
    int choice = random.nextInt(8);
    if (choice < 5 || names.isEmpty()) {
      store.buildIndexes();
      return;
    }
    IndexDefinition index = index(store, names.get(random.nextInt(names.size())));
    if (choice == 5) {
      store.optimize(index.table(), () -> false);
    } else {
      store.reindex(index.table(), choice == 6 ? index.id() : null, () -> false);
    }
  }

  private static TableDefinition table(Transaction transaction, String name) {
    try (Snapshot snapshot = transaction.snapshot()) {
      return table(snapshot, name);
    }
  }

  private static TableDefinition table(Snapshot snapshot, String name) {
    return snapshot.catalog().tables().stream()
        .filter(table -> table.name().equals(name))
        .findAny()
        .orElseThrow(() -> new AssertionError("table " + name + " is not there"));
  }

  private void change(LocalStore store) {
    Content next = acknowledged.copy();
    try (Transaction transaction = store.begin(IsolationLevel.REPEATABLE_READ, false)) {
      next.tables()
          .forEach((name, rows) -> {
            if (random.nextBoolean()) {
              TableDefinition table = table(transaction, name);
              Map<Long, Tables.Row> there = Tables.read(transaction, table);
              List<Long> rowIds = new ArrayList<>();
              there.forEach((key, row) -> {
                if (random.nextInt(5) == 0) {
                  rowIds.add(row.rowId());
                  rows.remove(key);
                }
              });
              transaction.delete(table.id(), rowIds.stream().mapToLong(id -> id).toArray());
              addRows(transaction, table, rows, rows);
            }
          });
      commit(transaction, next);
    }
  }

  private void addRows(
      Transaction transaction, TableDefinition table, Map<Long, String> into, Map<Long, ?> taken) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(KEYS);
      if (!taken.containsKey(key) && !into.containsKey(key)) {
        List<@Nullable Object> row = new ArrayList<>(Tables.row(key, ++revision));
        while (row.size() < table.columns().size()) {
          row.add(null);
        }
        rows.add(row);
        into.put(key, Tables.text(row));
      }
    }
    transaction.append(table.id(), Tables.rows(table, rows));
  }

  private void commit(Transaction transaction, Content next) {
    pending = next;
    transaction.commit();
    acknowledged = next;
  }

  /** Everything up to the operation before has been done; this one has not begun. */
  private void beforeOperation(long number) {
    if (!failures.isEmpty() || cutting.nextDouble() >= cutsPerOperation) {
      return;
    }
    cuts++;
    long survival = cutting.nextLong();
    String when = "seed " + seed + ", power cut before operation " + number + ": ";
    try {
      MemoryFileSystem left = disk.afterPowerCut(survival);
      if (cutting.nextInt(4) == 0) {
        left = cutAgain(left, survival);
      }
      check(left);
    } catch (RuntimeException | AssertionError e) {
      failures.add(when + e);
    }
  }

  /** Recovery may lose its power, too. */
  private MemoryFileSystem cutAgain(MemoryFileSystem left, long survival) {
    long operations = 1L + cutting.nextInt(80);
    FileSystem failing =
        new FaultyFileSystem(left, FaultyFileSystem.Plan.powerCutAfter(operations));
    try {
      LocalStore.open(options(failing, new Random(survival))).flush();
    } catch (QuiverException e) {
      if (!"58030".equals(e.sqlState())) {
        throw e;
      }
    }
    return left.afterPowerCut(survival + 1);
  }

  private void check(FileSystem left) {
    if (!acknowledged.tables().isEmpty() && cutting.nextInt(3) == 0) {
      // No index is damaged, although opening would mend it.
      Tables.assertClean(left, "before opening");
    }
    try (LocalStore store = LocalStore.open(options(left, new Random(seed)))) {
      Content found = content(store);
      if (!found.equals(acknowledged) && !found.equals(pending)) {
        throw new AssertionError(
            "found " + found + ", acknowledged " + acknowledged + ", in flight " + pending);
      }
      VectorSearches.check(store, false, "opened");
      store.buildIndexes();
      checkIndexes(left, store, false, "built");
      TableDefinition more = Tables.create(store, Tables.items("more"));
      Tables.commit(store, t -> t.append(more.id(), Tables.rows(more, Tables.row(1, 1))));
      store.flush();
      found.tables().put("more", new TreeMap<>(Map.of(1L, Tables.text(Tables.row(1, 1)))));
      if (!content(store).equals(found)) {
        throw new AssertionError("after a flush " + content(store) + ", not " + found);
      }
      store.buildIndexes();
      checkIndexes(left, store, true, "built after a flush");
    }
    Tables.assertClean(left, "closed again");
  }

  /** Each segment has its indexes, which find all that there is, and there is no other file. */
  private static void checkIndexes(
      FileSystem left, LocalStore store, boolean flushed, String when) {
    VectorSearches.check(store, true, when);
    List<String> leftovers = VectorSearches.leftovers(left, store, flushed);
    if (!leftovers.isEmpty()) {
      throw new AssertionError(when + ": left over " + leftovers);
    }
  }

  private static Content content(LocalStore store) {
    Content content = new Content();
    try (Snapshot snapshot = store.snapshot()) {
      for (TableDefinition table : snapshot.catalog().tables()) {
        Map<Long, String> rows = new TreeMap<>();
        Tables.read(snapshot, table).forEach((key, row) -> rows.put(key, row.values()));
        content.tables().put(table.name(), rows);
        for (IndexDefinition index : snapshot.catalog().indexesOf(table.id())) {
          content.indexes().put(index.name(), Index.of(table, index));
        }
      }
    }
    return content;
  }
}
