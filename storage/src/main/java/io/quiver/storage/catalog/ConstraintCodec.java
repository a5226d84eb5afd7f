package io.quiver.storage.catalog;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import java.util.List;

/**
 * A table's constraint as bytes: kind (byte: 1 PRIMARY KEY, 2 UNIQUE, 3 unique index, 4 CHECK, 5
 * FOREIGN KEY), name (text), and the columns (int count, then ids as ints). A CHECK has its
 * condition behind them (text), a FOREIGN KEY the referenced table (long), as many columns of that
 * (ints), and what a delete and an update of the key do (bytes: 1 NO ACTION, 2 RESTRICT, 3 CASCADE,
 * 4 SET NULL, 5 SET DEFAULT).
 */
final class ConstraintCodec {
  private static final int PRIMARY_KEY = 1;
  private static final int UNIQUE = 2;
  private static final int UNIQUE_INDEX = 3;
  private static final int CHECK = 4;
  private static final int FOREIGN_KEY = 5;
  private static final List<Constraint.Action> ACTIONS =
      List.of(
          Constraint.Action.NO_ACTION,
          Constraint.Action.RESTRICT,
          Constraint.Action.CASCADE,
          Constraint.Action.SET_NULL,
          Constraint.Action.SET_DEFAULT);

  private ConstraintCodec() {}

  static void write(Constraint constraint, ByteWriter out) {
    switch (constraint) {
      case Constraint.PrimaryKey(String name, List<ColumnId> columns) ->
          writeHead(PRIMARY_KEY, name, columns, out);
      case Constraint.Unique(String name, List<ColumnId> columns, boolean index) ->
          writeHead(index ? UNIQUE_INDEX : UNIQUE, name, columns, out);
      case Constraint.Check(String name, String sql, List<ColumnId> columns) -> {
        writeHead(CHECK, name, columns, out);
        out.putText(sql);
      }
      case Constraint.ForeignKey key -> {
        writeHead(FOREIGN_KEY, key.name(), key.columns(), out);
        out.putLong(key.referenced().value());
        key.referencedColumns().forEach(id -> out.putInt(id.value()));
        out.putByte(ACTIONS.indexOf(key.onDelete()) + 1);
        out.putByte(ACTIONS.indexOf(key.onUpdate()) + 1);
      }
    }
  }

  private static void writeHead(int kind, String name, List<ColumnId> columns, ByteWriter out) {
    out.putByte(kind).putText(name);
    CatalogCodec.writeList(columns, out, (id, o) -> o.putInt(id.value()));
  }

  static Constraint read(ByteReader in) {
    int kind = in.getByte();
    String name = in.getText();
    List<ColumnId> columns = CatalogCodec.readList(in, 4, i -> new ColumnId(i.getInt()));
    if (columns.isEmpty() && kind != CHECK) {
      throw in.damaged("a key without columns");
    }
    return switch (kind) {
      case PRIMARY_KEY -> new Constraint.PrimaryKey(name, columns);
      case UNIQUE -> new Constraint.Unique(name, columns, false);
      case UNIQUE_INDEX -> new Constraint.Unique(name, columns, true);
      case CHECK -> new Constraint.Check(name, in.getText(), columns);
      case FOREIGN_KEY -> {
        TableId referenced = new TableId(in.getLong());
        List<ColumnId> of = columns.stream().map(_ -> new ColumnId(in.getInt())).toList();
        yield new Constraint.ForeignKey(
            name, columns, referenced, of, readAction(in), readAction(in));
      }
      default -> throw in.damaged("no constraint kind " + kind);
    };
  }

  private static Constraint.Action readAction(ByteReader in) {
    int code = in.getByte();
    if (code < 1 || code > ACTIONS.size()) {
      throw in.damaged("no action of a foreign key " + code);
    }
    return ACTIONS.get(code - 1);
  }
}
