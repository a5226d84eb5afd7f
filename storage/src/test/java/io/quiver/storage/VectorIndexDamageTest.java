package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition.Kind;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.segment.SegmentDirectory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Files of indexes on vectors with a bit flipped, cut short, or in another's place: the database
 * opens, the check names the file, and the index is made anew, which then finds what is nearest.
 * {@code -Dvectordamage.bytes=0} takes every byte, any other number so many of each file, {@code
 * -Dvectordamage.seed=7} others. Of every byte, {@code -Dvectordamage.stride=16} takes every 16th,
 * from {@code -Dvectordamage.first=3} on: all slices together take hours.
 */
@ExtendWith(IndexedSegments.class)
class VectorIndexDamageTest {
  private static final int BYTES = Integer.getInteger("vectordamage.bytes", 12);
  private static final long SEED = Long.getLong("vectordamage.seed", 20_261_129L);

  private static final int FIRST = Integer.getInteger("vectordamage.first", 0);
  private static final int STRIDE = Integer.getInteger("vectordamage.stride", 1);

  /** Where headers, tables and sections begin, and what is small beside the rest. */
  private static final int EDGE_BYTES = 4_096;

  private static final Logger LOG = Logger.getLogger("io.quiver.storage");

  private final MemoryFileSystem disk = new MemoryFileSystem();

  /** Damage is meant. */
  @BeforeAll
  static void beQuiet() {
    LOG.setLevel(Level.OFF);
    System.out.printf(
        "vectordamage.seed=%d vectordamage.bytes=%d vectordamage.first=%d vectordamage.stride=%d%n",
        SEED, BYTES, FIRST, STRIDE);
  }

  @AfterAll
  static void speakAgain() {
    LOG.setLevel(null);
  }

  private LocalStore open(StorageMemory memory) {
    return LocalStore.open(
        new StoreOptions(disk, new Random(7), 1 << 20, false).withMemory(memory));
  }

  private static TableDefinition fill(LocalStore store, int segments) {
    TableDefinition table = Tables.create(store, Tables.items("items"));
    for (int i = 0; i < segments; i++) {
      List<List<@Nullable Object>> rows = new ArrayList<>();
      for (long key = 100L * i; key < 100L * i + 64 - i; key++) {
        rows.add(Tables.row(key, (int) (key * 31 % 97)));
      }
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
      store.flush();
    }
    return table;
  }

  private static void define(
      LocalStore store,
      TableDefinition table,
      String name,
      Kind kind,
      Map<String, String> options) {
    Tables.commit(
        store,
        t ->
            t.change(
                new CatalogChange.PutIndex(VectorSearches.index(t, table, name, kind, options))));
  }

  private List<String> files() {
    List<String> found = new ArrayList<>();
    for (UUID segment : SegmentDirectory.list(disk)) {
      for (IndexId index : SegmentDirectory.indexes(disk, segment)) {
        found.add(SegmentDirectory.indexFile(segment, index));
      }
    }
    return found;
  }

