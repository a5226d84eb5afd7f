package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.file.MemoryFileSystem;
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
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * How many commits of one row are durable in a second, and how does that compare to T, the median
 * time of 4 KiB written in place and forced to the same disk?
 *
 * <p>Arguments: seconds a round, rounds, and optionally microseconds: then the files are in memory
 * and forcing one takes so long, on a disk that does nothing else. A disk's time moves within a
 * run, so T and one commit are measured in turns, and T and 16 threads in slices of 50 ms.
 */
public final class BenchmarkCommit {
  private static final double SLICE_SECONDS = 0.05;

  private BenchmarkCommit() {}

  public static void main(String[] arguments) throws Exception {
    double seconds = Double.parseDouble(arguments[0]);
    int rounds = Integer.parseInt(arguments[1]);
    Path directory = Files.createTempDirectory("quiver-commit");
    try {
      FileSystem plain = new LocalFileSystem(directory.resolve("plain"));
      FileSystem database = new LocalFileSystem(directory.resolve("db"));
      if (arguments.length > 2) {
        long nanos = Long.parseLong(arguments[2]) * 1_000;
        plain = new SlowFiles(new MemoryFileSystem(), nanos);
        database = new SlowFiles(new MemoryFileSystem(), nanos);
      }
      plain.createDirectories("");
      try (StorageFile file = plain.open("plain", FileSystem.Mode.CREATE);
          LocalStore store = LocalStore.open(StoreOptions.of(database))) {
        file.write(0, Arena.ofAuto().allocate(16L << 20));
        file.force();
        TableDefinition table = create(store);
        for (int round = 0; round < rounds; round++) {
          measure(file, new Commits(store, table, new AtomicLong(round << 24)), seconds);
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static void measure(StorageFile file, Commits commits, double seconds) throws Exception {
    List<Double> forced = new ArrayList<>();
    List<Double> single = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      forced.add(force(file, forced.size()));
      single.add(commits.one(CommitMode.SYNCHRONOUS));
    }
    double t = median(forced);
    double one = median(single);
    forced.clear();
    long many = 0;
    double manySeconds = 0;
    end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      long slice = System.nanoTime();
      while (System.nanoTime() - slice < SLICE_SECONDS * 1e9) {
        forced.add(force(file, forced.size()));
      }
      slice = System.nanoTime();
      many += commits.sixteen(4 * SLICE_SECONDS);
      manySeconds += (System.nanoTime() - slice) / 1e9;
    }
    double among = median(forced);
    List<Double> early = new ArrayList<>();
    end = System.nanoTime() + (long) (seconds * 1e9);
    while (System.nanoTime() < end) {
      early.add(commits.one(CommitMode.ASYNCHRONOUS));
    }
    System.out.printf(
        Locale.ROOT,
        "T %.0f us; 1 thread p50 %.0f us = %.2f T, %.0f us above 1.3 T; T %.0f us; 16 threads"
            + " %,.0f/s = %.1f / T; off p50 %.1f us%n",
        t * 1e6,
        one * 1e6,
        one / t,
        (one - 1.3 * t) * 1e6,
        among * 1e6,
        many / manySeconds,
        many / manySeconds * among,
        median(early) * 1e6);
  }

  /** Files whose bytes take a time to be forced. */
  private record SlowFiles(FileSystem inner, long nanos) implements ForwardingFileSystem {
    @Override
    public StorageFile open(String path, Mode mode) {
      return new SlowFile(inner.open(path, mode), nanos);
    }
  }

  private record SlowFile(StorageFile inner, long nanos) implements ForwardingFile {
    @Override
    public void force() {
      for (long end = System.nanoTime() + nanos; System.nanoTime() < end; ) {
        LockSupport.parkNanos(end - System.nanoTime());
      }
      inner.force();
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

  /** Seconds of a write and its force. */
  private static double force(StorageFile file, int number) {
    MemorySegment page = Arena.ofAuto().allocate(4_096, 4_096).fill((byte) 7);
    long before = System.nanoTime();
    file.write(number % 4_096 * 4_096L, page);
    file.force();
    return (System.nanoTime() - before) / 1e9;
  }

  private record Commits(LocalStore store, TableDefinition table, AtomicLong ids) {
    /** Seconds of a commit. */
    double one(CommitMode mode) {
      Batch row = new Batch(List.of(key(ids.getAndIncrement())), 1);
      long before = System.nanoTime();
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        transaction.append(table.id(), row);
        transaction.commit(mode);
      }
      return (System.nanoTime() - before) / 1e9;
    }

    /** How many commits 16 threads made. */
    long sixteen(double seconds) throws InterruptedException {
      AtomicLong count = new AtomicLong();
      Thread[] threads = new Thread[16];
      long end = System.nanoTime() + (long) (seconds * 1e9);
      for (int i = 0; i < threads.length; i++) {
        threads[i] =
            Thread.ofPlatform()
                .start(() -> {
                  while (System.nanoTime() < end) {
                    one(CommitMode.SYNCHRONOUS);
                    count.incrementAndGet();
                  }
                });
      }
      for (Thread thread : threads) {
        thread.join();
      }
      return count.get();
    }
  }

  private static Column key(long id) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 1);
    builder.append(id);
    return builder.build();
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
