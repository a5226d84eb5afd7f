package io.quiver.storage;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TableSnapshot;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.SqlType;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The database of the golden files, which has one of everything that is stored: every type, null
 * and not, in segments and in the log; deleted rows in the manifest and in the log; a segment that
 * a large transaction wrote; every change of the catalog. The same bytes whenever it is made.
 */
final class GoldenDatabase {
  /** A type, and two values of it. */
  private record Sample(SqlType type, Object one, Object other) {}

  private static final List<Sample> SAMPLES =
      List.of(
          new Sample(SqlType.BOOLEAN, true, false),
          new Sample(SqlType.TINYINT, (byte) -128, (byte) 7),
          new Sample(SqlType.SMALLINT, (short) -32_768, (short) 9),
          new Sample(SqlType.INTEGER, Integer.MIN_VALUE, 42),
          new Sample(SqlType.REAL, Float.NaN, -0.0f),
          new Sample(SqlType.DOUBLE, Double.NEGATIVE_INFINITY, 2.5),
          new Sample(
              new SqlType.Decimal(38, 4),
              new BigDecimal("-9999999999999999999999999999999999.9999"),
              new BigDecimal("0.0001")),
          new Sample(SqlType.TEXT, "naïve 日本語", ""),
          new Sample(new SqlType.Varchar(5), "five5", "f"),
          new Sample(SqlType.VARBINARY, new byte[] {0, -1}, new byte[0]),
          new Sample(SqlType.DATE, LocalDate.of(1, 1, 1), LocalDate.of(2026, 7, 28)),
          new Sample(SqlType.TIME, LocalTime.of(23, 59, 59, 999_999_000), LocalTime.MIDNIGHT),
          new Sample(
              SqlType.TIMESTAMP,
              LocalDateTime.of(1969, 12, 31, 23, 59, 59, 1_000),
              LocalDateTime.of(2000, 2, 29, 0, 0)),
          new Sample(SqlType.TIMESTAMP_TZ, Instant.EPOCH, Instant.ofEpochSecond(1_785_196_800L)),
          new Sample(SqlType.UUID, new UUID(1, 2), new UUID(-1, -1)),
          new Sample(SqlType.JSON, "{\"a\": [1, null]}", "null"),
          new Sample(new SqlType.Array(SqlType.INTEGER), Arrays.asList(1, null, 3), List.of()),
          new Sample(new SqlType.Array(SqlType.TEXT), List.of("x", ""), List.of("ü")),
          new Sample(SqlType.vector(3), new float[] {1, -0.5f, 1e-30f}, new float[3]),
          new Sample(
              new SqlType.Vector(2, SqlType.Element.FLOAT16),
              new float[] {0.5f, -2},
              new float[] {1, 0}),
          new Sample(
              new SqlType.Vector(2, SqlType.Element.BFLOAT16),
              new float[] {1.5f, 3},
              new float[] {0, -1}),
          new Sample(
              new SqlType.Vector(3, SqlType.Element.INT8),
              new byte[] {-128, 0, 127},
              new byte[] {1, 2, 3}),
          new Sample(
              new SqlType.Vector(9, SqlType.Element.BINARY),
              new byte[] {(byte) 0xA5, (byte) 0x80},
              new byte[2]));

  private GoldenDatabase() {}

  /** Makes it in an empty directory, rows and definitions in segments, the manifest and the log. */
  static void write(FileSystem files) {
    StoreOptions options =
        new StoreOptions(files, new Random(20_260_728), 1 << 20, false).withBulkBytes(4_000);
    try (LocalStore store = LocalStore.open(options)) {
      make(store, store::flush);
    }
  }

