package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalMetaStore;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.segment.SegmentColumn;
import io.quiver.storage.segment.SegmentWriter;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is wrong although every checksum is right, and what only looks wrong. */
class CheckTest {
  private static final UUID FIRST = new UUID(1, 1);
  private static final UUID SECOND = new UUID(1, 2);

  private final MemoryFileSystem files = new MemoryFileSystem();
  private final TableDefinition table;

  CheckTest() {
    try (LocalStore store = LocalStore.open(options())) {
      table = Tables.create(store, Tables.items("items"));
      Tables.commit(
          store, t -> t.append(table.id(), Tables.rows(table, Tables.row(1, 1), Tables.row(2, 2))));
      store.flush();
      Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(3, 3))));
    }
  }

  private StoreOptions options() {
    return new StoreOptions(files, new Random(7), 1 << 20, false);
  }

  @Test
  void aWholeDatabaseIsClean() {
    CheckReport report = Check.run(files);
    assertThat(report.damages()).isEmpty();
    assertThat(report.leftovers()).isEmpty();
    assertThat(report.tables()).isEqualTo(1);
    assertThat(report.segments()).isEqualTo(1);
    assertThat(report.rows()).isEqualTo(3);
    assertThat(report.logRecords()).isPositive();
    assertThat(report.segmentBytes()).isPositive();
  }

  @Test
  void nothingIsChanged() {
    List<String> before = files.list("segments");
    files.createDirectories("segments/6b1d1f6e-6f43-4c8e-9d3a-0a4f6a7d2c11");
    files.createDirectories("tmp/half");
    CheckReport report = Check.run(files);
    assertThat(report.isClean()).isTrue();
    assertThat(report.leftovers()).hasSize(2).anyMatch(left -> left.contains("tmp/half"));
    assertThat(files.list("segments")).hasSize(before.size() + 1);
  }

  @Test
  void anOpenDatabaseIsNotChecked() {
    try (LocalStore store = LocalStore.open(options())) {
      assertThat(store.flushFailure()).isNull();
      assertThatThrownBy(() -> Check.run(files))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("55P03"));
    }
  }

  @Test
  void noDatabaseIs58P01() {
    assertThatThrownBy(() -> Check.run(new MemoryFileSystem()))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("58P01"));
  }

  @Test
  void damageInSeveralFilesIsToldAtOnce() {
    for (String path : new String[] {"/data.arrow", "/2.arrow"}) {
      flip("segments/" + files.list("segments").getFirst() + path, 100);
    }
    flip("meta/heads", 30);
    assertThat(Check.run(files).damages().toString())
        .contains("data.arrow", "2.arrow", "meta/heads");
  }

  @Test
  void aKeyTwiceIsTold() {
    install(rows(10, 5L, 6L), rows(20, 7L, 6L));
    assertThat(damages()).contains("table items has the key (6) twice");
  }

  @Test
  void aKeyThatTheLogHasAgainIsTold() {
    install(rows(10, 3L, 6L), null);
    assertThat(damages()).contains("table items has the key (3) twice");
  }

  @Test
  void rowIdsThatDoNotAscendAreTold() {
    install(rows(10, 5L, 6L), rows(11, 7L, 8L));
    assertThat(damages()).contains("has the id 11, wanted above 11");
  }

  @Test
  void rowIdsThatAreYetToBeGivenAreTold() {
    install(rows(101, 5L, 6L), null);
    assertThat(damages()).contains("has the id 101, wanted above -1 and below 101");
  }

  @Test
  void aNullInANotNullColumnIsTold() {
    install(rows(10, 5L, null), null);
    assertThat(damages()).contains("null in column id, which is NOT NULL");
  }

  @Test
  void textThatIsNoUtf8IsTold() {
    List<Column> columns = new ArrayList<>(rows(10, 5L, 6L));
    byte[] bytes = "abcd".getBytes(StandardCharsets.US_ASCII);
    bytes[1] = (byte) 0xC3;
    MemorySegment data = java.lang.foreign.Arena.ofAuto().allocate(8);
    MemorySegment.copy(MemorySegment.ofArray(bytes), 0, data, 0, 4);
    MemorySegment offsets = java.lang.foreign.Arena.ofAuto().allocate(12, 4);
    offsets.setAtIndex(ValueLayout.JAVA_INT, 1, 2);
    offsets.setAtIndex(ValueLayout.JAVA_INT, 2, 4);
    columns.set(2, Column.of(new SqlType.Varchar(10), 2, null, data, offsets));
    install(columns, null);
    assertThat(damages()).contains("column 1: row 0 is no UTF-8");
  }

  @Test
  void aVectorThatIsNotFiniteIsTold() {
    List<Column> columns = new ArrayList<>(rows(10, 5L, 6L));
    ColumnBuilder builder = new ColumnBuilder(SqlType.vector(3), 2);
    builder.append(new float[] {1, 2, 3});
    builder.append(new float[] {1, Float.POSITIVE_INFINITY, 3});
    columns.set(3, builder.build());
    install(columns, null);
    assertThat(damages()).contains("column 2: row 1 is a vector with an element");
  }

  @Test
  void anotherNumberOfRowsThanTheManifestSaysIsTold() {
    write(FIRST, rows(10, 5L, 6L));
    install(new Manifest.Segment(FIRST, 10, 3, 100, DeletedRows.NONE));
    assertThat(damages()).contains("2 rows, the manifest says 3");
  }

  private String damages() {
    CheckReport report = Check.run(files);
    assertThat(report.isClean()).isFalse();
    return report.damages().toString();
  }

  /** Row ids from {@code firstRowId} on, and the table's columns, all null but the key. */
  private List<Column> rows(long firstRowId, @Nullable Long... keys) {
    List<Column> columns = new ArrayList<>();
    ColumnBuilder ids = new ColumnBuilder(SqlType.BIGINT, keys.length);
    for (int i = 0; i < keys.length; i++) {
      ids.append(firstRowId + i);
    }
    columns.add(ids.build());
    for (ColumnDefinition column : table.columns()) {
      ColumnBuilder builder = new ColumnBuilder(column.type(), keys.length);
      for (Long key : keys) {
        builder.append(column.nullable() ? null : key);
      }
      columns.add(builder.build());
    }
    return columns;
  }

  private void write(UUID id, List<Column> columns) {
    List<SegmentColumn> all = new ArrayList<>();
    all.add(new SegmentColumn(ColumnId.ROW_ID, "row_id", false, columns.getFirst()));
    for (int i = 0; i < table.columns().size(); i++) {
      ColumnDefinition column = table.columns().get(i);
      all.add(new SegmentColumn(column.id(), column.name(), true, columns.get(i + 1)));
    }
    SegmentWriter.write(files, id, all, Set.copyOf(table.primaryKey()));
  }

  private void install(List<Column> first, @Nullable List<Column> second) {
    write(FIRST, first);
    Manifest.Segment one = segment(FIRST, first);
    if (second == null) {
      install(one);
    } else {
      write(SECOND, second);
      install(one, segment(SECOND, second));
    }
  }

  private static Manifest.Segment segment(UUID id, List<Column> columns) {
    return new Manifest.Segment(id, columns.getFirst().getLong(0), 2, 100, DeletedRows.NONE);
  }

  /** Other segments in the place of the table's, as a bug might do. */
  private void install(Manifest.Segment... segments) {
    try (LocalMetaStore heads = new LocalMetaStore(files)) {
      ManifestStore manifests = new ManifestStore(files, heads);
      Manifest old = manifests.read();
      Manifest.Table rows = old.tables().getFirst();
      manifests.install(
          new Manifest(
              old.number() + 1,
              old.commitVersion(),
              old.replayFrom(),
              old.catalog(),
              old.nextTable(),
              List.of(
                  new Manifest.Table(
                      rows.definition(), 100, rows.nextIdentity(), List.of(segments)))));
    }
  }

  private void flip(String path, long at) {
    try (StorageFile file = files.open(path, FileSystem.Mode.WRITE)) {
      byte[] flipped = {(byte) (file.read(at, 1).get(ValueLayout.JAVA_BYTE, 0) ^ 4)};
      file.write(at, MemorySegment.ofArray(flipped));
    }
  }
}
