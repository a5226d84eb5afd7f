package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The tables of information_schema that list constraints; unique indexes are none. */
final class ConstraintRows {
  static final SystemTable TABLE_CONSTRAINTS =
      InformationSchema.table(
          "table_constraints",
          "constraint_catalog, constraint_schema, constraint_name, table_catalog, table_schema,"
              + " table_name, constraint_type, is_deferrable, initially_deferred, enforced");

  static final SystemTable KEY_COLUMN_USAGE =
      InformationSchema.table(
          "key_column_usage",
          "constraint_catalog, constraint_schema, constraint_name, table_catalog, table_schema,"
              + " table_name, column_name, ordinal_position#, position_in_unique_constraint#?");

  static final SystemTable REFERENTIAL_CONSTRAINTS =
      InformationSchema.table(
          "referential_constraints",
          "constraint_catalog, constraint_schema, constraint_name, unique_constraint_catalog?,"
              + " unique_constraint_schema?, unique_constraint_name?, match_option, update_rule,"
              + " delete_rule, table_name, referenced_table_name?");

  static final SystemTable CHECK_CONSTRAINTS =
      InformationSchema.table(
          "check_constraints",
          "constraint_catalog, constraint_schema, constraint_name, check_clause");

  private final SystemTable into;
  private final Rows rows;
  private final String database;
  private final Catalog catalog;

  private ConstraintRows(SystemTable into, Rows rows, String database, Catalog catalog) {
    this.into = into;
    this.rows = rows;
    this.database = database;
    this.catalog = catalog;
  }

  static List<SystemTable> all() {
    return List.of(CHECK_CONSTRAINTS, KEY_COLUMN_USAGE, REFERENTIAL_CONSTRAINTS, TABLE_CONSTRAINTS);
  }

  /** Adds the rows of one of these tables. */
  static void add(Rows rows, SystemTable into, String database, Catalog catalog) {
    ConstraintRows all = new ConstraintRows(into, rows, database, catalog);
    for (TableDefinition table : catalog.tables()) {
      for (Constraint constraint : table.constraints()) {
        all.add(table, constraint);
      }
    }
  }

  private void add(TableDefinition table, Constraint constraint) {
    if (constraint instanceof Constraint.Unique key && key.index()) {
      return;
    }
    Map<String, @Nullable Object> values = values(table, constraint);
    if (into.equals(TABLE_CONSTRAINTS)) {
      add(values);
    } else if (into.equals(CHECK_CONSTRAINTS)) {
      if (constraint instanceof Constraint.Check check) {
        values.put("check_clause", check.sql());
        add(values);
      }
    } else if (into.equals(REFERENTIAL_CONSTRAINTS)) {
      if (constraint instanceof Constraint.ForeignKey key) {
        addReference(values, key);
      }
    } else {
      addColumns(values, table, constraint);
    }
  }

  private Map<String, @Nullable Object> values(TableDefinition table, Constraint constraint) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("constraint_catalog", database);
    values.put("constraint_schema", table.schemaName());
    values.put("constraint_name", constraint.name());
    values.put("table_catalog", database);
    values.put("table_schema", table.schemaName());
    values.put("table_name", table.name());
    values.put(
        "constraint_type",
        switch (constraint) {
          case Constraint.PrimaryKey _ -> "PRIMARY KEY";
          case Constraint.Unique _ -> "UNIQUE";
          case Constraint.Check _ -> "CHECK";
          case Constraint.ForeignKey _ -> "FOREIGN KEY";
        });
    values.put("is_deferrable", "NO");
    values.put("initially_deferred", "NO");
    values.put("enforced", "YES");
    return values;
  }

  private void addReference(Map<String, @Nullable Object> values, Constraint.ForeignKey key) {
    TableDefinition referenced = catalog.table(key.referenced());
    if (referenced != null) {
      values.put("unique_constraint_catalog", database);
      values.put("unique_constraint_schema", referenced.schemaName());
      values.put("unique_constraint_name", keyOf(referenced, key).name());
      values.put("referenced_table_name", referenced.name());
    }
    values.put("match_option", "NONE");
    values.put("update_rule", key.onUpdate().sqlName());
    values.put("delete_rule", key.onDelete().sqlName());
    add(values);
  }

  private static Constraint.Key keyOf(TableDefinition referenced, Constraint.ForeignKey key) {
    return referenced.uniqueKeys().stream()
        .filter(unique -> unique.isOf(key.referencedColumns()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing is what " + key + " references"));
  }

  private void addColumns(
      Map<String, @Nullable Object> values, TableDefinition table, Constraint constraint) {
    List<ColumnId> columns =
        switch (constraint) {
          case Constraint.Key key -> key.columns();
          case Constraint.ForeignKey key -> key.columns();
          case Constraint.Check _ -> List.of();
        };
    for (int i = 0; i < columns.size(); i++) {
      values.put("column_name", table.column(columns.get(i)).name());
      values.put("ordinal_position", i + 1);
      if (constraint instanceof Constraint.ForeignKey key) {
        TableDefinition referenced = catalog.table(key.referenced());
        ColumnId of = key.referencedColumns().get(i);
        values.put(
            "position_in_unique_constraint",
            referenced == null ? null : keyOf(referenced, key).columns().indexOf(of) + 1);
      }
      add(values);
    }
  }

  private void add(Map<String, @Nullable Object> values) {
    rows.add(into.schema().fields().stream().map(field -> values.get(field.name())).toArray());
  }
}
