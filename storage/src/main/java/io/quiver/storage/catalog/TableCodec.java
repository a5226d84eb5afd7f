package io.quiver.storage.catalog;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/**
 * A table's definition as bytes: id (long), schema and name (text), the columns (int count, then
 * each), the primary key (int count, then column ids as ints). A column is its id (int), name
 * (text), type, nullable (byte), whether it has a default (byte) and its text, identity (byte: 0
 * none, 1 by default, 2 always).
 *
 * <p>A type is a byte: 1 BOOLEAN, 2 INTEGER, 3 BIGINT, 4 REAL, 5 DOUBLE, 6 DATE, 7 TIMESTAMP, 8
 * VARCHAR with its length (int), 9 VECTOR of FLOAT32 with its dimension (int).
 */
public final class TableCodec {
  private static final int VARCHAR = 8;
  private static final int VECTOR = 9;
  private static final List<SqlType.Simple> SIMPLE =
      List.of(
          SqlType.Simple.BOOLEAN,
          SqlType.Simple.INTEGER,
          SqlType.Simple.BIGINT,
          SqlType.Simple.REAL,
          SqlType.Simple.DOUBLE,
          SqlType.Simple.DATE,
          SqlType.Simple.TIMESTAMP);

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
      String defaultSql = column.defaultSql();
      out.putByte(defaultSql == null ? 0 : 1);
      if (defaultSql != null) {
        out.putText(defaultSql);
      }
      out.putByte(IDENTITIES.indexOf(column.identity()));
    }
    out.putInt(table.primaryKey().size());
    table.primaryKey().forEach(id -> out.putInt(id.value()));
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
    int keyCount = in.getCount(4);
    List<ColumnId> primaryKey = new ArrayList<>();
    for (int i = 0; i < keyCount; i++) {
      primaryKey.add(new ColumnId(in.getInt()));
    }
    return new TableDefinition(id, schemaName, name, columns, primaryKey);
  }

  private static ColumnDefinition readColumn(ByteReader in) {
    ColumnId id = new ColumnId(in.getInt());
    String name = in.getText();
    SqlType type = readType(in);
    boolean nullable = in.getByte() != 0;
    String defaultSql = in.getByte() == 0 ? null : in.getText();
    int identity = in.getByte();
    if (identity < 0 || identity >= IDENTITIES.size()) {
      throw in.damaged("no identity " + identity);
    }
    return new ColumnDefinition(id, name, type, nullable, defaultSql, IDENTITIES.get(identity));
  }

  private static void writeType(SqlType type, ByteWriter out) {
    switch (type) {
      case SqlType.Simple simple -> out.putByte(SIMPLE.indexOf(simple) + 1);
      case SqlType.Varchar varchar -> out.putByte(VARCHAR).putInt(varchar.maxLength());
      case SqlType.Vector vector -> out.putByte(VECTOR).putInt(vector.dimension());
    }
  }

  private static SqlType readType(ByteReader in) {
    int code = in.getByte();
    if (code >= 1 && code <= SIMPLE.size()) {
      return SIMPLE.get(code - 1);
    }
    try {
      if (code == VARCHAR) {
        return new SqlType.Varchar(in.getInt());
      }
      if (code == VECTOR) {
        return SqlType.vector(in.getInt());
      }
    } catch (QuiverException e) {
      throw in.damaged(String.valueOf(e.getMessage()));
    }
    throw in.damaged("no type " + code);
  }
}
