package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Commits whose log record cannot be written: each ends with an SQLSTATE and is gone, also after a
 * power cut, and the database goes on. {@code -Dlogfail.seeds} says how many histories, {@code
 * -Dlogfail.seed} from which on.
 */
@Timeout(600)
class LogFailureTest {
  private static final int SEEDS = Integer.getInteger("logfail.seeds", 6);
  private static final long SEED = Long.getLong("logfail.seed", 1);

  /**
   * @param names gives segments their names, which must differ from one opening to the next
   */
  private static StoreOptions options(FileSystem files, Random names) {
    return new StoreOptions(files, names, 1 << 20, false)
        .withLog(LogOptions.DEFAULT.withFileBytesMax(3_000));
  }

  /** What the repair of the log's end leaves out that it must not leave out. */
  enum Omission {
    NOTHING,
    CUT,
    FORCE_OF_THE_CUT;

    FileSystem over(FileSystem disk) {
      return this == NOTHING ? disk : new Omitting(disk, this);
    }
  }

  private record Omitting(FileSystem inner, Omission what) implements ForwardingFileSystem {
    @Override
    public StorageFile open(String path, Mode mode) {
      StorageFile file = inner.open(path, mode);
      return path.startsWith("log/") ? new OmittingFile(file, what) : file;
    }
  }

  private static final class OmittingFile implements ForwardingFile {
    private final StorageFile inner;
    private final Omission what;
    private boolean cut;

    OmittingFile(StorageFile inner, Omission what) {
      this.inner = inner;
      this.what = what;
    }

    @Override
    public StorageFile inner() {
      return inner;
    }

    @Override
    public void truncate(long size) {
      cut = true;
      if (what != Omission.CUT) {
        inner.truncate(size);
      }
    }

    @Override
    public void force() {
      if (!cut || what != Omission.FORCE_OF_THE_CUT) {
        inner.force();
      }
      cut = false;
    }
  }

  /** One history by one thread, the power cut before each operation of a repair and after it. */
  private static final class History {
    private final long seed;
    private final Random random;
    private final Random names;
    private final MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
    private final FailingLog failing;
    private final FileSystem files;
    private final List<String> wrong = new ArrayList<>();

    /** Rows by key as acknowledged, and as the commit that runs would make them. */
    private Map<Long, String> rows = new TreeMap<>();

    private Map<Long, String> pending = rows;
    private int failed;
    private int revision;
    private int known;

    History(long seed, UnaryOperator<FileSystem> omitting) {
      this.seed = seed;
      this.random = new Random(seed);
      this.names = new Random(seed + 2);
      this.failing = new FailingLog(omitting.apply(disk), new Random(seed + 1));
      this.files =
          new FaultyFileSystem(failing, (number, operation, path) -> before(operation, path));
    }

    private void before(Operation operation, String path) {
      boolean repair = failing.failures() > known && path.startsWith("log/");
      if (repair && (operation == Operation.TRUNCATE || operation == Operation.FORCE)) {
        check("power cut in a repair, before " + operation, pending);
      }
    }

    /** What was wrong; it ends with the first. */
    List<String> run(int commits) {
      LocalStore store = LocalStore.open(options(files, names));
      try {
        TableDefinition table = Tables.create(store, Tables.items("items"));
        for (int i = 0; i < commits && wrong.isEmpty(); i++) {
          failing.fail(30);
          change(store, table);
          known = failing.failures();
          failing.fail(0);
          if (wrong.isEmpty() && !values(Tables.read(store, table)).equals(rows)) {
            wrong.add("seed " + seed + ": it shows " + Tables.read(store, table));
          }
          if (random.nextInt(12) == 0) {
            store.flush();
          }
          if (random.nextInt(20) == 0) {
            store.close();
            store = LocalStore.open(options(files, names));
          }
        }
      } finally {
        store.close();
      }
      if (wrong.isEmpty()) {
        check("closed", rows);
      }
      return wrong;
    }

    private void change(LocalStore store, TableDefinition table) {
      pending = new TreeMap<>(rows);
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        Map<Long, Tables.Row> there = Tables.read(transaction, table);
        for (int i = 0; i <= random.nextInt(3); i++) {
          long key = random.nextInt(12);
          Tables.Row old = there.remove(key);
          if (old != null) {
            transaction.delete(table.id(), new long[] {old.rowId()});
            pending.remove(key);
          }
          if (!pending.containsKey(key) && random.nextInt(3) > 0) {
            var row = Tables.row(key, ++revision);
            transaction.append(table.id(), Tables.rows(table, List.of(row)));
            pending.put(key, Tables.text(row));
          }
        }
        transaction.commit();
        rows = pending;
      } catch (QuiverException e) {
        if (!e.sqlState().equals("53100") && !e.sqlState().equals("58030")) {
          wrong.add("seed " + seed + ": " + e);
        }
        failed++;
        check("after a failed commit", rows);
      }
    }

