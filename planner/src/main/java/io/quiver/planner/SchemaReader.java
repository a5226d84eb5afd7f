package io.quiver.planner;

import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.translate.CatalogTable;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableDefinition;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.sql.validate.SqlNameMatchers;
import org.jspecify.annotations.Nullable;

/** The tables of one catalog, by exact name; without a schema, in public and then in quiver. */
final class SchemaReader extends CalciteCatalogReader {
  private static final List<List<String>> SEARCH_PATH =
      List.of(List.of(Catalog.DEFAULT_SCHEMA), List.of("quiver"), List.of());

  private final Catalog catalog;

  SchemaReader(Catalog catalog, List<SystemTable> systemTables, QuiverTypeFactory factory) {
    super(
        root(catalog, systemTables),
        SqlNameMatchers.withCaseSensitive(true),
        SEARCH_PATH,
        factory,
        new CalciteConnectionConfigImpl(new Properties()));
    this.catalog = catalog;
  }

  /** What this reader was made of. */
  Catalog catalog() {
    return catalog;
  }

  /** The stored table that a name without a schema, or with one, means; null for none. */
  @Nullable TableDefinition stored(List<String> names) {
    return switch (names.size()) {
      case 1 -> catalog.table(Catalog.DEFAULT_SCHEMA, names.get(0));
      case 2 -> catalog.table(names.get(0), names.get(1));
      default -> null;
    };
  }

  private static CalciteSchema root(Catalog catalog, List<SystemTable> systemTables) {
    CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    schema(root, Catalog.DEFAULT_SCHEMA);
    for (TableDefinition table : catalog.tables()) {
      CalciteSchema schema = schema(root, table.schemaName());
      schema.add(table.name(), CatalogTable.stored(table));
      schema.add(table.name() + CatalogTable.ROW_ID, CatalogTable.withRowId(table));
    }
    for (SystemTable table : systemTables) {
      schema(root, table.schemaName()).add(table.name(), CatalogTable.system(table));
    }
    return root;
  }

  private static CalciteSchema schema(CalciteSchema root, String name) {
    CalciteSchema known = root.getSubSchema(name, true);
    return known != null ? known : root.add(name, new AbstractSchema());
  }
}
