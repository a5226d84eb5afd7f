package io.quiver.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of foreign keys, as {@link DatabaseMetaData#getCrossReference} shows them. */
final class ForeignKeyRows {
  private static final String COLUMNS =
      "SELECT p.table_catalog, p.table_schema, p.table_name, p.column_name,"
          + " f.table_catalog, f.table_schema, f.table_name, f.column_name, f.ordinal_position,"
          + " r.update_rule, r.delete_rule, r.constraint_name, r.unique_constraint_name"
          + " FROM information_schema.referential_constraints r"
          + " JOIN information_schema.key_column_usage f"
          + " ON f.constraint_schema = r.constraint_schema AND f.constraint_name ="
          + " r.constraint_name AND f.table_name = r.table_name"
          + " JOIN information_schema.key_column_usage p"
          + " ON p.constraint_schema = r.unique_constraint_schema AND p.constraint_name ="
          + " r.unique_constraint_name AND p.table_name = r.referenced_table_name"
          + " AND p.ordinal_position = f.position_in_unique_constraint"
          + " WHERE f.position_in_unique_constraint IS NOT NULL";

  private ForeignKeyRows() {}

  /**
   * A table with foreign keys, or one that they reference.
   *
   * @param schema null for any
   * @param name null for any
   */
  record Table(@Nullable String catalog, @Nullable String schema, @Nullable String name) {
    static final Table ANY = new Table(null, null, null);
  }

  /**
   * The foreign keys of one table that reference another.
   *
   * @param byParent whether they stand in the order of the referenced tables
   */
  static ResultSet of(QuiverConnection connection, Table parent, Table child, boolean byParent)
      throws SQLException {
    StringBuilder sql = new StringBuilder(COLUMNS);
    List<String> parameters = new ArrayList<>();
    restrict(sql, parameters, "p", parent);
    restrict(sql, parameters, "f", child);
    sql.append(byParent ? " ORDER BY 1, 2, 3, 12, 9" : " ORDER BY 5, 6, 7, 12, 9");
    List<Object> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql.toString())) {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setString(i + 1, parameters.get(i));
      }
      try (ResultSet found = statement.executeQuery()) {
        while (found.next()) {
          rows.add(
              Arrays.asList(
                  found.getString(1),
                  found.getString(2),
                  found.getString(3),
                  found.getString(4),
                  found.getString(5),
                  found.getString(6),
                  found.getString(7),
                  found.getString(8),
                  found.getInt(9),
                  rule(found.getString(10)),
                  rule(found.getString(11)),
                  found.getString(12),
                  found.getString(13),
                  DatabaseMetaData.importedKeyNotDeferrable));
        }
      }
    }
    return LocalRows.of(
        List.of(
            text("PKTABLE_CAT"),
            text("PKTABLE_SCHEM"),
            text("PKTABLE_NAME"),
            text("PKCOLUMN_NAME"),
            text("FKTABLE_CAT"),
            text("FKTABLE_SCHEM"),
            text("FKTABLE_NAME"),
            text("FKCOLUMN_NAME"),
            number("KEY_SEQ"),
            number("UPDATE_RULE"),
            number("DELETE_RULE"),
            text("FK_NAME"),
            text("PK_NAME"),
            number("DEFERRABILITY")),
        rows);
  }

  private static void restrict(
      StringBuilder sql, List<String> parameters, String alias, Table table) {
    restrict(sql, parameters, alias + ".table_catalog", table.catalog());
    restrict(sql, parameters, alias + ".table_schema", table.schema());
    restrict(sql, parameters, alias + ".table_name", table.name());
  }

  private static void restrict(
      StringBuilder sql, List<String> parameters, String column, @Nullable String value) {
    if (value != null) {
      sql.append(" AND ").append(column).append(" = ?");
      parameters.add(value);
    }
  }

  private static int rule(@Nullable String name) {
    return switch (String.valueOf(name)) {
      case "CASCADE" -> DatabaseMetaData.importedKeyCascade;
      case "RESTRICT" -> DatabaseMetaData.importedKeyRestrict;
      case "SET NULL" -> DatabaseMetaData.importedKeySetNull;
      case "SET DEFAULT" -> DatabaseMetaData.importedKeySetDefault;
      default -> DatabaseMetaData.importedKeyNoAction;
    };
  }

  private static LocalRows.Column text(String name) {
    return new LocalRows.Column(name, Types.VARCHAR, "VARCHAR");
  }

  private static LocalRows.Column number(String name) {
    return new LocalRows.Column(name, Types.INTEGER, "INTEGER");
  }
}
