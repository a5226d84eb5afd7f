package io.quiver.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read, damage is named, and a power cut leaves a whole segment or none. */
final class SegmentTest {
  private static final UUID ID = new UUID(1, 2);
  private static final Set<ColumnId> FILTERED = Set.of(new ColumnId(2));

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 1_000, 5_000})
  void everyColumnComesBackAsItWas(int rows) {
    FileSystem files = new MemoryFileSystem();
    List<SegmentColumn> columns = Columns.all(rows, rows);
    SegmentWriter.write(files, ID, columns, FILTERED);
    SegmentReader reader = SegmentReader.open(files, ID);
    assertThat(reader.rowCount()).isEqualTo(rows);
    assertThat(reader.columnIds()).hasSize(columns.size()).contains(ColumnId.ROW_ID);
    for (SegmentColumn written : columns) {
      Column read = reader.column(written.id());
      assertThat(read.type()).isEqualTo(written.column().type());
      assertThat(Columns.values(read))
          .as(written.name())
          .isEqualTo(Columns.values(written.column()));
      assertThat(read.data().address() % 64).isZero();
    }
    assertThat(reader.has(new ColumnId(99))).isFalse();
  }

  @Test
  void slicesAreWrittenWithoutTheirNeighbours() {
    FileSystem files = new MemoryFileSystem();
    List<SegmentColumn> slices = new ArrayList<>();
    for (SegmentColumn whole : Columns.all(100, 5)) {
      Column slice = whole.column().slice(24, 41);
      slices.add(new SegmentColumn(whole.id(), whole.name(), whole.nullable(), slice));
    }
    SegmentWriter.write(files, ID, slices, FILTERED);
    SegmentReader reader = SegmentReader.open(files, ID);
    for (SegmentColumn slice : slices) {
      assertThat(Columns.values(reader.column(slice.id())))
          .as(slice.name())
          .isEqualTo(Columns.values(slice.column()));
    }
  }

  @Test
  void everyFlippedBitIsDetected() {
    MemoryFileSystem files = small();
    for (String name : files.list("segments/" + ID)) {
      String path = "segments/" + ID + "/" + name;
      byte[] original = content(files, path);
      for (int bit = 0; bit < original.length * 8; bit++) {
        byte[] flipped = original.clone();
        flipped[bit / 8] ^= (byte) (1 << (bit % 8));
        replace(files, path, flipped);
        assertDamaged(files, path, "bit", bit);
      }
      replace(files, path, original);
    }
    readAll(files);
  }

  @Test
  void aFileCutAtAnyByteIsDetected() {
    MemoryFileSystem files = small();
    for (String name : files.list("segments/" + ID)) {
      String path = "segments/" + ID + "/" + name;
      byte[] original = content(files, path);
      for (int cut = 0; cut < original.length; cut++) {
        replace(files, path, Arrays.copyOf(original, cut));
        assertDamaged(files, path, "cut", cut);
      }
      files.delete(path);
      assertThatThrownBy(() -> readAll(files))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(path);
      replace(files, path, original);
    }
  }

  @Test
  void aFileOfAnotherSegmentIsRefused() {
    MemoryFileSystem files = small();
    UUID other = new UUID(3, 4);
    SegmentWriter.write(files, other, columns(), FILTERED);
    replace(files, "segments/" + ID + "/1.arrow", content(files, "segments/" + other + "/1.arrow"));
    assertThatThrownBy(() -> readAll(files))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(other.toString());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPowerCutAfterAnyOperationLeavesAWholeSegmentOrNone(long seed) {
    Random random = new Random(seed);
    for (int k = 0; k < 40; k++) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      boolean written = writeOrFail(new FaultyFileSystem(disk, Plan.powerCutAfter(k)));
      for (int cut = 0; cut < 20; cut++) {
        long cutSeed = random.nextLong();
        String what = "seed %d, after operation %d, cut %d".formatted(seed, k, cutSeed);
        MemoryFileSystem after = disk.afterPowerCut(cutSeed);
        List<UUID> found = SegmentDirectory.list(after);
        if (written) {
          assertThat(found).as(what).containsExactly(ID);
        }
        if (!found.isEmpty()) {
          readAll(after);
        } else {
          SegmentWriter.write(after, ID, columns(), FILTERED);
          readAll(after);
        }
      }
    }
  }

  @Test
  void aFailedWriteLeavesNoSegmentAndTheNextOneSucceeds() {
    int k = 1;
    MemoryFileSystem disk = new MemoryFileSystem();
    while (!writeOrFail(new FaultyFileSystem(disk, Plan.failAt(k)))) {
      if (disk.exists("segments/" + ID)) {
        // The rename was done, its sync failed.
        SegmentDirectory.delete(disk, ID);
      }
      SegmentWriter.write(disk, ID, columns(), FILTERED);
      readAll(disk);
      SegmentDirectory.delete(disk, ID);
      assertThat(SegmentDirectory.list(disk)).isEmpty();
      assertThat(disk.list("tmp")).isEmpty();
      k++;
    }
    assertThat(k).isGreaterThan(10);
  }

  private static boolean writeOrFail(FileSystem files) {
    try {
      SegmentWriter.write(files, ID, columns(), FILTERED);
      return true;
    } catch (QuiverException e) {
      return false;
    }
  }

  private static MemoryFileSystem small() {
    MemoryFileSystem files = new MemoryFileSystem();
    SegmentWriter.write(files, ID, columns(), FILTERED);
    return files;
  }

  private static List<SegmentColumn> columns() {
    Random random = new Random(7);
    return List.of(
        Columns.rowIds(5),
        new SegmentColumn(
            new ColumnId(1), "v", true, Columns.column(SqlType.vector(3), 5, true, random)),
        new SegmentColumn(
            new ColumnId(2), "t", true, Columns.column(SqlType.TEXT, 5, true, random)));
  }

  private static void readAll(FileSystem files) {
    SegmentReader reader = SegmentReader.open(files, ID);
    for (ColumnId id : reader.columnIds()) {
      reader.column(id);
      ColumnSummary summary = reader.summary(id);
      if (summary != null) {
        summary.zones();
        summary.filter();
      }
    }
  }

  /** Plain, because it is called for every bit. */
  private static void assertDamaged(FileSystem files, String path, String what, int where) {
    try {
      readAll(files);
    } catch (CorruptionException e) {
      if (String.valueOf(e.getMessage()).contains(path)) {
        return;
      }
      throw new AssertionError(path + ", " + what + " " + where + ": wrong message", e);
    }
    throw new AssertionError(path + ", " + what + " " + where + " was not noticed");
  }

  private static byte[] content(FileSystem files, String path) {
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return file.read(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  private static void replace(FileSystem files, String path, byte[] content) {
    files.delete(path);
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      file.write(0, MemorySegment.ofArray(content));
    }
  }
}
