package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Building an index is cut short at every operation, and its file damaged at every byte. */
class IndexCrashTest {
  private static final int ROWS = 300;

  private static StoreOptions options(FileSystem files, long seed) {
    return new StoreOptions(files, new Random(seed), 1 << 20, false);
  }

  private static TableDefinition fill(LocalStore store) {
    TableDefinition table = Tables.create(store, Tables.items("items"));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int id = 0; id < ROWS; id++) {
      rows.add(Tables.row(id, id * 31 % 97));
    }
    Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, rows)));
    store.flush();
    return table;
  }

  private static void createIndex(
      LocalStore store, TableDefinition table, IndexDefinition.Kind kind) {
    Tables.commit(
        store,
        t ->
            t.change(
                new CatalogChange.PutIndex(
                    new IndexDefinition(
                        t.newIndex(),
                        table.id(),
                        "by_name",
                        kind,
                        List.of(new IndexDefinition.Key(new ColumnId(1), true, false)),
                        null,
                        List.of(),
                        null,
                        Map.of(),
                        null))));
  }

  /** How many rows the index has of the table's. */
  private static long indexed(LocalStore store) {
    long rows = 0;
    try (Snapshot snapshot = store.snapshot()) {
      for (IndexDefinition index : snapshot.catalog().indexes()) {
        for (SegmentView segment : snapshot.table(index.table()).segments()) {
          ScalarIndex found = snapshot.index(index, segment);
          rows += found == null ? 0 : found.rows();
        }
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPowerCutWhileAnIndexIsBuiltLosesNothing(long seed) {
    boolean done = false;
    for (int cut = 0; !done; cut++) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());
      LocalStore store = LocalStore.open(options(files, seed));
      TableDefinition table = fill(store);
      createIndex(store, table, IndexDefinition.Kind.BTREE);
      files.follow(Plan.powerCutAfter(files.operations() + cut));
      try {
        store.buildIndexes();
        done = true;
      } catch (QuiverException e) {
        assertThat(e.sqlState()).as("seed " + seed + ", cut " + cut).isEqualTo("58030");
      }
      Tables.closeQuietly(store);
      MemoryFileSystem found = disk.afterPowerCut(seed + cut);
      try (LocalStore again = LocalStore.open(options(found, seed + 100))) {
        assertThat(Tables.read(again, table)).hasSize(ROWS);
        // Whether or not the file survived, the index is there in the end.
        again.buildIndexes();
        assertThat(indexed(again)).as("seed " + seed + ", cut " + cut).isEqualTo(ROWS);
      }
      Tables.assertClean(found, "seed " + seed + ", cut " + cut);
    }
  }

  @Test
  void aFullDiskKeepsAnIndexFromBeingBuiltAndNothingElse() {
    FaultyFileSystem files = new FaultyFileSystem(new MemoryFileSystem(), Plan.never());
    try (LocalStore store = LocalStore.open(options(files, 1))) {
      TableDefinition table = fill(store);
      createIndex(store, table, IndexDefinition.Kind.BTREE);
      files.follow((number, operation, path) -> {
        if (path.startsWith("tmp/") && path.chars().filter(c -> c == '/').count() == 1) {
          Plan.diskFullFrom(0).before(number, operation, path);
        }
      });
      Tables.commit(
          store, t -> t.append(table.id(), Tables.rows(table, List.of(Tables.row(1_000, 1)))));
      assertThat(Tables.read(store, table)).hasSize(ROWS + 1);
      files.follow(Plan.never());
      store.buildIndexes();
      store.flush();
      assertThat(indexed(store)).isEqualTo(ROWS + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"BTREE", "BITMAP"})
  void eachDamagedByteIsFoundAndTheIndexMadeAnew(String kind) {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk, 5))) {
      createIndex(store, fill(store), IndexDefinition.Kind.valueOf(kind));
      store.buildIndexes();
    }
    String segment = "segments/" + disk.list("segments").getFirst();
    String path =
        segment
            + "/"
            + disk.list(segment).stream()
                .filter(n -> n.endsWith(".index"))
                .findFirst()
                .orElseThrow();
    try (StorageFile file = disk.open(path, FileSystem.Mode.WRITE)) {
      byte[] good = file.read(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
      for (int at = 0; at < good.length; at += at < 100 ? 1 : 13) {
        file.write(at, MemorySegment.ofArray(new byte[] {(byte) (good[at] ^ 1 << (at & 7))}));
        try (LocalStore store = LocalStore.openReadOnly(options(disk, 6))) {
          assertThat(indexed(store)).as("byte " + at).isZero();
        }
        file.write(at, MemorySegment.ofArray(new byte[] {good[at]}));
      }
      file.write(
          good.length / 2, MemorySegment.ofArray(new byte[] {(byte) ~good[good.length / 2]}));
    }
    CheckReport report = Check.run(disk);
    assertThat(report.damages()).hasSize(1);
    assertThat(report.damages().getFirst().file()).contains(path);
    assertThat(report.damages().getFirst().what()).contains("it is an index");
    try (LocalStore store = LocalStore.open(options(disk, 7))) {
      assertThat(indexed(store)).isZero();
      store.buildIndexes();
      assertThat(indexed(store)).isEqualTo(ROWS);
    }
    Tables.assertClean(disk, kind);
  }

  @Test
  void aDroppedIndexLeavesNoFile() {
    MemoryFileSystem disk = new MemoryFileSystem();
    try (LocalStore store = LocalStore.open(options(disk, 5))) {
      createIndex(store, fill(store), IndexDefinition.Kind.SCALAR);
      store.buildIndexes();
      try (Snapshot snapshot = store.snapshot()) {
        IndexDefinition index = snapshot.catalog().indexes().getFirst();
        SegmentView segment = snapshot.table(index.table()).segments().getFirst();
        assertThat(snapshot.index(index, segment)).isNotNull();
        Tables.commit(store, t -> t.change(new CatalogChange.DropIndex(index.id())));
        store.buildIndexes();
        // Who has begun before goes on with it.
        assertThat(snapshot.index(index, segment)).isNotNull();
      }
      String segment = "segments/" + disk.list("segments").getFirst();
      assertThat(disk.list(segment)).noneMatch(name -> name.endsWith(".index"));
    }
    Tables.assertClean(disk, "dropped");
  }
}
