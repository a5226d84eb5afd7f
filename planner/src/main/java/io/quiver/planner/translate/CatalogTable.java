package io.quiver.planner.translate;

import io.quiver.executor.plan.SystemTable;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Field;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;

/** A table as Calcite sees it: a row type, and what to read. */
public final class CatalogTable extends AbstractTable {
  /** A name that no user can write: the row id's column, and the end of a table's name with it. */
  public static final String ROW_ID = "\0row_id";

  /** What a scan reads. */
  sealed interface Source {
    /** A stored table and its columns, the row id among them where a change needs it. */
    record Stored(TableDefinition table, List<ColumnId> columns) implements Source {}

    /** A table whose rows the engine makes. */
    record Made(SystemTable table) implements Source {}
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
