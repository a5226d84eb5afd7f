package io.quiver.storage.catalog;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.codec.ColumnCodec;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table's definition as bytes: id (long), schema and name (text), the columns (int count, then
 * each), the constraints (int count, then each: {@link ConstraintCodec}), layout and next column
 * (ints), comment. A column is its id (int), name (text), type, nullable (byte), default, identity
 * (byte: 0 none, 1 by default, 2 always), comment, and whether rows from before it have a value
 * (byte) and that ({@link ColumnCodec}, one row). A default or comment is whether it is there
 * (byte), then the text.
 *
 * <p>A type is a byte: 1 BOOLEAN, 2 INTEGER, 3 BIGINT, 4 REAL, 5 DOUBLE, 6 DATE, 7 TIMESTAMP, 8
 * VARCHAR with its length (int), 9 VECTOR with its dimension (int) and element (byte: 0 FLOAT32, 1
 * FLOAT16, 2 BFLOAT16, 3 INT8, 4 BINARY), 10 TINYINT, 11 SMALLINT, 12 TIME, 13 TIMESTAMP WITH TIME
 * ZONE, 14 UUID, 15 JSON, 16 DECIMAL with its precision and scale (bytes), 17 VARBINARY with its
 * length (int), 18 ARRAY with the type of its elements.
 */
public final class TableCodec {
  private static final int VARCHAR = 8;
  private static final int VECTOR = 9;
  private static final int DECIMAL = 16;
  private static final int VARBINARY = 17;
  private static final int ARRAY = 18;
  private static final Map<Integer, SqlType.Simple> SIMPLE =
      Map.ofEntries(
          Map.entry(1, SqlType.Simple.BOOLEAN),
          Map.entry(2, SqlType.Simple.INTEGER),
          Map.entry(3, SqlType.Simple.BIGINT),
          Map.entry(4, SqlType.Simple.REAL),
          Map.entry(5, SqlType.Simple.DOUBLE),
          Map.entry(6, SqlType.Simple.DATE),
          Map.entry(7, SqlType.Simple.TIMESTAMP),
          Map.entry(10, SqlType.Simple.TINYINT),
          Map.entry(11, SqlType.Simple.SMALLINT),
          Map.entry(12, SqlType.Simple.TIME),
          Map.entry(13, SqlType.Simple.TIMESTAMP_TZ),
          Map.entry(14, SqlType.Simple.UUID),
          Map.entry(15, SqlType.Simple.JSON));
  private static final List<SqlType.Element> ELEMENTS =
      List.of(
          SqlType.Element.FLOAT32,
          SqlType.Element.FLOAT16,
          SqlType.Element.BFLOAT16,
          SqlType.Element.INT8,
          SqlType.Element.BINARY);

  private static final List<ColumnDefinition.Identity> IDENTITIES =
      List.of(
          ColumnDefinition.Identity.NONE,
          ColumnDefinition.Identity.BY_DEFAULT,
          ColumnDefinition.Identity.ALWAYS);

  private TableCodec() {}

  public static void write(TableDefinition table, ByteWriter out) {
    out.putLong(table.id().value()).putText(table.schemaName()).putText(table.name());
    out.putInt(table.columns().size());
    for (ColumnDefinition column : table.columns()) {
      out.putInt(column.id().value()).putText(column.name());
      writeType(column.type(), out);
      out.putByte(column.nullable() ? 1 : 0);
      writeOptional(column.defaultSql(), out);
      out.putByte(IDENTITIES.indexOf(column.identity()));
      writeOptional(column.comment(), out);
      Column initial = column.initial();
      out.putByte(initial == null ? 0 : 1);
      if (initial != null) {
        ColumnCodec.write(initial, 1, out);
      }
    }
    CatalogCodec.writeList(table.constraints(), out, ConstraintCodec::write);
    out.putInt(table.layout()).putInt(table.nextColumn());
    writeOptional(table.comment(), out);
  }

  static void writeOptional(@Nullable String text, ByteWriter out) {
    out.putByte(text == null ? 0 : 1);
    if (text != null) {
      out.putText(text);
    }
  }

  static @Nullable String readOptional(ByteReader in) {
    return in.getByte() == 0 ? null : in.getText();
  }

  public static TableDefinition read(ByteReader in) {
    TableId id = new TableId(in.getLong());
    String schemaName = in.getText();
    String name = in.getText();
    int columnCount = in.getCount(8);
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < columnCount; i++) {
      columns.add(readColumn(in));
    }
    List<Constraint> constraints = CatalogCodec.readList(in, 9, ConstraintCodec::read);
    int layout = in.getInt();
    int nextColumn = in.getInt();
    return new TableDefinition(
        id, schemaName, name, columns, constraints, layout, nextColumn, readOptional(in));
  }

  private static ColumnDefinition readColumn(ByteReader in) {
    ColumnId id = new ColumnId(in.getInt());
    String name = in.getText();
    SqlType type = readType(in);
    boolean nullable = in.getByte() != 0;
    String defaultSql = readOptional(in);
    int identity = in.getByte();
    if (identity < 0 || identity >= IDENTITIES.size()) {
      throw in.damaged("no identity " + identity);
    }
    String comment = readOptional(in);
    Column initial = in.getByte() == 0 ? null : ColumnCodec.read(type, 1, in);
    return new ColumnDefinition(
        id, name, type, nullable, defaultSql, IDENTITIES.get(identity), comment, initial);
  }

  public static void writeType(SqlType type, ByteWriter out) {
    switch (type) {
      case SqlType.Simple simple -> out.putByte(code(simple));
      case SqlType.Varchar varchar -> out.putByte(VARCHAR).putInt(varchar.maxLength());
      case SqlType.Vector vector ->
          out.putByte(VECTOR)
              .putInt(vector.dimension())
              .putByte(ELEMENTS.indexOf(vector.element()));
      case SqlType.Decimal decimal ->
          out.putByte(DECIMAL).putByte(decimal.precision()).putByte(decimal.scale());
      case SqlType.Varbinary varbinary -> out.putByte(VARBINARY).putInt(varbinary.maxLength());
      case SqlType.Array array -> {
        out.putByte(ARRAY);
        writeType(array.element(), out);
      }
    }
  }

  private static int code(SqlType.Simple simple) {
    return SIMPLE.entrySet().stream()
        .filter(entry -> entry.getValue() == simple)
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  public static SqlType readType(ByteReader in) {
    int code = in.getByte();
    SqlType.Simple simple = SIMPLE.get(code);
    if (simple != null) {
      return simple;
    }
    try {
      return switch (code) {
        case VARCHAR -> new SqlType.Varchar(in.getInt());
        case VECTOR -> new SqlType.Vector(in.getInt(), readElement(in));
        case DECIMAL -> new SqlType.Decimal(in.getByte(), in.getByte());
        case VARBINARY -> new SqlType.Varbinary(in.getInt());
        case ARRAY -> new SqlType.Array(readType(in));
        default -> throw in.damaged("no type " + code);
      };
    } catch (CorruptionException e) {
      throw e;
    } catch (QuiverException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
  }

  private static SqlType.Element readElement(ByteReader in) {
    int code = in.getByte();
    if (code < 0 || code >= ELEMENTS.size()) {
      throw in.damaged("no vector element " + code);
    }
    return ELEMENTS.get(code);
  }
}
