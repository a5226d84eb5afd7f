package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.file.MappedFileSystem;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.CorruptionException;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Columns that are copied into memory, and columns whose files are mapped. */
class StorageMemoryTest {
  private static final int DIMENSION = 512;
  private static final int MODULUS = 50;
  private static final int DIRECT_MEGABYTES = 24;

  @TempDir Path directory;

  private StoreOptions options(StorageMemory memory) {
    return options(directory, memory);
  }

  private static StoreOptions options(Path directory, StorageMemory memory) {
    return new StoreOptions(new LocalFileSystem(directory), new Random(1), 1L << 30, false)
        .withMemory(memory);
  }

  private static void add(Store store, TableDefinition table, int from, int to) {
    List<List<Object>> rows = new ArrayList<>();
    for (int i = from; i < to; i++) {
      rows.add(new ArrayList<>(Tables.row(i, i)));
    }
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, List.copyOf(rows))));
  }

  @ParameterizedTest
  @EnumSource
  void rowsAreTheSameBeforeAndAfterMerging(StorageMemory memory) {
    TableDefinition table;
    try (LocalStore store = LocalStore.open(options(memory))) {
      table = Tables.create(store, Tables.items("items"));
      for (int i = 0; i < 5; i++) {
        add(store, table, 100 * i, 100 * i + 100);
        store.flush();
      }
      Tables.commit(
          store,
          t -> t.delete(table.id(), new long[] {Tables.at(Tables.read(t, table), 7).rowId()}));
    }
    try (LocalStore store = LocalStore.open(options(memory));
        Snapshot before = store.snapshot()) {
      assertThat(Tables.read(before, table)).hasSize(499).doesNotContainKey(7L);
      store.optimize(table.id(), () -> false);
      store.checkpoint();
      // Of files that are gone by now, whose maps or copies live on.
      assertThat(Tables.read(before, table)).isEqualTo(Tables.read(store, table));
    }
    Tables.assertClean(new LocalFileSystem(directory), memory.name());
  }

  @ParameterizedTest
  @EnumSource
  void damageIsToldWhenItIsReadFirst(StorageMemory memory) throws IOException {
    TableDefinition table;
    try (LocalStore store = LocalStore.open(options(memory))) {
      table = Tables.create(store, Tables.items("items"));
      add(store, table, 0, 100);
      store.flush();
    }
    Path vectors = vectorFile();
    byte[] bytes = Files.readAllBytes(vectors);
    // In the middle of the values, behind the head.
    bytes[bytes.length / 2] ^= 1;
    Files.write(vectors, bytes);
    try (LocalStore store = LocalStore.open(options(memory))) {
      assertThatThrownBy(() -> Tables.read(store, table))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(vectors.getFileName().toString());
    }
  }

  private Path vectorFile() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("segments"))) {
      return files
          .filter(path -> path.getFileName().toString().matches("\\d+\\.arrow"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Each file is mapped once, and none stays open. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mapsAndOpenFilesAreBoundedByTheSegments() throws IOException {
    MappedFileSystem files = new MappedFileSystem(new LocalFileSystem(directory), "segments");
    StoreOptions options =
        new StoreOptions(files, new Random(1), 1 << 20, false).withMemory(StorageMemory.MAPPED);
    StoreOptions.Limits usual = StoreOptions.Limits.USUAL;
    // Segments of a byte are full: none is merged.
    StoreOptions.Limits unmerged =
        new StoreOptions.Limits(
            usual.memTableRows(),
            usual.memTableAge(),
            1,
            usual.compactionBytesPerSecond(),
            usual.bulkBytes());
    int segments = 60;
    long open = openFiles();
    TableDefinition table;
    try (LocalStore store = LocalStore.open(options.withLimits(unmerged))) {
      table = Tables.create(store, Tables.items("items"));
      for (int i = 0; i < segments; i++) {
        add(store, table, 10 * i, 10 * i + 10);
        store.flush();
      }
      for (int i = 0; i < 3; i++) {
        assertThat(Tables.read(store, table)).hasSize(10 * segments);
      }
      assertThat((long) files.mapped()).isBetween(2L * segments, segmentFiles());
      // Neighbours may show as one.
      assertThat(maps()).isBetween(1L, segmentFiles());
      assertThat(openFiles() - open).isLessThan(20);
    }
    try (LocalStore store = LocalStore.open(options)) {
      store.optimize(table.id(), () -> false);
      store.checkpoint();
      assertThat(Tables.read(store, table)).hasSize(10 * segments);
      assertThat((long) files.mapped()).isBetween(2L, segmentFiles());
      assertThat(segmentFiles()).isLessThan(segments);
    }
  }

  private long segmentFiles() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("segments"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  private long maps() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .filter(line -> line.contains(directory + "/segments/"))
        .count();
  }

  /** Vectors whose elements all are their row's number in its segment, modulo 50. */
  private void writeVectors(int segments, int rows) {
    try (LocalStore store = LocalStore.open(options(StorageMemory.RESIDENT))) {
      ColumnDefinition vector = Tables.column("v", SqlType.vector(DIMENSION), false);
      TableDefinition table =
          Tables.create(
              store, Transaction.NewTable.keyed("public", "v", List.of(vector), List.of()));
      ColumnBuilder builder = new ColumnBuilder(vector.type(), rows);
      for (int i = 0; i < rows; i++) {
        float[] elements = new float[DIMENSION];
        Arrays.fill(elements, i % MODULUS);
        builder.appendVector(elements);
      }
      Batch batch = new Batch(List.of(builder.build()), rows);
      for (int i = 0; i < segments; i++) {
        Tables.commit(store, t -> t.append(table.id(), batch));
        store.flush();
      }
    }
  }

  private static long sum(int rows) {
    long sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += (long) (i % MODULUS) * DIMENSION;
    }
    return sum;
  }

  private static double sum(Column column) {
    double sum = 0;
    for (long at = 0; at < (long) column.length() * DIMENSION; at++) {
      sum += column.data().getAtIndex(ValueLayout.JAVA_FLOAT, at);
    }
    return sum;
  }

  /** Reads all vectors again and again, in a process with less memory than they take. */
  public static final class Reader {
    public static void main(String[] arguments) throws IOException {
      Path directory = Path.of(arguments[0]);
      StorageMemory memory = StorageMemory.valueOf(arguments[1]);
      try (LocalStore store = LocalStore.openReadOnly(options(directory, memory));
          Snapshot snapshot = store.snapshot()) {
        TableDefinition table = snapshot.catalog().tables().getFirst();
        double sum = 0;
        for (int round = 0; round < 2; round++) {
          for (SegmentView segment : snapshot.table(table.id()).segments()) {
            sum += sum(segment.column(table.columns().getFirst().id()));
          }
          if (arguments.length > 2) {
            cut(Path.of(arguments[2]));
          }
        }
        System.out.println("sum " + (long) sum);
      }
      // So the limit is one.
      long bytes = (DIRECT_MEGABYTES + 1L) << 20;
      System.out.println("unlimited " + Arena.ofAuto().allocate(bytes).byteSize());
    }

    private static void cut(Path path) throws IOException {
      try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
        file.truncate(0);
      }
    }
  }

  /**
   * Threads read at random, each with some columns in hand, from a cache that is a quarter of what
   * they read; its time goes a thousand times as fast, so that there is much giving way.
   */
  public static final class Readers {
    private static final int THREADS = 4;
    private static final int READS = 40;

    public static void main(String[] arguments) throws Exception {
      long seed = Long.parseLong(arguments[1]);
      long budget = Long.parseLong(arguments[2]);
      StoreOptions usual = options(Path.of(arguments[0]), StorageMemory.RESIDENT);
      StoreOptions options =
          new StoreOptions(
              usual.files(),
              usual.random(),
              usual.memTableBytes(),
              false,
              usual.log(),
              usual.limits(),
              new HurriedScheduler(Scheduler.system()),
              StorageMemory.RESIDENT,
              budget,
              usual.builds());
      try (LocalStore store = LocalStore.openReadOnly(options);
          ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
          Random random = new Random(seed + i);
          all.add(threads.submit(() -> read(store, random)));
        }
        for (Future<?> each : all) {
          each.get();
        }
        System.out.println(store.cacheUsage());
        long evictions = store.cacheUsage().stream().mapToLong(CacheUsage::evictions).sum();
        System.out.println(evictions > 0 ? "right" : "nothing gave way");
      }
    }

    private static void read(LocalStore store, Random random) {
      Deque<Column> inHand = new ArrayDeque<>();
      try (Snapshot snapshot = store.snapshot()) {
        TableDefinition table = snapshot.catalog().tables().getFirst();
        ColumnId vector = table.columns().getFirst().id();
        List<SegmentView> segments = snapshot.table(table.id()).segments();
        for (int i = 0; i < READS; i++) {
          // Some are read more often than others.
          int at = (int) (segments.size() * random.nextDouble() * random.nextDouble());
          Column column = segments.get(at).column(vector);
          inHand.add(column);
          Column before = inHand.size() > 2 ? inHand.remove() : column;
          check("sum", sum(column.length()), (long) sum(column));
          int row = random.nextInt(before.length());
          check("element", row % MODULUS, (long) before.getFloats(row)[DIMENSION - 1]);
          long used =
              store.cacheUsage().stream()
                  .mapToLong(usage -> usage.bytes() + usage.releasedBytes())
                  .sum();
          if (used > store.cacheBytes()) {
            throw new AssertionError(used + " bytes in a cache of " + store.cacheBytes());
          }
        }
      }
    }

    private static void check(String what, long wanted, long found) {
      if (wanted != found) {
        throw new AssertionError(what + " " + found + ", wanted " + wanted);
      }
    }
  }

  /** What a child process printed, and how it ended. */
  private record Ended(int code, String output) {}

  private Ended read(StorageMemory memory, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(memory.name()));
    arguments.addAll(List.of(more));
    return run(Reader.class, DIRECT_MEGABYTES, arguments);
  }

  private Ended run(Class<?> program, int directMegabytes, List<String> arguments)
      throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx48m",
                "-XX:MaxDirectMemorySize=" + directMegabytes + "m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + directory.resolve("hs_err.log"),
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName(),
                directory.toString()));
    command.addAll(arguments);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the reader does not end");
    }
    return new Ended(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  /**
   * The usual cache would be larger than what the process has: memory is refused, and not lacked.
   */
  @ParameterizedTest
  @EnumSource
  void aDatabaseMayBeLargerThanMemory(StorageMemory memory) throws Exception {
    int segments = 6;
    int rows = 4_000;
    writeVectors(segments, rows);
    Ended ended = read(memory);
    assertThat(ended.output()).contains("sum " + 2L * segments * sum(rows));
    assertThat(ended.output()).contains("OutOfMemoryError").doesNotContain("unlimited");
  }

  @Test
  void manyReadersShareACacheThatIsTooSmall() throws Exception {
    writeVectors(8, 4_000);
    long seed = 7;
    Ended ended =
        run(
            Readers.class,
            DIRECT_MEGABYTES,
            List.of(Long.toString(seed), Long.toString(17L << 20)));
    assertThat(ended.output()).as("seed %d", seed).contains("right");
    assertThat(ended.code()).isZero();
  }

  /** Nobody but Quiver may change its files; whoever does gets no rows for it. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aMappedFileThatSomeoneCutsGivesAnErrorAndNoRows() throws Exception {
    writeVectors(1, 1_000);
    Ended ended = read(StorageMemory.MAPPED, vectorFile().toString());
    assertThat(ended.output()).doesNotContain("sum ");
    assertThat(ended.output()).containsAnyOf("InternalError", "SIGBUS");
    assertThat(ended.code()).isNotZero();
  }
}