    private void check(String when, Map<Long, String> other) {
      if (!wrong.isEmpty()) {
        return;
      }
      try (LocalStore store =
              LocalStore.open(options(disk.afterPowerCut(random.nextLong()), names));
          Snapshot snapshot = store.snapshot()) {
        List<TableDefinition> tables = snapshot.catalog().tables();
        Map<Long, String> found =
            tables.isEmpty() ? Map.of() : values(Tables.read(snapshot, tables.getFirst()));
        if (!found.equals(rows) && !found.equals(other)) {
          wrong.add("seed " + seed + ", " + when + ": found " + found + ", acknowledged " + rows);
        }
      } catch (RuntimeException | AssertionError e) {
        wrong.add("seed " + seed + ", " + when + ": " + e);
      }
    }
  }

  private static Map<Long, String> values(Map<Long, Tables.Row> rows) {
    Map<Long, String> values = new TreeMap<>();
    rows.forEach((key, row) -> values.put(key, row.values()));
    return values;
  }

  @ParameterizedTest
  @EnumSource(Omission.class)
  void aCommitThatCannotBeWrittenIsGoneAlsoAfterAPowerCut(Omission omission) {
    List<String> wrong = new ArrayList<>();
    int failed = 0;
    for (long seed = SEED; seed < SEED + SEEDS && wrong.isEmpty(); seed++) {
      History history = new History(seed, omission::over);
      wrong.addAll(history.run(120));
      failed += history.failed;
    }
    if (omission == Omission.NOTHING) {
      assertThat(wrong).as("-Dlogfail.seed=" + SEED).isEmpty();
      assertThat(failed).isGreaterThan(SEEDS * 20);
    } else {
      assertThat(wrong).as(omission + " from seed " + SEED).isNotEmpty();
    }
  }

  /** Threads whose commits fail, each with rows and tables of its own, and keys they all want. */
  private static final class Crowd {
    private final long seed;
    private final LocalStore store;
    private final TableDefinition table;
    private final Map<Long, String> rows = new ConcurrentHashMap<>();
    private final Set<String> tables = ConcurrentHashMap.newKeySet();
    private final Set<Long> contested = ConcurrentHashMap.newKeySet();

    Crowd(long seed, LocalStore store) {
      this.seed = seed;
      this.store = store;
      this.table = Tables.create(store, Tables.items("items"));
      tables.add("items");
    }

    void work(int thread) {
      Random random = new Random(seed * 31 + thread);
      for (int i = 0; i < 150; i++) {
        long key = 100L * (thread + 1) + random.nextInt(15);
        CommitMode mode = random.nextInt(4) == 0 ? CommitMode.ASYNCHRONOUS : CommitMode.SYNCHRONOUS;
        switch (random.nextInt(12)) {
          case 0 -> define(thread + "_" + random.nextInt(3));
          case 1 -> flush();
          case 2, 3, 4 -> contest(random.nextInt(10));
          default -> change(key, i, mode);
        }
      }
    }

    /** It makes durable what was answered early, and may fail for that. */
    private void flush() {
      try {
        store.flush();
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isIn("53100", "58030");
      }
    }

    /** True when it was committed; otherwise the log could not be written. */
    private boolean commits(CommitMode mode, java.util.function.Consumer<Transaction> work) {
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        work.accept(transaction);
        transaction.commit(mode);
        return true;
      } catch (QuiverException e) {
        if (!Set.of("53100", "58030").contains(e.sqlState())
            || String.valueOf(e.getMessage()).contains("opened again")) {
          throw e;
        }
        return false;
      }
    }

    private void change(long key, int revision, CommitMode mode) {
      Map<Long, Tables.Row> there = Tables.read(store, table);
      Tables.Row old = there.get(key);
      assertThat(old == null ? null : old.values()).as("row " + key).isEqualTo(rows.get(key));
      boolean deletes = old != null && revision % 3 == 0;
      var row = Tables.row(key, revision);
      boolean done =
          commits(
              mode,
              transaction -> {
                if (old != null) {
                  transaction.delete(table.id(), new long[] {old.rowId()});
                }
                if (!deletes) {
                  transaction.append(table.id(), Tables.rows(table, List.of(row)));
                }
              });
      if (done && deletes) {
        rows.remove(key);
      } else if (done) {
        rows.put(key, Tables.text(row));
      }
    }

    /** A key is taken only when it can be seen, and only once. */
    private void contest(long key) {
      var row = Tables.row(key, 1);
      try {
        boolean done =
            commits(
                CommitMode.SYNCHRONOUS,
                t -> t.append(table.id(), Tables.rows(table, List.of(row))));
        assertThat(!done || contested.add(key)).as("key " + key + " twice").isTrue();
      } catch (QuiverException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.UNIQUE_VIOLATION);
        assertThat(Tables.read(store, table)).containsKey(key);
      }
    }

    private void define(String suffix) {
      String name = "t" + suffix;
      try (Snapshot snapshot = store.snapshot()) {
        TableDefinition there =
            snapshot.catalog().tables().stream()
                .filter(each -> each.name().equals(name))
                .findAny()
                .orElse(null);
        assertThat(there != null).as(name).isEqualTo(tables.contains(name));
        if (there == null) {
          boolean made =
              commits(
                  CommitMode.SYNCHRONOUS,
                  t -> {
                    TableDefinition fresh = t.createTable(Tables.items(name));
                    t.append(fresh.id(), Tables.rows(fresh, Tables.row(1, 1)));
                  });
          if (made) {
            tables.add(name);
          }
        } else if (commits(CommitMode.SYNCHRONOUS, t -> t.dropTable(there.id()))) {
          tables.remove(name);
        }
      }
    }

    /** What there must be, and what the key index says of it. */
    void check(LocalStore opened, String when) {
      Map<Long, String> expected = new TreeMap<>(rows);
      contested.forEach(key -> expected.put(key, Tables.text(Tables.row(key, 1))));
      assertThat(values(Tables.read(opened, table))).as(when).isEqualTo(expected);
      try (Snapshot snapshot = opened.snapshot();
          Transaction transaction = opened.begin(IsolationLevel.READ_COMMITTED, false)) {
        Set<String> names = new TreeSet<>();
        snapshot.catalog().tables().forEach(each -> names.add(each.name()));
        assertThat(names).as(when).isEqualTo(new TreeSet<>(tables));
        for (long key = 0; key < 500; key++) {
          long id = key;
          if (expected.containsKey(key)) {
            assertThatThrownBy(
                    () -> transaction.append(table.id(), Tables.rows(table, Tables.row(id, 2))))
                .as(when + ": key " + key)
                .hasMessageContaining("duplicate key");
          } else {
            transaction.append(table.id(), Tables.rows(table, Tables.row(id, 2)));
          }
        }
      }
    }
  }

  @Test
  void theCommitsBehindItFailTooAndNothingElseDoes() throws Exception {
    for (long seed = SEED; seed < SEED + SEEDS; seed++) {
      String when = "-Dlogfail.seed=" + seed;
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      FailingLog failing = new FailingLog(disk, new Random(seed));
      Crowd crowd;
      try (LocalStore store = LocalStore.open(options(failing, new Random(7)));
          ExecutorService threads = Executors.newFixedThreadPool(4)) {
        crowd = new Crowd(seed, store);
        failing.fail(20);
        List<Future<?>> workers = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
          int number = thread;
          workers.add(threads.submit(() -> crowd.work(number)));
        }
        for (Future<?> worker : workers) {
          worker.get();
        }
        failing.fail(0);
        assertThat(failing.failures()).as(when).isGreaterThan(10);
        Tables.commit(store, t -> t.dropTable(t.createTable(Tables.items("gone")).id()));
        crowd.check(store, when);
      }
      try (LocalStore store = LocalStore.open(options(disk.afterPowerCut(seed), new Random(8)))) {
        crowd.check(store, when + " after a power cut");
      }
      Tables.assertClean(disk, when);
    }
  }

  @Test
  void identitiesKeysAndVersionsAreRightAfterAnUndoneCommit() {
    MemoryFileSystem disk = new MemoryFileSystem();
    FailingLog failing = new FailingLog(disk, new Random(1));
    try (LocalStore store = LocalStore.open(options(failing, new Random(7)))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(1, 1))));
      long version = version(store);
      long rowId = Tables.at(Tables.read(store, table), 1).rowId();
      for (int attempt = 0; attempt < 3; attempt++) {
        failing.fail(100);
        assertThatThrownBy(() ->
                Tables.commit(
                    store,
                    t -> {
                      t.advanceIdentity(table.id(), t.nextIdentity(table.id()));
                      t.delete(table.id(), new long[] {rowId});
                      t.append(table.id(), Tables.rows(table, Tables.row(2, 2), Tables.row(3, 3)));
                      t.createTable(Tables.items("made"));
                    }))
            .isInstanceOfSatisfying(
                QuiverException.class, e -> assertThat(e.sqlState()).isIn("53100", "58030"));
        failing.fail(0);
        assertThat(version(store)).isEqualTo(version);
        assertThat(Tables.read(store, table)).containsOnlyKeys(1L);
        assertThat(Tables.at(Tables.read(store, table), 1).rowId()).isEqualTo(rowId);
      }
      Tables.commit(
          store,
          t -> {
            assertThat(t.nextIdentity(table.id())).isEqualTo(4);
            t.append(table.id(), Tables.rows(table, Tables.row(3, 4)));
          });
      assertThat(version(store)).isEqualTo(version + 1);
      assertThat(Tables.at(Tables.read(store, table), 3).rowId()).isEqualTo(rowId + 1);
      assertThatThrownBy(() ->
              Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(1, 9)))))
          .hasMessageContaining("duplicate key");
      Tables.create(store, Tables.items("made"));
    }
    try (LocalStore store = LocalStore.open(options(disk, new Random(8)))) {
      TableDefinition table = store.snapshot().catalog().tables().getFirst();
      assertThat(Tables.read(store, table)).containsOnlyKeys(1L, 3L);
    }
  }

  private static long version(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      return snapshot.version().value();
    }
  }
}
