package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every file of a small database with each bit flipped, and cut at every length: whoever opens and
 * reads it is told the file, or gets rows that were committed once. {@code -Ddamage.bits=0} takes
 * all bits, any other number so many of each file, {@code -Ddamage.seed=7} others.
 */
class DamageTest {
  private static final int BITS = Integer.getInteger("damage.bits", 250);
  private static final long SEED = Long.getLong("damage.seed", 20_260_728L);

  /** The rows after each commit; null before the table was made. */
  private final List<Map<Long, String>> states = new ArrayList<>();

  private final Map<String, byte[]> database = new TreeMap<>();

  private static StoreOptions options(FileSystem files) {
    return new StoreOptions(files, new Random(7), 1 << 20, false);
  }

  /** A segment with a deleted row, and three commits that only the log has. */
  DamageTest() {
    MemoryFileSystem files = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(files))) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      states.add(Map.of());
      for (int commit = 0; commit < 6; commit++) {
        int first = 2 * commit;
        Tables.commit(
            store,
            t -> {
              t.append(
                  table.id(),
                  Tables.rows(table, Tables.row(first, first + 1), Tables.row(first + 1, first)));
              if (first >= 2) {
                long rowId = Tables.at(Tables.read(t, table), first - 2).rowId();
                t.delete(table.id(), new long[] {rowId});
              }
            });
        if (commit < 3) {
          store.flush();
        }
        states.add(rows(store));
      }
    }
    collect(files, "");
  }

  private void collect(FileSystem files, String directory) {
    for (String name : files.list(directory)) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (files.isFile(path)) {
        try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
          long size = file.size();
          database.put(
              path, size == 0 ? new byte[0] : file.read(0, size).toArray(ValueLayout.JAVA_BYTE));
        }
      } else {
        collect(files, path);
      }
    }
  }

  private MemoryFileSystem copy(String changed, byte[] content) {
    MemoryFileSystem files = new MemoryFileSystem();
    database.forEach((path, bytes) -> {
      int slash = path.lastIndexOf('/');
      files.createDirectories(slash < 0 ? "" : path.substring(0, slash));
      try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
        file.write(0, MemorySegment.ofArray(path.equals(changed) ? content : bytes));
      }
    });
    return files;
  }

  private static Map<Long, String> rows(LocalStore store) {
    try (Snapshot snapshot = store.snapshot()) {
      Map<Long, String> rows = new TreeMap<>();
      snapshot
          .catalog()
          .tables()
          .forEach(table ->
              Tables.read(snapshot, table).forEach((key, row) -> rows.put(key, row.values())));
      return rows;
    }
  }

  /** Opens and reads what is damaged, and checks it. */
  private void assertTold(String path, byte[] content, String what) {
    MemoryFileSystem files = copy(path, content);
    CheckReport report;
    try {
      report = Check.run(files);
    } catch (QuiverException e) {
      assertThat(e.getMessage()).as(what).contains(path);
      assertThatThrownBy(() -> LocalStore.open(options(files)))
          .as(what)
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining(path);
      return;
    }
    boolean told =
        report.damages().stream().anyMatch(damage -> damage.file().contains(path))
            || report.leftovers().stream().anyMatch(leftover -> leftover.contains(path));
    boolean tail = !report.leftovers().isEmpty() && path.startsWith("log/");
    Map<Long, String> found;
    try (LocalStore store = LocalStore.open(options(files))) {
      found = rows(store);
    } catch (QuiverException e) {
      assertThat(e.getMessage()).as(what).contains(path);
      assertThat(told).as(what + ": " + report).isTrue();
      return;
    }
    // A torn tail of the log cannot be told from damage there: whole commits may be gone.
    assertThat(found).as(what).isIn(states.subList(4, states.size()));
    if (!found.equals(states.getLast())) {
      assertThat(path).as(what).startsWith("log/");
    }
    assertThat(told).as(what + ": " + report).isTrue();
    assertThat(report.isClean()).as(what + ": " + report).isEqualTo(tail);
  }

  @Test
  void everyFlippedBitIsTold() {
    System.out.println("damage.seed=" + SEED + " damage.bits=" + BITS);
    Random random = new Random(SEED);
    for (Map.Entry<String, byte[]> entry : database.entrySet()) {
      if (entry.getKey().equals(DatabaseFormat.LOCK)) {
        continue;
      }
      int bits = entry.getValue().length * 8;
      int count = BITS == 0 ? bits : Math.min(BITS, bits);
      for (int i = 0; i < count; i++) {
        int bit = count == bits ? i : random.nextInt(bits);
        byte[] flipped = entry.getValue().clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        assertTold(entry.getKey(), flipped, entry.getKey() + ", seed " + SEED + ", bit " + bit);
      }
    }
  }

  @Test
  void everyCutIsTold() {
    for (Map.Entry<String, byte[]> entry : database.entrySet()) {
      byte[] whole = entry.getValue();
      if (entry.getKey().equals(DatabaseFormat.LOCK)) {
        continue;
      }
      int step = (whole.length > 2_000 ? 7 : 1) * Tables.crashStride();
      for (int length = 0; length < whole.length; length += step) {
        byte[] cut = Arrays.copyOf(whole, length);
        if (entry.getKey().startsWith("log/")) {
          assertCutLog(entry.getKey(), cut);
        } else {
          assertTold(entry.getKey(), cut, entry.getKey() + " cut at " + length);
        }
      }
    }
  }

  /**
   * Cut between two records the log is whole: the last commits were never made, for all we know.
   */
  private void assertCutLog(String path, byte[] cut) {
    MemoryFileSystem files = copy(path, cut);
    String what = path + " cut at " + cut.length;
    CheckReport report = Check.run(files);
    if (report.isClean()) {
      try (LocalStore store = LocalStore.open(options(files))) {
        assertThat(rows(store)).as(what).isIn(states.subList(3, states.size()));
      }
    } else {
      assertThatThrownBy(() -> LocalStore.open(options(files)))
          .as(what + ": " + report)
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining("log");
    }
  }

  @Test
  void aMissingFileIsTold() {
    for (String missing : database.keySet()) {
      if (missing.startsWith("log/") || missing.equals(DatabaseFormat.LOCK)) {
        continue;
      }
      MemoryFileSystem files = copy("", new byte[0]);
      files.delete(missing);
      if (missing.equals("FORMAT")) {
        assertThatThrownBy(() -> Check.run(files)).hasMessageContaining(missing);
      } else {
        assertThat(Check.run(files).damages().toString()).contains(missing);
      }
      assertThatThrownBy(() -> rows(LocalStore.open(options(files))))
          .isInstanceOf(QuiverException.class)
          .hasMessageContaining(missing);
      assertThat(files.list("segments")).as("nothing is taken away").isNotEmpty();
    }
  }
}
