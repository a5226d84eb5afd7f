package io.quiver.engine;

import io.quiver.engine.command.SystemTables;
import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table or view as metadata calls report it, system tables included.
 *
 * @param details of each of the columns, in their order
 * @param primaryKey column names in key order; empty where there is none
 * @param primaryKeyName the key's name, or null where there is none
 * @param remarks what COMMENT ON said
 */
public record TableInfo(
    String schemaName,
    String name,
    Kind kind,
    Schema columns,
    List<ColumnInfo> details,
    List<String> primaryKey,
    @Nullable String primaryKeyName,
    @Nullable String remarks) {
  public TableInfo {
    details = List.copyOf(details);
    primaryKey = List.copyOf(primaryKey);
  }

  /** What stands under a name. */
  public enum Kind {
    TABLE,
    VIEW,
    /** The engine makes its rows. */
    SYSTEM_TABLE
  }

  /**
   * What a column's {@link Field} does not say.
   *
   * @param generated whether the table counts it up
   * @param defaultSql the text of its DEFAULT
   * @param remarks what COMMENT ON said
   */
  public record ColumnInfo(
      boolean generated, @Nullable String defaultSql, @Nullable String remarks) {
    static final ColumnInfo PLAIN = new ColumnInfo(false, null, null);
  }

  /** Whether the engine makes its rows. */
  public boolean system() {
    return kind == Kind.SYSTEM_TABLE;
  }

  /** For each column, whether the table counts it up. */
  public List<Boolean> generatedColumns() {
    return details.stream().map(ColumnInfo::generated).toList();
  }

  static List<TableInfo> all(Catalog catalog) {
    List<TableInfo> all = new ArrayList<>();
    for (SystemTable table : SystemTables.all()) {
      all.add(plain(table.schemaName(), table.name(), Kind.SYSTEM_TABLE, table.schema(), null));
    }
    for (ViewDefinition view : catalog.views()) {
      Schema columns = new Schema(view.columns());
      all.add(plain(view.schemaName(), view.name(), Kind.VIEW, columns, view.comment()));
    }
    for (TableDefinition table : catalog.tables()) {
      List<String> key = table.primaryKey().stream().map(id -> table.column(id).name()).toList();
      all.add(
          new TableInfo(
              table.schemaName(),
              table.name(),
              Kind.TABLE,
              table.schema(),
              table.columns().stream().map(TableInfo::details).toList(),
              key,
              key.isEmpty() ? null : table.primaryKeyName(),
              table.comment()));
    }
    all.sort(Comparator.comparing(TableInfo::schemaName).thenComparing(TableInfo::name));
    return all;
  }

  private static TableInfo plain(
      String schema, String name, Kind kind, Schema columns, @Nullable String remarks) {
    List<ColumnInfo> details = columns.fields().stream().map(field -> ColumnInfo.PLAIN).toList();
    return new TableInfo(schema, name, kind, columns, details, List.of(), null, remarks);
  }

  private static ColumnInfo details(ColumnDefinition column) {
    return new ColumnInfo(
        column.identity() != ColumnDefinition.Identity.NONE, column.defaultSql(), column.comment());
  }
}
