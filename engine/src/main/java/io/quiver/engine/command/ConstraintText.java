package io.quiver.engine.command;

import io.quiver.sql.SqlNames;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Constraints as CREATE TABLE and ALTER TABLE ... ADD write them. */
final class ConstraintText {
  private ConstraintText() {}

  /** The constraints that CREATE TABLE has: all but foreign keys and unique indexes. */
  static List<String> inTable(TableDefinition table) {
    List<String> texts = new ArrayList<>();
    for (Constraint constraint : table.constraints()) {
      switch (constraint) {
        case Constraint.PrimaryKey key -> texts.add(primaryKey(key, table));
        case Constraint.Unique key -> {
          if (!key.index()) {
            texts.add(named(key) + "UNIQUE (" + DefinitionText.names(table, key.columns()) + ")");
          }
        }
        case Constraint.Check check -> texts.add(named(check) + "CHECK (" + check.sql() + ")");
        case Constraint.ForeignKey _ -> {}
      }
    }
    return texts;
  }

  private static String primaryKey(Constraint.PrimaryKey key, TableDefinition table) {
    return (key.name().equals(table.name() + "_pkey") ? "" : named(key))
        + "PRIMARY KEY ("
        + DefinitionText.names(table, key.columns())
        + ")";
  }

  private static String foreignKey(
      Constraint.ForeignKey key, TableDefinition table, Catalog catalog) {
    TableDefinition referenced = Objects.requireNonNull(catalog.table(key.referenced()));
    return named(key)
        + "FOREIGN KEY ("
        + DefinitionText.names(table, key.columns())
        + ") REFERENCES "
        + DefinitionText.qualified(referenced.schemaName(), referenced.name())
        + " ("
        + DefinitionText.names(referenced, key.referencedColumns())
        + ")"
        + on("DELETE", key.onDelete())
        + on("UPDATE", key.onUpdate());
  }

  private static String on(String change, Constraint.Action action) {
    return action == Constraint.Action.NO_ACTION ? "" : " ON " + change + " " + action.sqlName();
  }

  private static String named(Constraint constraint) {
    return "CONSTRAINT " + SqlNames.written(constraint.name()) + " ";
  }

  private static String uniqueIndex(Constraint.Unique key, TableDefinition table) {
    return "CREATE UNIQUE INDEX "
        + SqlNames.written(key.name())
        + " ON "
        + DefinitionText.qualified(table.schemaName(), table.name())
        + " ("
        + DefinitionText.names(table, key.columns())
        + ")";
  }

  /** The statements that make the unique indexes of a table, by name. */
  static List<String> uniqueIndexes(TableDefinition table) {
    return table.constraints(Constraint.Unique.class).stream()
        .filter(Constraint.Unique::index)
        .sorted(Comparator.comparing(Constraint::name))
        .map(key -> uniqueIndex(key, table))
        .toList();
  }

  /** The statements that add the foreign keys of a table, by name. */
  static List<String> foreignKeys(TableDefinition table, Catalog catalog) {
    return table.constraints(Constraint.ForeignKey.class).stream()
        .sorted(Comparator.comparing(Constraint::name))
        .map(key ->
            "ALTER TABLE "
                + DefinitionText.qualified(table.schemaName(), table.name())
                + " ADD "
                + foreignKey(key, table, catalog))
        .toList();
  }
}
