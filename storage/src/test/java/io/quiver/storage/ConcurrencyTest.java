package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads move money between accounts while others look, and segments are written. */
class ConcurrencyTest {
  private static final int ACCOUNTS = 40;
  private static final long START = 1_000;
  private static final int WRITERS = 6;
  private static final int TRANSFERS = 250;

  private static final Transaction.NewTable TABLE =
      Transaction.NewTable.keyed(
          "public",
          "accounts",
          List.of(
              Tables.column("id", SqlType.BIGINT, false),
              Tables.column("balance", SqlType.BIGINT, false)),
          List.of(0));

  private record Account(long rowId, long balance) {}

  private static Map<Long, Account> read(Snapshot snapshot, TableDefinition table) {
    Map<Long, Account> accounts = new TreeMap<>();
    Tables.read(snapshot, table)
        .forEach((id, row) -> {
          String balance = row.values().split("\\|", -1)[1];
          accounts.put(id, new Account(row.rowId(), Long.parseLong(balance)));
        });
    return accounts;
  }

  private static long sum(Snapshot snapshot, TableDefinition table) {
    return read(snapshot, table).values().stream().mapToLong(Account::balance).sum();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noMoneyIsMadeOrLost(long seed) throws Exception {
    MemoryFileSystem files = new MemoryFileSystem();
    StoreOptions options = new StoreOptions(files, new Random(seed), 8_000, true);
    TableDefinition table;
    try (LocalStore store = LocalStore.open(options)) {
      table = Tables.create(store, TABLE);
      Tables.commit(
          store,
          t -> {
            for (long id = 0; id < ACCOUNTS; id++) {
              t.append(table.id(), Tables.rows(table, Arrays.asList(id, START)));
            }
          });
      run(store, table, seed);
      assertThat(store.flushFailure()).isNull();
      assertThat(files.list("segments")).isNotEmpty();
    }
    try (LocalStore store = LocalStore.open(options);
        Snapshot snapshot = store.snapshot()) {
      assertThat(snapshot.version().value()).isEqualTo(2 + WRITERS * TRANSFERS);
      assertThat(sum(snapshot, table)).as("seed " + seed).isEqualTo(ACCOUNTS * START);
    }
  }

  private static void run(LocalStore store, TableDefinition table, long seed) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2)) {
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Random random = new Random(seed * 100 + i);
        writers.add(
            threads.submit(() -> {
              for (int n = 0; n < TRANSFERS; ) {
                n += transfer(store, table, random) ? 1 : 0;
              }
            }));
      }
      List<Future<?>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(
            threads.submit(() -> {
              while (!done.get()) {
                try (Snapshot snapshot = store.snapshot()) {
                  assertThat(sum(snapshot, table)).isEqualTo(ACCOUNTS * START);
                }
              }
            }));
      }
      try {
        for (Future<?> writer : writers) {
          writer.get();
        }
      } finally {
        done.set(true);
      }
      for (Future<?> reader : readers) {
        reader.get();
      }
    }
  }

  /** Moves money; false where another transaction came first. */
  private static boolean transfer(LocalStore store, TableDefinition table, Random random) {
    IsolationLevel isolation =
        random.nextBoolean() ? IsolationLevel.READ_COMMITTED : IsolationLevel.REPEATABLE_READ;
    try (Transaction transaction = store.begin(isolation, false);
        Snapshot snapshot = transaction.snapshot()) {
      Map<Long, Account> accounts = read(snapshot, table);
      assertThat(accounts).hasSize(ACCOUNTS);
      long from = random.nextInt(ACCOUNTS);
      long to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
      Account source = accounts.getOrDefault(from, new Account(-1, 0));
      Account target = accounts.getOrDefault(to, new Account(-1, 0));
      long amount = random.nextInt(50);
      transaction.delete(table.id(), new long[] {source.rowId(), target.rowId()});
      transaction.append(
          table.id(),
          Tables.rows(
              table,
              Arrays.asList(from, source.balance() - amount),
              Arrays.asList(to, target.balance() + amount)));
      transaction.commit();
      return true;
    } catch (QuiverException e) {
      assertThat(e.code()).isEqualTo(ErrorCode.SERIALIZATION_FAILURE);
      return false;
    }
  }
}
