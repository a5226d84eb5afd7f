package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * How long does a database take to open when so much of its log is not in segments?
 *
 * <p>Arguments: MiB of log, dimensions of the vector in each row, rows a commit, rounds. The table
 * has a BIGINT key and the vector. The files are in the page cache when they are read.
 */
public final class BenchmarkReopen {
  private BenchmarkReopen() {}

  public static void main(String[] arguments) throws IOException {
    long bytes = Long.parseLong(arguments[0]) << 20;
    int dimensions = Integer.parseInt(arguments[1]);
    int rows = Integer.parseInt(arguments[2]);
    int rounds = Integer.parseInt(arguments[3]);
    Path directory = Files.createTempDirectory("quiver-reopen");
    try {
      StoreOptions usual = StoreOptions.of(new LocalFileSystem(directory));
      StoreOptions options =
          new StoreOptions(usual.files(), usual.random(), usual.memTableBytes(), false);
      write(options, directory, new int[] {dimensions, rows}, bytes);
      long size = logBytes(directory);
      for (int round = 0; round < rounds; round++) {
        long start = System.nanoTime();
        try (LocalStore store = LocalStore.open(options);
            Snapshot snapshot = store.snapshot()) {
          double seconds = (System.nanoTime() - start) / 1e9;
          TableDefinition table = snapshot.catalog().tables().getFirst();
          System.out.printf(
              Locale.ROOT,
              "%,d MiB of log, %,d commits, %,d rows: opened in %.2f s%n",
              size >> 20,
              snapshot.version().value(),
              snapshot.table(table.id()).rowCount(),
              seconds);
        }
      }
    } finally {
      delete(directory);
    }
  }

  private static void write(StoreOptions options, Path directory, int[] shape, long bytes)
      throws IOException {
    SqlType vector = SqlType.vector(shape[0]);
    Random random = new Random(1);
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition table;
      try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
        List<ColumnDefinition> columns = List.of(column("id", SqlType.BIGINT), column("v", vector));
        table =
            transaction.createTable(
                Transaction.NewTable.keyed("public", "items", columns, List.of(0)));
        transaction.commit();
      }
      long id = 0;
      for (long commit = 0; commit % 100 != 0 || logBytes(directory) < bytes; commit++) {
        ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, shape[1]);
        ColumnBuilder vectors = new ColumnBuilder(vector, shape[1]);
        for (int row = 0; row < shape[1]; row++) {
          float[] values = new float[shape[0]];
          values[random.nextInt(shape[0])] = random.nextFloat();
          ids.append(id++);
          vectors.append(values);
        }
        List<Column> columns = List.of(ids.build(), vectors.build());
        try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
          transaction.append(table.id(), new Batch(columns, shape[1]));
          transaction.commit(CommitMode.ASYNCHRONOUS);
        }
      }
    }
  }

  private static ColumnDefinition column(String name, SqlType type) {
    return new ColumnDefinition(
        new ColumnId(0), name, type, false, null, ColumnDefinition.Identity.NONE);
  }

  private static long logBytes(Path directory) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      for (Path file : files.toList()) {
        bytes += Files.size(file);
      }
    }
    return bytes;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
