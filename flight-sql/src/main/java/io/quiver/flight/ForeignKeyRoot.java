package io.quiver.flight;

import io.quiver.engine.ForeignKeyInfo;
import io.quiver.engine.Session;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;

/** The columns of foreign keys, a row each. */
final class ForeignKeyRoot {
  private ForeignKeyRoot() {}

  static void exported(CommandGetExportedKeys command, Session session, VectorSchemaRoot root) {
    Predicate<ForeignKeyInfo.Table> parent =
        table(command.getCatalog(), command.getDbSchema(), command.getTable(), session);
    fill(key -> parent.test(key.parent()), session, root);
  }

  static void imported(CommandGetImportedKeys command, Session session, VectorSchemaRoot root) {
    Predicate<ForeignKeyInfo.Table> child =
        table(command.getCatalog(), command.getDbSchema(), command.getTable(), session);
    fill(key -> child.test(key.child()), session, root);
  }

  static void between(CommandGetCrossReference command, Session session, VectorSchemaRoot root) {
    Predicate<ForeignKeyInfo.Table> parent =
        table(command.getPkCatalog(), command.getPkDbSchema(), command.getPkTable(), session);
    Predicate<ForeignKeyInfo.Table> child =
        table(command.getFkCatalog(), command.getFkDbSchema(), command.getFkTable(), session);
    fill(key -> parent.test(key.parent()) && child.test(key.child()), session, root);
  }

  /**
   * Whether a table is meant.
   *
   * @param catalog empty for any, as what the client leaves out is
   * @param schema empty for any
   */
  private static Predicate<ForeignKeyInfo.Table> table(
      String catalog, String schema, String name, Session session) {
    boolean inCatalog = catalog.isEmpty() || catalog.equals(session.catalog());
    return table ->
        inCatalog
            && table.name().equals(name)
            && (schema.isEmpty() || table.schemaName().equals(schema));
  }

  private static void fill(
      Predicate<ForeignKeyInfo> wanted, Session session, VectorSchemaRoot root) {
    int row = 0;
    for (ForeignKeyInfo key : session.foreignKeys()) {
      if (!wanted.test(key)) {
        continue;
      }
      int sequence = 0;
      for (ForeignKeyInfo.ColumnPair pair : key.columns()) {
        set(root, "pk_catalog_name", row, session.catalog());
        set(root, "pk_db_schema_name", row, key.parent().schemaName());
        set(root, "pk_table_name", row, key.parent().name());
        set(root, "pk_column_name", row, pair.parent());
        set(root, "fk_catalog_name", row, session.catalog());
        set(root, "fk_db_schema_name", row, key.child().schemaName());
        set(root, "fk_table_name", row, key.child().name());
        set(root, "fk_column_name", row, pair.child());
        ((IntVector) root.getVector("key_sequence")).setSafe(row, ++sequence);
        set(root, "fk_key_name", row, key.name());
        set(root, "pk_key_name", row, key.keyName());
        ((UInt1Vector) root.getVector("update_rule")).setSafe(row, rule(key.onUpdate()));
        ((UInt1Vector) root.getVector("delete_rule")).setSafe(row, rule(key.onDelete()));
        row++;
      }
    }
    root.setRowCount(row);
  }

  /** As Flight SQL numbers them. */
  private static int rule(String action) {
    return switch (action) {
      case "CASCADE" -> 0;
      case "RESTRICT" -> 1;
      case "SET NULL" -> 2;
      case "NO ACTION" -> 3;
      case "SET DEFAULT" -> 4;
      default -> throw new IllegalStateException("no rule " + action);
    };
  }

  private static void set(VectorSchemaRoot root, String column, int row, String value) {
    ((VarCharVector) root.getVector(column)).setSafe(row, value.getBytes(StandardCharsets.UTF_8));
  }
}
