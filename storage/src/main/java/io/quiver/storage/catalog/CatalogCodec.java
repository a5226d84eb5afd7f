package io.quiver.storage.catalog;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.types.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What a catalog holds beside tables ({@link TableCodec}), and its changes, as bytes. A list is its
 * count (int), then each item.
 *
 * <p>A view is its id (long), schema and name (text), a list of columns, each with its name (text),
 * type, nullable (byte) and name in the query (text), the query (text), a list of the schemas of
 * its search path (text), a list of the ids that it reads (long), and its comment.
 *
 * <p>An index is its id and its table's (longs), name (text), kind (byte: 1 BTREE, 2 FLAT, 3 HNSW,
 * 4 IVF_FLAT, 5 IVF_SQ8, 6 IVF_PQ, 7 IVF_RABITQ, 8 DISKANN, 9 AUTO, 10 SCALAR, 11 BITMAP), a list
 * of key columns, each with its id (int), descending and nulls first (bytes), distance (byte: 0
 * none, 1 L2, 2 inner product, 3 cosine, 4 L1, 5 Hamming, 6 Jaccard), a list of the ids (int) of
 * included columns, its predicate, a list of options with name and value (texts), and its comment.
 *
 * <p>A predicate or comment is whether it is there (byte), then the text.
 *
 * <p>A change is a byte and what changes: 1 creates a schema and 2 drops it (name as text), 3
 * creates a table and 4 alters it ({@link TableCodec}), 5 drops a table (long), 6 puts a view, 7
 * drops one (long), 8 puts an index, 9 drops one (long), 10 puts a sequence, 11 drops one (long),
 * 12 advances one (long) from a position to another.
 *
 * <p>A sequence is its id (long), schema and name (text), start, increment, minimum and maximum
 * (longs), whether it cycles (byte), cache (long), and its position: the next value (long), whether
 * there is none (byte), and how often it has been set (int).
 */
public final class CatalogCodec {
  private static final List<IndexDefinition.Kind> KINDS =
      List.of(
          IndexDefinition.Kind.BTREE,
          IndexDefinition.Kind.FLAT,
          IndexDefinition.Kind.HNSW,
          IndexDefinition.Kind.IVF_FLAT,
          IndexDefinition.Kind.IVF_SQ8,
          IndexDefinition.Kind.IVF_PQ,
          IndexDefinition.Kind.IVF_RABITQ,
          IndexDefinition.Kind.DISKANN,
          IndexDefinition.Kind.AUTO,
          IndexDefinition.Kind.SCALAR,
          IndexDefinition.Kind.BITMAP);
  private static final List<IndexDefinition.Distance> DISTANCES =
      List.of(
          IndexDefinition.Distance.L2,
          IndexDefinition.Distance.INNER_PRODUCT,
          IndexDefinition.Distance.COSINE,
          IndexDefinition.Distance.L1,
          IndexDefinition.Distance.HAMMING,
          IndexDefinition.Distance.JACCARD);

  private CatalogCodec() {}

  public static <T> void writeList(List<T> items, ByteWriter out, BiConsumer<T, ByteWriter> write) {
    out.putInt(items.size());
    items.forEach(item -> write.accept(item, out));
  }

