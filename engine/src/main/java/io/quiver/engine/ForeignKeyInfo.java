package io.quiver.engine;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A foreign key, for those who describe a database.
 *
 * @param child the table that has it
 * @param parent the table that it references
 * @param columns of the child, and those of the parent that they reference, in their order
 * @param keyName of the parent's key
 * @param onUpdate as SQL writes it, such as {@code NO ACTION}
 * @param onDelete as {@code onUpdate}
 */
public record ForeignKeyInfo(
    String name,
    Table child,
    Table parent,
    List<ColumnPair> columns,
    String keyName,
    String onUpdate,
    String onDelete) {
  public ForeignKeyInfo {
    columns = List.copyOf(columns);
  }

  /** A table's name. */
  public record Table(String schemaName, String name) {}

  /** A column and the one that it references. */
  public record ColumnPair(String child, String parent) {}

  /** By the tables that are referenced, those that have them, and their names. */
  static List<ForeignKeyInfo> all(Catalog catalog) {
    List<ForeignKeyInfo> all = new ArrayList<>();
    for (TableDefinition table : catalog.tables()) {
      for (Constraint.ForeignKey key : table.constraints(Constraint.ForeignKey.class)) {
        TableDefinition parent = catalog.table(key.referenced());
        if (parent != null) {
          all.add(of(key, table, parent));
        }
      }
    }
    all.sort(
        Comparator.comparing((ForeignKeyInfo key) -> key.parent().schemaName())
            .thenComparing(key -> key.parent().name())
            .thenComparing(key -> key.child().schemaName())
            .thenComparing(key -> key.child().name())
            .thenComparing(ForeignKeyInfo::name));
    return all;
  }

  private static ForeignKeyInfo of(
      Constraint.ForeignKey key, TableDefinition table, TableDefinition parent) {
    List<ColumnPair> pairs = new ArrayList<>();
    for (int i = 0; i < key.columns().size(); i++) {
      ColumnId referenced = key.referencedColumns().get(i);
      pairs.add(
          new ColumnPair(
              table.column(key.columns().get(i)).name(), parent.column(referenced).name()));
    }
    String keyName =
        parent.uniqueKeys().stream()
            .filter(unique -> unique.isOf(key.referencedColumns()))
            .map(Constraint::name)
            .findFirst()
            .orElseThrow();
    return new ForeignKeyInfo(
        key.name(),
        new Table(table.schemaName(), table.name()),
        new Table(parent.schemaName(), parent.name()),
        pairs,
        keyName,
        key.onUpdate().sqlName(),
        key.onDelete().sqlName());
  }
}