  /** The same commits, of which the first ones are flushed. */
  static void make(Store store, Runnable flush) {
    TableDefinition everything = Tables.create(store, everything());
    // Built with the first segment: positions in order, and bitmaps.
    Tables.commit(
        store,
        t -> {
          t.change(scalar(t, everything, "sorted", IndexDefinition.Kind.BTREE, 8, 0));
          t.change(scalar(t, everything, "bitmaps", IndexDefinition.Kind.BITMAP, 1));
        });
    Tables.commit(
        store,
        t -> t.append(everything.id(), Tables.rows(everything, row(1, 0), row(2, 1), row(3, 2))));
    flush.run();
    // One table a flush: in which order a flush writes several, and so how it names them, is open.
    TableDefinition child = Tables.create(store, child(everything));
    Tables.commit(
        store,
        t ->
            t.append(child.id(), Tables.rows(child, List.of(10L, 1L, "a"), List.of(11L, 3L, "b"))));
    flush.run();
    Tables.commit(store, t -> t.delete(everything.id(), rowIds(t, everything, 2)));
    List<CatalogChange> later = define(store, everything);
    flush.run();
    Tables.commit(store, t -> t.restartIdentity(everything.id(), 100));
    Tables.commit(
        store,
        t -> {
          t.delete(child.id(), rowIds(t, child, 11));
          t.append(child.id(), Tables.rows(child, List.of(12L, 1L, "c")));
        });
    Tables.commit(store, t -> large(t, t.createTable(plain("bulk"))));
    Tables.commit(store, t -> later.forEach(t::change));
    Tables.commit(store, t -> t.dropTable(Tables.table(t, "doomed").id()));
    define(store, child);
    TableDefinition grown = Tables.table(store, "everything");
    Tables.commit(
        store,
        t -> {
          List<@Nullable Object> row = new ArrayList<>(row(4, 0));
          row.add("later");
          t.append(grown.id(), Tables.rows(grown, row));
        });
  }

  private static Transaction.NewTable everything() {
    List<ColumnDefinition> columns = new ArrayList<>();
    columns.add(
        new ColumnDefinition(
            new ColumnId(0),
            "id",
            SqlType.BIGINT,
            false,
            null,
            ColumnDefinition.Identity.BY_DEFAULT));
    for (Sample sample : SAMPLES) {
      columns.add(Tables.column("c" + columns.size(), sample.type(), true));
    }
    return Transaction.NewTable.keyed("public", "everything", columns, List.of(0));
  }

  private static Transaction.NewTable child(TableDefinition parent) {
    ColumnId id = new ColumnId(0);
    ColumnId of = new ColumnId(1);
    return new Transaction.NewTable(
        "public",
        "child",
        List.of(
            Tables.column("id", SqlType.BIGINT, false),
            Tables.column("parent", SqlType.BIGINT, true),
            Tables.column("text", SqlType.TEXT, true)),
        List.of(
            new Constraint.PrimaryKey("child_pkey", List.of(id)),
            new Constraint.Unique("child_unique", List.of(of, id), false),
            new Constraint.ForeignKey(
                "child_parent",
                List.of(of),
                parent.id(),
                parent.primaryKey(),
                Constraint.Action.CASCADE,
                Constraint.Action.NO_ACTION)));
  }

  private static Transaction.NewTable plain(String name) {
    return new Transaction.NewTable(
        "public",
        name,
        List.of(
            Tables.column("n", SqlType.INTEGER, false),
            Tables.column("v", SqlType.vector(4), true)),
        // An engine evaluates these; so only tables without rows have one here.
        name.equals("bulk")
            ? List.of()
            : List.of(new Constraint.Check(name + "_check", "n > 0", List.of(new ColumnId(0)))));
  }