  /**
   * Reads a list.
   *
   * @param bytesEach that an item has at least
   */
  public static <T> List<T> readList(ByteReader in, int bytesEach, Function<ByteReader, T> read) {
    int count = in.getCount(bytesEach);
    List<T> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(read.apply(in));
    }
    return items;
  }

  public static void write(ViewDefinition view, ByteWriter out) {
    out.putLong(view.id().value()).putText(view.schemaName()).putText(view.name());
    out.putInt(view.columns().size());
    for (int i = 0; i < view.columns().size(); i++) {
      Field column = view.columns().get(i);
      out.putText(column.name());
      TableCodec.writeType(column.type(), out);
      out.putByte(column.nullable() ? 1 : 0).putText(view.sourceNames().get(i));
    }
    out.putText(view.sql());
    writeList(view.searchPath(), out, (schema, o) -> o.putText(schema));
    writeList(view.dependencies(), out, (id, o) -> o.putLong(id.value()));
    TableCodec.writeOptional(view.comment(), out);
  }

  public static ViewDefinition readView(ByteReader in) {
    TableId id = new TableId(in.getLong());
    String schemaName = in.getText();
    String name = in.getText();
    List<String> sourceNames = new ArrayList<>();
    List<Field> columns =
        readList(
            in,
            10,
            i -> {
              String column = i.getText();
              var type = TableCodec.readType(i);
              boolean nullable = i.getByte() != 0;
              sourceNames.add(i.getText());
              return new Field(column, type, nullable);
            });
    String sql = in.getText();
    List<String> searchPath = readList(in, 4, ByteReader::getText);
    List<TableId> dependencies = readList(in, 8, i -> new TableId(i.getLong()));
    return new ViewDefinition(
        id,
        schemaName,
        name,
        columns,
        sourceNames,
        sql,
        searchPath,
        dependencies,
        TableCodec.readOptional(in));
  }

  public static void write(IndexDefinition index, ByteWriter out) {
    out.putLong(index.id().value()).putLong(index.table().value()).putText(index.name());
    out.putByte(KINDS.indexOf(index.kind()) + 1);
    writeList(
        index.keys(),
        out,
        (key, o) ->
            o.putInt(key.column().value())
                .putByte(key.descending() ? 1 : 0)
                .putByte(key.nullsFirst() ? 1 : 0));
    IndexDefinition.Distance distance = index.distance();
    out.putByte(distance == null ? 0 : DISTANCES.indexOf(distance) + 1);
    writeList(index.include(), out, (id, o) -> o.putInt(id.value()));
    TableCodec.writeOptional(index.predicateSql(), out);
    out.putInt(index.options().size());
    index.options().forEach((name, value) -> out.putText(name).putText(value));
    TableCodec.writeOptional(index.comment(), out);
  }

  public static IndexDefinition readIndex(ByteReader in) {
    IndexId id = new IndexId(in.getLong());
    TableId table = new TableId(in.getLong());
    String name = in.getText();
    IndexDefinition.Kind kind = item(KINDS, in.getByte(), "index kind", in);
    List<IndexDefinition.Key> keys =
        readList(
            in,
            6,
            i ->
                new IndexDefinition.Key(
                    new ColumnId(i.getInt()), i.getByte() != 0, i.getByte() != 0));
    int distance = in.getByte();
    List<ColumnId> include = readList(in, 4, i -> new ColumnId(i.getInt()));
    String predicate = TableCodec.readOptional(in);
    int optionCount = in.getCount(8);
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < optionCount; i++) {
      String option = in.getText();
      options.put(option, in.getText());
    }
    String comment = TableCodec.readOptional(in);
    if (keys.isEmpty()) {
      throw in.damaged("an index without columns");
    }
    return new IndexDefinition(
        id,
        table,
        name,
        kind,
        keys,
        distance == 0 ? null : item(DISTANCES, distance, "distance", in),
        include,
        predicate,
        options,
        comment);
  }

  private static <T> T item(List<T> items, int code, String what, ByteReader in) {
    if (code < 1 || code > items.size()) {
      throw in.damaged("no " + what + " " + code);
    }
    return items.get(code - 1);
  }

  public static void write(CatalogChange change, ByteWriter out) {
    switch (change) {
      case CatalogChange.CreateSchema(String name) -> out.putByte(1).putText(name);
      case CatalogChange.DropSchema(String name) -> out.putByte(2).putText(name);
      case CatalogChange.CreateTable(TableDefinition table) -> {
        out.putByte(3);
        TableCodec.write(table, out);
      }
      case CatalogChange.AlterTable(TableDefinition table) -> {
        out.putByte(4);
        TableCodec.write(table, out);
      }
      case CatalogChange.DropTable(TableId id) -> out.putByte(5).putLong(id.value());
      case CatalogChange.PutView(ViewDefinition view) -> {
        out.putByte(6);
        write(view, out);
      }
      case CatalogChange.DropView(TableId id) -> out.putByte(7).putLong(id.value());
      case CatalogChange.PutIndex(IndexDefinition index) -> {
        out.putByte(8);
        write(index, out);
      }
      case CatalogChange.DropIndex(IndexId id) -> out.putByte(9).putLong(id.value());
      case CatalogChange.PutSequence(SequenceDefinition sequence) -> {
        out.putByte(10);
        write(sequence, out);
      }
      case CatalogChange.DropSequence(TableId id) -> out.putByte(11).putLong(id.value());
      case CatalogChange.AdvanceSequence(TableId id, var from, var to) -> {
        out.putByte(12).putLong(id.value());
        write(from, out);
        write(to, out);
      }
    }
  }

  public static void write(SequenceDefinition sequence, ByteWriter out) {
    SequenceDefinition.Options options = sequence.options();
    out.putLong(sequence.id().value()).putText(sequence.schemaName()).putText(sequence.name());
    out.putLong(options.start()).putLong(options.increment());
    out.putLong(options.minimum()).putLong(options.maximum());
    out.putByte(options.cycle() ? 1 : 0).putLong(options.cache());
    write(sequence.position(), out);
  }

  private static void write(SequenceDefinition.Position position, ByteWriter out) {
    out.putLong(position.next()).putByte(position.exhausted() ? 1 : 0);
    out.putInt(position.restarts());
  }

  public static SequenceDefinition readSequence(ByteReader in) {
    TableId id = new TableId(in.getLong());
    String schemaName = in.getText();
    String name = in.getText();
    try {
      SequenceDefinition.Options options =
          new SequenceDefinition.Options(
              in.getLong(),
              in.getLong(),
              in.getLong(),
              in.getLong(),
              in.getByte() != 0,
              in.getLong());
      return new SequenceDefinition(id, schemaName, name, options, readPosition(in));
    } catch (IllegalArgumentException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static SequenceDefinition.Position readPosition(ByteReader in) {
    return new SequenceDefinition.Position(in.getLong(), in.getByte() != 0, in.getInt());
  }

  public static CatalogChange readChange(ByteReader in) {
    int code = in.getByte();
    return switch (code) {
      case 1 -> new CatalogChange.CreateSchema(in.getText());
      case 2 -> new CatalogChange.DropSchema(in.getText());
      case 3 -> new CatalogChange.CreateTable(TableCodec.read(in));
      case 4 -> new CatalogChange.AlterTable(TableCodec.read(in));
      case 5 -> new CatalogChange.DropTable(new TableId(in.getLong()));
      case 6 -> new CatalogChange.PutView(readView(in));
      case 7 -> new CatalogChange.DropView(new TableId(in.getLong()));
      case 8 -> new CatalogChange.PutIndex(readIndex(in));
      case 9 -> new CatalogChange.DropIndex(new IndexId(in.getLong()));
      case 10 -> new CatalogChange.PutSequence(readSequence(in));
      case 11 -> new CatalogChange.DropSequence(new TableId(in.getLong()));
      case 12 ->
          new CatalogChange.AdvanceSequence(
              new TableId(in.getLong()), readPosition(in), readPosition(in));
      default -> throw in.damaged("no change of the catalog " + code);
    };
  }
}