  private byte[] read(String path) {
    try (StorageFile file = disk.open(path, FileSystem.Mode.READ)) {
      return file.read(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private void write(String path, byte[] content) {
    disk.delete(path);
    try (StorageFile file = disk.open(path, FileSystem.Mode.CREATE)) {
      if (content.length > 0) {
        file.write(0, MemorySegment.ofArray(content));
      }
    }
  }

  /** Opens what has one damaged file, and sees it replaced. */
  private void assertMadeAnew(String path, StorageMemory memory, String what) {
    CheckReport report = Check.run(disk);
    assertThat(report.damages()).as(what).hasSize(1);
    assertThat(report.damages().getFirst().file()).as(what).contains(path);
    assertReplaced(path, memory, what);
    Tables.assertClean(disk, what);
  }

  private void assertReplaced(String path, StorageMemory memory, String what) {
    try (LocalStore store = open(memory)) {
      assertThat(VectorSearches.check(store, false, what)).isZero();
      store.buildIndexes();
      VectorSearches.check(store, true, what);
      assertThat(store.jobs()).as(what).filteredOn(j -> j.kind() == Job.Kind.INDEX).hasSize(1);
      assertThat(VectorSearches.leftovers(disk, store)).as(what).isEmpty();
    }
    assertThat(disk.exists(path)).as(what).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "FLAT,none",
    "HNSW,none",
    "HNSW,sq8",
    "HNSW,rabitq",
    "IVF_FLAT,none",
    "IVF_SQ8,none",
    "IVF_PQ,none",
    "IVF_RABITQ,none",
    "DISKANN,none"
  })
  void aFlippedBitAndACutAreFoundAndTheIndexIsMadeAnew(String kind, String quantizer) {
    try (LocalStore store = open(StorageMemory.RESIDENT)) {
      define(
          store,
          fill(store, 1),
          "by_embedding",
          Kind.valueOf(kind),
          quantizer.equals("none") ? Map.of() : Map.of("quantizer", quantizer));
      store.buildIndexes();
      assertThat(VectorSearches.check(store, true, "built")).isEqualTo(1);
    }
    String path = files().getFirst();
    byte[] good = read(path);
    Random random = new Random(SEED);
    int count = BYTES == 0 ? Math.ceilDiv(good.length - FIRST, STRIDE) : BYTES;
    System.out.println(kind + " " + quantizer + ": " + count + " of " + good.length + " bytes");
    for (int i = 0; i < count; i++) {
      int at = BYTES == 0 ? FIRST + i * STRIDE : position(random, good.length);
      byte[] damaged = good.clone();
      damaged[at] ^= (byte) (1 << random.nextInt(8));
      write(path, damaged);
      StorageMemory memory = i % 2 == 0 ? StorageMemory.RESIDENT : StorageMemory.MAPPED;
      assertMadeAnew(path, memory, kind + ", seed " + SEED + ", byte " + at);
    }
    for (int i = 0; i < Math.max(6, count / 8); i++) {
      int length =
          switch (i) {
            case 0 -> 0;
            case 1 -> EDGE_BYTES - 1;
            case 2 -> EDGE_BYTES;
            case 3 -> good.length - 1;
            default -> position(random, good.length);
          };
      write(path, Arrays.copyOf(good, length));
      assertMadeAnew(path, StorageMemory.RESIDENT, kind + " cut at " + length);
    }
  }

  /** Half of them near a multiple of 4 KiB, where something begins or ends. */
  private static int position(Random random, int length) {
    int at = random.nextInt(length);
    if (random.nextBoolean()) {
      at = at / EDGE_BYTES * EDGE_BYTES + random.nextInt(256) - 64;
    }
    return Math.clamp(at, 0, length - 1);
  }

  @Test
  void aFileOfAnotherSegmentOrIndexIsNotUsed() {
    try (LocalStore store = open(StorageMemory.RESIDENT)) {
      TableDefinition table = fill(store, 2);
      define(store, table, "first", Kind.HNSW, Map.of());
      define(store, table, "second", Kind.HNSW, Map.of());
      define(store, table, "third", Kind.HNSW, Map.of("m", "8"));
      store.buildIndexes();
      assertThat(VectorSearches.check(store, true, "built")).isEqualTo(6);
    }
    List<String> files = files();
    Map<String, byte[]> good = new TreeMap<>();
    files.forEach(path -> good.put(path, read(path)));
    for (Map.Entry<String, byte[]> source : good.entrySet()) {
      String from = source.getKey();
      for (String to : files) {
        if (from.equals(to)) {
          continue;
        }
        write(to, source.getValue());
        String what = from + " in the place of " + to;
        try (LocalStore store = open(StorageMemory.RESIDENT)) {
          store.buildIndexes();
          assertThat(VectorSearches.check(store, true, what)).isEqualTo(6);
          assertThat(store.jobs()).as(what).filteredOn(j -> j.kind() == Job.Kind.INDEX).hasSize(1);
        }
        assertThat(Arrays.mismatch(read(to), source.getValue())).as(what).isNotNegative();
      }
    }
  }

  @Test
  void aDamagedIndexIsMadeAnewInTheBackground() throws InterruptedException {
    try (LocalStore store = open(StorageMemory.RESIDENT)) {
      define(store, fill(store, 2), "by_embedding", Kind.DISKANN, Map.of());
      store.buildIndexes();
    }
    for (String path : files()) {
      byte[] damaged = read(path);
      damaged[damaged.length / 2] ^= 1;
      write(path, damaged);
    }
    try (LocalStore store = LocalStore.open(new StoreOptions(disk, new Random(8), 1 << 20, true))) {
      long deadline = System.nanoTime() + 30_000_000_000L;
      int searched = VectorSearches.check(store, false, "opened");
      while (searched < 2 && System.nanoTime() < deadline) {
        Thread.sleep(5);
        searched = VectorSearches.check(store, false, "meanwhile");
      }
      assertThat(searched).isEqualTo(2);
      assertThat(VectorSearches.leftovers(disk, store)).isEmpty();
    }
    Tables.assertClean(disk, "closed again");
  }
}
