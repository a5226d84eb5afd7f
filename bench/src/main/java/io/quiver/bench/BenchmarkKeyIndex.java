package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.KeyLoader;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.RowLocation;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * How long does finding a row by its key take, how much memory does a row's key, and how soon does
 * a database with many segments answer?
 *
 * <p>Arguments: {@code index | open}, rows, segments of them ({@code open}), rounds. {@code index}
 * measures the index alone, of BIGINT keys and of text of 20 bytes. {@code open} writes a table of
 * such BIGINT keys and a number, and opens it again and again in one JVM; then it looks up and
 * upserts keys, alone and while the table is merged.
 */
public final class BenchmarkKeyIndex {
  private static final int LOOKUPS = 2_000_000;
  private static final int UPSERTS = 20_000;

  private BenchmarkKeyIndex() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rows = Integer.parseInt(arguments[1]);
    if (arguments[0].equals("index")) {
      int rounds = Integer.parseInt(arguments[2]);
      for (int round = 0; round < rounds; round++) {
        index("BIGINT", numbers(0, rows), rows);
        index("text of 20 bytes", texts(rows), rows);
      }
    } else {
      open(rows, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
    }
  }

  private static Column numbers(long first, int rows) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, rows);
    for (int row = 0; row < rows; row++) {
      builder.appendLong(first + row);
    }
    return builder.build();
  }

  private static Column texts(int rows) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.TEXT, rows);
    for (int row = 0; row < rows; row++) {
      builder.append(String.format(Locale.ROOT, "key-%016x", row * 0x9E3779B97F4A7C15L));
    }
    return builder.build();
  }

  private static void index(String kind, Column column, int rows) {
    List<Column> keys = List.of(column);
    long start = System.nanoTime();
    KeyIndex index = new KeyIndex(8, 0);
    index.expect(rows);
    KeyLoader loader = new KeyLoader(index, rows);
    long[] hashes = new long[1_024];
    for (int from = 0; from < rows; from += hashes.length) {
      int count = Math.min(hashes.length, rows - from);
      Keys.hash(keys, from, count, hashes);
      for (int i = 0; i < count; i++) {
        loader.add(hashes[i], from + i);
      }
    }
    loader.finish();
    double seconds = (System.nanoTime() - start) / 1e9;
    Random random = new Random(1);
    long[] nanos = new long[LOOKUPS];
    for (int i = 0; i < LOOKUPS; i++) {
      int row = random.nextInt(rows);
      long from = System.nanoTime();
      long found = find(index, keys, row);
      nanos[i] = System.nanoTime() - from;
      if (found != row) {
        throw new IllegalStateException("row " + row + " is found as " + found);
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %,d rows in %.2f s on one thread, %.1f bytes a row; find %s%n",
        kind,
        rows,
        seconds,
        index.sizeInBytes() / (double) rows,
        percentiles(nanos));
  }

  private static long find(KeyIndex index, List<Column> keys, int row) {
    return index.find(
        Keys.hash(keys, row),
        rowId ->
            Keys.equal(keys, (int) rowId, keys, row)
                ? KeyIndex.Match.EQUAL
                : KeyIndex.Match.DIFFERENT);
  }

  private static String percentiles(long[] nanos) {
    Arrays.sort(nanos);
    return String.format(
        Locale.ROOT,
        "p50 %.2f us, p99 %.2f us",
        nanos[nanos.length / 2] / 1e3,
        nanos[(int) (nanos.length * 0.99)] / 1e3);
  }

  private static void open(int rows, int segments, int rounds)
      throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("quiver-keys");
    try {
      // As written, none is merged with another: each is large enough.
      StoreOptions quiet = options(directory, 1L << 20);
      TableDefinition table = write(quiet, rows, segments);
      for (int round = 0; round < rounds; round++) {
        openOnce(quiet, table, rows);
      }
      try (LocalStore store = LocalStore.open(options(directory, 64L << 20))) {
        measure(store, table, rows, "alone");
        AtomicBoolean done = new AtomicBoolean();
        Thread merging = Thread.ofPlatform().start(() -> mergeUntil(done, store, table));
        measure(store, table, rows, "while the table is merged");
        done.set(true);
        merging.join();
      }
    } finally {
      delete(directory);
    }
  }

  private static void mergeUntil(AtomicBoolean done, LocalStore store, TableDefinition table) {
    try {
      while (!done.get()) {
        store.optimize(table.id(), done::get);
      }
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.QUERY_CANCELED) {
        throw e;
      }
    }
  }

  /** Of a store that does nothing by itself. */
  static StoreOptions options(Path directory, long segmentBytes) {
    StoreOptions usual = StoreOptions.of(new LocalFileSystem(directory));
    StoreOptions.Limits limits = usual.limits();
    return new StoreOptions(usual.files(), usual.random(), 1L << 30, false)
        .withLimits(
            new StoreOptions.Limits(
                limits.memTableRows(),
                limits.memTableAge(),
                segmentBytes,
                limits.compactionBytesPerSecond(),
                1L << 20));
  }

  /** Makes the table {@code items (id BIGINT PRIMARY KEY, n BIGINT)}. */
  static TableDefinition write(StoreOptions options, int rows, int segments) {
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition table;
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        List<ColumnDefinition> columns = List.of(column("id"), column("n"));
        table =
            transaction.createTable(
                Transaction.NewTable.keyed("public", "items", columns, List.of(0)));
        transaction.commit();
      }
      int each = rows / segments;
      for (int segment = 0; segment < segments; segment++) {
        Column ids = numbers((long) segment * each, each);
        try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
          transaction.append(table.id(), new Batch(List.of(ids, ids), each));
          transaction.commit(CommitMode.ASYNCHRONOUS);
        }
      }
      store.flush();
      return table;
    }
  }

  private static ColumnDefinition column(String name) {
    return new ColumnDefinition(
        new ColumnId(0), name, SqlType.BIGINT, false, null, ColumnDefinition.Identity.NONE);
  }

  private static void openOnce(StoreOptions options, TableDefinition table, int rows) {
    long start = System.nanoTime();
    try (LocalStore store = LocalStore.open(options);
        Snapshot snapshot = store.snapshot()) {
      long sum = 0;
      var first = snapshot.table(table.id()).segments().getFirst();
      Column numbers = first.column(new ColumnId(1));
      for (int row = 0; row < first.rowCount(); row++) {
        sum += numbers.getLong(row);
      }
      double answered = (System.nanoTime() - start) / 1e6;
      long from = System.nanoTime();
      find(snapshot, table, rows / 2);
      System.out.printf(
          Locale.ROOT,
          "%d segments: %.0f ms to the first rows (%d), %.2f s more until a key was found%n",
          snapshot.table(table.id()).segments().size(),
          answered,
          sum & 1,
          (System.nanoTime() - from) / 1e9);
    }
  }

  private static RowLocation find(Snapshot snapshot, TableDefinition table, long key) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.appendLong(key);
    RowLocation found = snapshot.table(table.id()).find(List.of(builder.build()), 0);
    if (found == null) {
      throw new IllegalStateException("key " + key + " is not found");
    }
    return found;
  }

  private static void measure(LocalStore store, TableDefinition table, int rows, String when) {
    Random random = new Random(2);
    long[] lookups = new long[LOOKUPS / 10];
    try (Snapshot snapshot = store.snapshot()) {
      for (int i = 0; i < lookups.length; i++) {
        long from = System.nanoTime();
        find(snapshot, table, random.nextInt(rows));
        lookups[i] = System.nanoTime() - from;
      }
    }
    long[] upserts = new long[UPSERTS];
    for (int i = 0; i < upserts.length; i++) {
      long from = System.nanoTime();
      upsert(store, table, random.nextInt(rows));
      upserts[i] = System.nanoTime() - from;
    }
    System.out.printf(
        Locale.ROOT,
        "%s: a lookup %s; an upsert, committed asynchronously, %s%n",
        when,
        percentiles(lookups),
        percentiles(upserts));
  }

  private static void upsert(LocalStore store, TableDefinition table, long key) {
    Column id = numbers(key, 1);
    Batch row = new Batch(List.of(id, id), 1);
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false);
        Snapshot seen = transaction.snapshot()) {
      long[] holder = transaction.appendNew(table.id(), row, seen, null);
      transaction.delete(table.id(), holder);
      transaction.append(table.id(), row);
      transaction.commit(CommitMode.ASYNCHRONOUS);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
