package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of changes, flushes and compactions, against a map. While a segment is written,
 * other changes, flushes and compactions come in between. The seed is the test's argument.
 */
class CompactionHistoryTest {
  private static final int STEPS = 160;
  private static final int KEYS = 400;

  private final MemoryFileSystem disk = new MemoryFileSystem();
  private final FaultyFileSystem files = new FaultyFileSystem(disk, FaultyFileSystem.Plan.never());
  private final Map<Long, String> committed = new TreeMap<>();
  private final List<Old> old = new ArrayList<>();
  private @Nullable LocalStore store;
  private @Nullable TableDefinition table;
  private int revision;
  private int between;
  private boolean nested;

  /** In a transaction, which others would only conflict with. */
  private boolean changing;

  /** A snapshot that is kept, and what it must show for ever. */
  private record Old(Snapshot snapshot, Map<Long, String> rows) {}

  private StoreOptions options(Random random) {
    // Segments of a few thousand bytes are full.
    StoreOptions.Limits limits =
        new StoreOptions.Limits(1_000_000, Duration.ofDays(1), 20_000, 1L << 40, bulkBytes(random));
    return new StoreOptions(files, random, 1 << 20, false).withLimits(limits);
  }

  /** Transactions write segments themselves, or never do. */
  private static long bulkBytes(Random random) {
    return random.nextBoolean() ? 200 : 1 << 20;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void compactionChangesNoRow(long seed) {
    Random random = new Random(seed);
    LocalStore opened = LocalStore.open(options(random));
    try {
      store = opened;
      TableDefinition made = Tables.create(opened, Tables.items("items"));
      table = made;
      for (int step = 0; step < STEPS; step++) {
        interleave(random);
        int choice = random.nextInt(100);
        if (choice < 55) {
          change(random, 60);
        } else if (choice < 75) {
          opened.flush();
        } else if (choice < 87) {
          opened.compact();
        } else if (choice < 91) {
          opened.optimize(made.id(), () -> false);
        } else if (choice < 95) {
          old.add(new Old(opened.snapshot(), new TreeMap<>(committed)));
        } else if (choice < 97 && !old.isEmpty()) {
          Old done = old.remove(random.nextInt(old.size()));
          assertThat(values(done.snapshot(), made)).isEqualTo(done.rows());
          done.snapshot().close();
        } else if (old.isEmpty()) {
          opened.close();
          opened = LocalStore.open(options(random));
          store = opened;
        }
        String when = "seed " + seed + ", step " + step;
        try (Snapshot snapshot = opened.snapshot()) {
          assertThat(values(snapshot, made)).as(when).isEqualTo(committed);
        }
      }
      assertThat(between).isGreaterThan(10);
      files.follow(FaultyFileSystem.Plan.never());
      for (Old each : old) {
        assertThat(values(each.snapshot(), made)).as("seed " + seed).isEqualTo(each.rows());
        each.snapshot().close();
      }
      opened.optimize(made.id(), () -> false);
      opened.checkpoint();
      checkFull(opened, made);
    } finally {
      opened.close();
    }
    try (LocalStore last = LocalStore.open(options(random));
        Snapshot snapshot = last.snapshot()) {
      assertThat(values(snapshot, last.snapshot().catalog().tables().getFirst()))
          .as("seed " + seed)
          .isEqualTo(committed);
    }
  }

  /** Nothing is deleted, two neighbours fit into no segment, and no other files are there. */
  private void checkFull(LocalStore opened, TableDefinition made) {
    try (Snapshot snapshot = opened.snapshot()) {
      var segments = snapshot.table(made.id()).segments();
      assertThat(disk.list("segments")).hasSameSizeAs(segments);
      assertThat(disk.list("tmp")).isEmpty();
      assertThat(segments).allMatch(segment -> segment.live() == null);
      assertThat(segments.size()).isLessThan(6);
    }
  }

  /** Does something else each time that a segment's file is begun, now and then. */
  private void interleave(Random random) {
    files.follow((number, operation, path) -> {
      boolean writing = operation == Operation.CREATE && path.endsWith(".arrow");
      if (!writing || nested || changing || random.nextInt(3) == 0) {
        return;
      }
      nested = true;
      try {
        between++;
        LocalStore open = Objects.requireNonNull(store);
        switch (random.nextInt(4)) {
          case 0 -> open.compact();
          case 1 -> {
            change(random, 10);
            flushUnlessFlushing(open);
          }
          default -> change(random, 20);
        }
      } finally {
        nested = false;
      }
    });
  }

  /** A thread that flushes would only come back into its own flush. */
  private static void flushUnlessFlushing(LocalStore open) {
    if (open.jobs().stream()
        .noneMatch(job -> job.kind() == Job.Kind.FLUSH && job.state() == Job.State.RUNNING)) {
      open.flush();
    }
  }

  private void change(Random random, int most) {
    LocalStore open = Objects.requireNonNull(store);
    TableDefinition items = Objects.requireNonNull(table);
    Map<Long, Tables.Row> visible = Tables.read(open, items);
    Set<Long> deletedKeys = new HashSet<>();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    Set<Long> added = new HashSet<>();
    int count = 1 + random.nextInt(most);
    long[] deleted = new long[count];
    int deletedCount = 0;
    boolean deletes = random.nextInt(3) == 0;
    for (int i = 0; i < count; i++) {
      long key = random.nextInt(KEYS);
      Tables.Row there = visible.get(key);
      if (there != null && deletedKeys.add(key)) {
        deleted[deletedCount++] = there.rowId();
      }
      if (!deletes && added.add(key)) {
        rows.add(Tables.row(key, ++revision));
      }
    }
    long[] gone = Arrays.copyOf(deleted, deletedCount);
    Arrays.sort(gone);
    changing = true;
    Tables.commit(
        open,
        transaction -> {
          transaction.delete(items.id(), gone);
          transaction.append(items.id(), Tables.rows(items, rows));
        });
    changing = false;
    committed.keySet().removeAll(deletedKeys);
    for (List<@Nullable Object> row : rows) {
      committed.put((Long) Objects.requireNonNull(row.getFirst()), Tables.text(row));
    }
  }

  private static Map<Long, String> values(Snapshot snapshot, TableDefinition table) {
    Map<Long, String> values = new TreeMap<>();
    Tables.read(snapshot, table).forEach((key, row) -> values.put(key, row.values()));
    return values;
  }
}
