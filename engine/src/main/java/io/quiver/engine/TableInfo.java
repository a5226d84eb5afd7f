package io.quiver.engine;

import io.quiver.engine.command.SystemTables;
import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A table as metadata calls report it, system tables included.
 *
 * @param system whether the engine makes its rows
 * @param generatedColumns for each column, whether the table counts it up
 * @param primaryKey column names in key order; empty where there is none
 */
public record TableInfo(
    String schemaName,
    String name,
    boolean system,
    Schema columns,
    List<Boolean> generatedColumns,
    List<String> primaryKey) {
  public TableInfo {
    generatedColumns = List.copyOf(generatedColumns);
    primaryKey = List.copyOf(primaryKey);
  }

  static List<TableInfo> all(Catalog catalog) {
    List<TableInfo> all = new ArrayList<>();
    for (SystemTable table : SystemTables.all()) {
      List<Boolean> generated = Collections.nCopies(table.schema().size(), false);
      all.add(
          new TableInfo(
              table.schemaName(), table.name(), true, table.schema(), generated, List.of()));
    }
    for (TableDefinition table : catalog.tables()) {
      all.add(
          new TableInfo(
              table.schemaName(),
              table.name(),
              false,
              table.schema(),
              table.columns().stream()
                  .map(column -> column.identity() != ColumnDefinition.Identity.NONE)
                  .toList(),
              table.primaryKey().stream().map(id -> table.column(id).name()).toList()));
    }
    all.sort(Comparator.comparing(TableInfo::schemaName).thenComparing(TableInfo::name));
    return all;
  }
}
