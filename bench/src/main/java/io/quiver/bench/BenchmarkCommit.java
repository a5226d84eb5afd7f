package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * How many commits of one row are durable in a second, and how does that compare to T, the median
 * time of 4 KiB written in place and forced to the same disk?
 *
 * <p>Arguments: seconds a measurement, rounds. In each round T, 1 thread, 16 threads and 1 thread
 * with synchronous_commit off are measured in turn.
 */
public final class BenchmarkCommit {
  private BenchmarkCommit() {}

  public static void main(String[] arguments) throws Exception {
    double seconds = Double.parseDouble(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Path directory = Files.createTempDirectory("quiver-commit");
    try {
      FileSystem files = new LocalFileSystem(directory.resolve("plain"));
      files.createDirectories("");
      try (StorageFile file = files.open("plain", FileSystem.Mode.CREATE);
          LocalStore store =
              LocalStore.open(StoreOptions.of(new LocalFileSystem(directory.resolve("db"))))) {
        file.write(0, Arena.ofAuto().allocate(16L << 20));
        file.force();
        TableDefinition table = create(store);
        AtomicLong ids = new AtomicLong();
        for (int round = 0; round < rounds; round++) {
          double t = median(forced(file, seconds));
          double one = median(commits(store, table, ids, seconds, CommitMode.SYNCHRONOUS));
          double many = sixteen(store, table, ids, seconds);
          double early = median(commits(store, table, ids, seconds, CommitMode.ASYNCHRONOUS));
          System.out.printf(
              Locale.ROOT,
              "T %.0f us; 1 thread p50 %.0f us = %.2f T; 16 threads %,.0f/s = %.1f / T;"
                  + " off p50 %.1f us%n",
              t * 1e6,
              one * 1e6,
              one / t,
              many,
              many * t,
              early * 1e6);
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static TableDefinition create(LocalStore store) {
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      ColumnDefinition key =
          new ColumnDefinition(
              new ColumnId(0), "id", SqlType.BIGINT, false, null, ColumnDefinition.Identity.NONE);
      TableDefinition table =
          transaction.createTable(
              Transaction.NewTable.keyed("public", "items", List.of(key), List.of(0)));
      transaction.commit();
      return table;
    }
  }

  /** Seconds of each write and force. */
  private static List<Double> forced(StorageFile file, double seconds) {
    MemorySegment page = Arena.ofAuto().allocate(4_096, 4_096).fill((byte) 7);
    List<Double> times = new ArrayList<>();
    long start = System.nanoTime();
    for (long i = 0; System.nanoTime() - start < seconds * 1e9; i++) {
      long before = System.nanoTime();
      file.write(i % 4_096 * 4_096, page);
      file.force();
      times.add((System.nanoTime() - before) / 1e9);
    }
    return times;
  }

  /** Seconds of each commit of one thread. */
  private static List<Double> commits(
      LocalStore store, TableDefinition table, AtomicLong ids, double seconds, CommitMode mode) {
    List<Double> times = new ArrayList<>();
    long start = System.nanoTime();
    while (System.nanoTime() - start < seconds * 1e9) {
      Batch row = new Batch(List.of(key(ids.getAndIncrement())), 1);
      long before = System.nanoTime();
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        transaction.append(table.id(), row);
        transaction.commit(mode);
      }
      times.add((System.nanoTime() - before) / 1e9);
    }
    return times;
  }

  private static Column key(long id) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.append(id);
    return builder.build();
  }

  /** Commits in a second by 16 threads. */
  private static double sixteen(
      LocalStore store, TableDefinition table, AtomicLong ids, double seconds)
      throws InterruptedException {
    AtomicLong count = new AtomicLong();
    Thread[] threads = new Thread[16];
    long start = System.nanoTime();
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(() ->
                  count.addAndGet(
                      commits(store, table, ids, seconds, CommitMode.SYNCHRONOUS).size()));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return count.get() / ((System.nanoTime() - start) / 1e9);
  }

  private static double median(List<Double> times) {
    double[] sorted = times.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