  /** More rows than a transaction keeps in memory: they go straight to a segment. */
  private static void large(Transaction transaction, TableDefinition table) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      rows.add(Arrays.asList(i, i % 50 == 0 ? null : new float[] {i, 1, 2, 3}));
    }
    transaction.append(table.id(), Tables.rows(table, rows));
  }

  /** Definitions of every kind on a table, and the changes that take some of them back. */
  private static List<CatalogChange> define(Store store, TableDefinition table) {
    List<TableId> taken = new ArrayList<>();
    List<CatalogChange> undo = new ArrayList<>();
    String schema = "schema of " + table.name();
    Tables.commit(
        store,
        t -> {
          t.change(new CatalogChange.CreateSchema(schema));
          t.change(new CatalogChange.CreateSchema(schema + ", gone"));
          undo.add(new CatalogChange.DropSchema(schema + ", gone"));
          for (boolean kept : new boolean[] {true, false}) {
            ViewDefinition view = view(t, table, kept ? "kept" : "gone");
            t.change(new CatalogChange.PutView(view));
            IndexDefinition index = index(t, table, kept ? "kept" : "gone");
            t.change(new CatalogChange.PutIndex(index));
            SequenceDefinition sequence =
                SequenceDefinition.create(
                    t.newView(),
                    schema,
                    kept ? "kept numbers" : "gone numbers",
                    new SequenceDefinition.Options(-5, -1, -900, -3, true, 1));
            t.change(new CatalogChange.PutSequence(sequence));
            if (kept) {
              taken.add(sequence.id());
            } else {
              undo.add(new CatalogChange.DropSequence(sequence.id()));
              undo.add(new CatalogChange.DropView(view.id()));
              undo.add(new CatalogChange.DropIndex(index.id()));
            }
          }
          t.createTable(plain(table.name().equals("everything") ? "doomed" : "empty"));
        });
    Tables.commit(store, t -> taken.forEach(t::nextValue));
    Tables.commit(
        store,
        t -> {
          ColumnBuilder initial = new ColumnBuilder(SqlType.TEXT, 1);
          initial.append("from the start");
          t.alterTable(
              table
                  .plus(
                      Tables.column("added", SqlType.TEXT, true)
                          .withDefault("'it''s'")
                          .withComment("a column")
                          .withInitial(initial.build()))
                  .withComment("a table"));
        });
    return undo;
  }

  private static ViewDefinition view(Transaction t, TableDefinition table, String name) {
    return new ViewDefinition(
        t.newView(),
        "public",
        name + " view of " + table.name(),
        List.of(new Field("id", SqlType.BIGINT, false)),
        List.of("id"),
        "SELECT id FROM " + table.name(),
        List.of("public", "quiver"),
        List.of(table.id()),
        "a view");
  }

  private static IndexDefinition index(Transaction t, TableDefinition table, String name) {
    ColumnId id = new ColumnId(0);
    return new IndexDefinition(
        t.newIndex(),
        table.id(),
        name + " index of " + table.name(),
        IndexDefinition.Kind.HNSW,
        List.of(new IndexDefinition.Key(id, true, false)),
        IndexDefinition.Distance.COSINE,
        List.of(id),
        "id > 3",
        Map.of("m", "16", "quantizer", "sq8"),
        "an index");
  }

  private static CatalogChange scalar(
      Transaction t, TableDefinition table, String name, IndexDefinition.Kind kind, int... key) {
    return new CatalogChange.PutIndex(
        new IndexDefinition(
            t.newIndex(),
            table.id(),
            name,
            kind,
            Arrays.stream(key)
                .mapToObj(column -> new IndexDefinition.Key(new ColumnId(column), true, false))
                .toList(),
            null,
            List.of(),
            null,
            Map.of(),
            null));
  }

  /** One value of each type, the other, or nulls. */
  private static List<@Nullable Object> row(long id, int which) {
    List<@Nullable Object> row = new ArrayList<>();
    row.add(id);
    for (Sample sample : SAMPLES) {
      row.add(which == 0 ? sample.one() : which == 1 ? sample.other() : null);
    }
    return row;
  }

  private static long[] rowIds(Transaction transaction, TableDefinition table, long key) {
    return new long[] {Tables.at(Tables.read(transaction, table), key).rowId()};
  }

  /** All that a snapshot shows, as text: catalog, live rows with their ids, identities. */
  static String describe(Snapshot snapshot) {
    StringBuilder text = new StringBuilder("schemas " + snapshot.catalog().schemas() + "\n");
    snapshot.catalog().views().stream()
        .sorted(Comparator.comparing(ViewDefinition::name))
        .forEach(view -> text.append(view).append('\n'));
    snapshot.catalog().indexes().stream()
        .sorted(Comparator.comparing(IndexDefinition::name))
        .forEach(index -> text.append(index).append('\n'));
    snapshot.catalog().tables().stream()
        .sorted(Comparator.comparing(TableDefinition::name))
        .forEach(table -> describe(snapshot.table(table.id()), text));
    return text.toString();
  }

  private static void describe(TableSnapshot table, StringBuilder text) {
    TableDefinition definition = table.definition();
    text.append(definition.id()).append(' ').append(definition.schemaName()).append('.');
    text.append(definition.name()).append(' ').append(definition.comment()).append(' ');
    text.append(definition.constraints()).append(' ').append(definition.layout()).append(' ');
    text.append(definition.nextColumn()).append(" identity ").append(table.nextIdentity());
    text.append('\n');
    for (ColumnDefinition column : definition.columns()) {
      Column initial = column.initial();
      text.append("  ").append(column.withInitial(null)).append(" initial ");
      text.append(initial == null ? null : value(initial.get(0))).append('\n');
    }
    for (SegmentView segment : table.segments()) {
      var live = segment.live();
      for (int row = 0; row < segment.rowCount(); row++) {
        if (live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) & 1 << (row & 7)) != 0) {
          text.append("  row ").append(segment.column(ColumnId.ROW_ID).getLong(row));
          for (ColumnDefinition column : definition.columns()) {
            text.append('|').append(value(segment.column(column.id()).get(row)));
          }
          text.append('\n');
        }
      }
    }
  }

  private static @Nullable Object value(@Nullable Object value) {
    return switch (value) {
      case float[] vector -> Arrays.toString(vector);
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case null, default -> value;
    };
  }
}
