package io.quiver.planner.translate;

import io.quiver.executor.plan.SystemTable;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.Field;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.plan.RelOptTable;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.logical.LogicalTableScan;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.TranslatableTable;
import org.apache.calcite.schema.impl.AbstractTable;
import org.jspecify.annotations.Nullable;

/** A table as Calcite sees it: a row type, and what to read. */
public final class CatalogTable extends AbstractTable implements TranslatableTable {
  /** A name that no user can write: the row id's column, and the end of a table's name with it. */
  public static final String ROW_ID = "\0row_id";

  /** What a scan reads. */
  sealed interface Source {
    /** A stored table and its columns, the row id among them where a change needs it. */
    record Stored(TableDefinition table, List<ColumnId> columns) implements Source {}

    /** A table whose rows the engine makes. */
    record Made(SystemTable table) implements Source {}

    /** A view, in whose place its query is read. */
    record Query(ViewDefinition view) implements Source {}
  }

  private final Source source;
  private final List<Field> fields;

  private CatalogTable(Source source, List<Field> fields) {
    this.source = source;
    this.fields = fields;
  }

  /** A stored table. */
  public static CatalogTable stored(TableDefinition table) {
    List<ColumnId> ids = table.columns().stream().map(ColumnDefinition::id).toList();
    return new CatalogTable(new Source.Stored(table, ids), table.schema().fields());
  }

  /** A stored table, with the row id before its columns. */
  public static CatalogTable withRowId(TableDefinition table) {
    List<ColumnId> ids = new ArrayList<>(List.of(ColumnId.ROW_ID));
    List<Field> fields = new ArrayList<>(List.of(new Field(ROW_ID, SqlType.BIGINT, false)));
    for (ColumnDefinition column : table.columns()) {
      ids.add(column.id());
      fields.add(column.field());
    }
    return new CatalogTable(new Source.Stored(table, ids), fields);
  }

  /** A system table. */
  public static CatalogTable system(SystemTable table) {
    return new CatalogTable(new Source.Made(table), table.schema().fields());
  }

  /** A view. */
  public static CatalogTable view(ViewDefinition view) {
    return new CatalogTable(new Source.Query(view), view.columns());
  }

  /** The stored table or view; null for a system table. */
  public @Nullable TableId id() {
    return switch (source) {
      case Source.Stored stored -> stored.table().id();
      case Source.Query query -> query.view().id();
      case Source.Made made -> null;
    };
  }

  /** The stored column at a position, or null where a view or the engine makes it. */
  public @Nullable ColumnId columnId(int position) {
    return source instanceof Source.Stored(TableDefinition table, List<ColumnId> columns)
        ? columns.get(position)
        : null;
  }

  /** The positions of the primary key's columns; empty without one. */
  public List<Integer> keyPositions() {
    if (!(source instanceof Source.Stored(TableDefinition table, List<ColumnId> columns))) {
      return List.of();
    }
    return table.primaryKey().stream().map(columns::indexOf).toList();
  }

  @Override
  public RelNode toRel(RelOptTable.ToRelContext context, RelOptTable table) {
    if (source instanceof Source.Query(ViewDefinition view)) {
      return context.expandView(
              table.getRowType(),
              view.sql(),
              view.searchPath(),
              List.of(view.schemaName(), view.name()))
          .rel;
    }
    return LogicalTableScan.create(context.getCluster(), table, context.getTableHints());
  }

  Source source() {
    return source;
  }

  List<Field> fields() {
    return fields;
  }

  @Override
  public RelDataType getRowType(RelDataTypeFactory factory) {
    RelDataTypeFactory.Builder row = factory.builder();
    for (Field field : fields) {
      row.add(
          field.name(),
          Types.toCalcite((QuiverTypeFactory) factory, field.type(), field.nullable()));
    }
    return row.build();
  }
}
