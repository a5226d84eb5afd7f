package io.quiver.planner;

import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.translate.CatalogTable;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.schema.impl.AbstractSchema;
import org.apache.calcite.sql.validate.SqlNameMatchers;
import org.jspecify.annotations.Nullable;

/**
 * The tables and views of one catalog, by exact name; without a schema, in those of the search path
 * one after the other.
 */
final class SchemaReader extends CalciteCatalogReader {
  private final Catalog catalog;
  private final String database;
  private final List<String> searchPath;
  private final QuiverTypeFactory factory;

  SchemaReader(
      Catalog catalog,
      String database,
      List<String> searchPath,
      List<SystemTable> systemTables,
      QuiverTypeFactory factory) {
    this(catalog, database, searchPath, root(catalog, database, systemTables), factory);
  }

  private SchemaReader(
      Catalog catalog,
      String database,
      List<String> searchPath,
      CalciteSchema root,
      QuiverTypeFactory factory) {
    super(
        root,
        SqlNameMatchers.withCaseSensitive(true),
        paths(searchPath),
        factory,
        new CalciteConnectionConfigImpl(new Properties()));
    this.catalog = catalog;
    this.database = database;
    this.searchPath = List.copyOf(searchPath);
    this.factory = factory;
  }

  private static List<List<String>> paths(List<String> searchPath) {
    List<List<String>> paths = new ArrayList<>();
    searchPath.forEach(schema -> paths.add(List.of(schema)));
    paths.add(List.of());
    return paths;
  }

  /** The same tables, with another search path. */
  SchemaReader withSearchPath(List<String> other) {
    return other.equals(searchPath)
        ? this
        : new SchemaReader(catalog, database, other, getRootSchema(), factory);
  }

  /** What this reader was made of. */
  Catalog catalog() {
    return catalog;
  }

  /** The stored table that a name means, qualified or not; null for none. */
  @Nullable TableDefinition stored(List<String> names) {
    if (names.size() != 1) {
      List<String> local = local(names);
      return local.size() == 2 ? catalog.table(local.get(0), local.get(1)) : null;
    }
    for (String schema : searchPath) {
      TableDefinition table = catalog.table(schema, names.get(0));
      if (table != null || catalog.view(schema, names.get(0)) != null) {
        return table;
      }
    }
    return null;
  }

  /** The view that a name means, qualified or not; null for none. */
  @Nullable ViewDefinition view(List<String> names) {
    if (names.size() != 1) {
      List<String> local = local(names);
      return local.size() == 2 ? catalog.view(local.get(0), local.get(1)) : null;
    }
    for (String schema : searchPath) {
      ViewDefinition view = catalog.view(schema, names.get(0));
      if (view != null || catalog.table(schema, names.get(0)) != null) {
        return view;
      }
    }
    return null;
  }

  /** A name without the database. */
  private List<String> local(List<String> names) {
    return names.size() == 3 && names.get(0).equals(database) ? names.subList(1, 3) : names;
  }

  private static CalciteSchema root(
      Catalog catalog, String database, List<SystemTable> systemTables) {
    CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    // The database is a schema of schemas, and may bear the name of one of them.
    CalciteSchema all = schema(root, database);
    for (CalciteSchema parent : List.of(root, all)) {
      for (String name : catalog.schemas()) {
        schema(parent, name);
      }
      for (TableDefinition table : catalog.tables()) {
        CalciteSchema schema = schema(parent, table.schemaName());
        schema.add(table.name(), CatalogTable.stored(table));
        schema.add(table.name() + CatalogTable.ROW_ID, CatalogTable.withRowId(table));
      }
      for (ViewDefinition view : catalog.views()) {
        schema(parent, view.schemaName()).add(view.name(), CatalogTable.view(view));
      }
      for (SystemTable table : systemTables) {
        schema(parent, table.schemaName()).add(table.name(), CatalogTable.system(table));
      }
    }
    return root;
  }

  private static CalciteSchema schema(CalciteSchema parent, String name) {
    CalciteSchema known = parent.getSubSchema(name, true);
    return known != null ? known : parent.add(name, new AbstractSchema());
  }
}
