package io.quiver.engine.definition;

import io.quiver.sql.Statement.TableName;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a statement's names mean.
 *
 * @param database the only one that a name may begin with
 * @param searchPath the schemas in which a name without one is looked up, in their order
 */
public record Names(String database, Catalog catalog, List<String> searchPath) {
  private static final Set<String> SYSTEM_SCHEMAS = Set.of("information_schema", "quiver");

  public Names {
    searchPath = List.copyOf(searchPath);
  }

  /** Whether the engine makes what is in a schema. */
  public static boolean isSystem(String schema) {
    return SYSTEM_SCHEMAS.contains(schema);
  }

  /** The table of this name, or null. */
  public @Nullable TableDefinition table(TableName name) {
    for (String schema : schemas(name)) {
      TableDefinition table = catalog.table(schema, name.name());
      if (table != null || catalog.view(schema, name.name()) != null) {
        return table;
      }
    }
    return null;
  }

  /** The view of this name, or null. */
  public @Nullable ViewDefinition view(TableName name) {
    for (String schema : schemas(name)) {
      ViewDefinition view = catalog.view(schema, name.name());
      if (view != null || catalog.table(schema, name.name()) != null) {
        return view;
      }
    }
    return null;
  }

  /** The index of this name, or null. */
  public @Nullable IndexDefinition index(TableName name) {
    for (String schema : schemas(name)) {
      IndexDefinition index = catalog.index(schema, name.name());
      if (index != null) {
        return index;
      }
    }
    return null;
  }

  /** The sequence of this name, or null. */
  public @Nullable SequenceDefinition sequence(TableName name) {
    for (String schema : schemas(name)) {
      SequenceDefinition sequence = catalog.sequence(schema, name.name());
      if (sequence != null) {
        return sequence;
      }
    }
    return null;
  }

  /** The table that has a unique key of this name, or null. */
  public @Nullable TableDefinition tableOfKey(TableName name) {
    for (String schema : schemas(name)) {
      TableDefinition table = catalog.tableOfKey(schema, name.name());
      if (table != null) {
        return table;
      }
    }
    return null;
  }

  /**
   * The table of this name.
   *
   * @throws QuiverException 42P01 where there is none, 42809 where there is a view
   */
  public TableDefinition existingTable(TableName name) {
    TableDefinition table = table(name);
    if (table != null) {
      return table;
    }
    if (view(name) != null) {
      throw new QuiverException(
          ErrorCode.WRONG_OBJECT_TYPE, "\"" + name + "\" is a view, expected a table");
    }
    if (schemas(name).stream().anyMatch(Names::isSystem) && name.schema() != null) {
      throw new QuiverException(
          ErrorCode.INSUFFICIENT_PRIVILEGE, "\"" + name + "\" belongs to the system");
    }
    throw undefined("table", name);
  }

  /**
   * A column of a table.
   *
   * @throws QuiverException 42703 where it has none of that name
   */
  public static ColumnDefinition column(TableDefinition table, String name) {
    ColumnDefinition column = table.column(name);
    if (column == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_COLUMN,
          "table \"" + table.name() + "\" has no column \"" + name + "\"");
    }
    return column;
  }

  /** The complaint that there is no such thing. */
  public static QuiverException undefined(String what, TableName name) {
    return new QuiverException(
        what.equals("index") ? ErrorCode.UNDEFINED_OBJECT : ErrorCode.UNDEFINED_TABLE,
        "there is no " + what + " \"" + name + "\"");
  }

  /**
   * The schema in which a statement makes something of this name.
   *
   * @throws QuiverException 3F000 where there is none, 42501 for one of the system
   */
  public String schemaToMake(TableName name) {
    checkDatabase(name);
    String schema = name.schema();
    if (schema == null) {
      return searchPath.stream()
          .filter(catalog.schemas()::contains)
          .findFirst()
          .orElseThrow(() ->
              new QuiverException(
                  ErrorCode.UNDEFINED_SCHEMA,
                  "no schema of the search path (" + String.join(", ", searchPath) + ") exists"));
    }
    checkSchema(schema);
    return schema;
  }

  /**
   * Checks that a schema is there and not one of the system.
   *
   * @throws QuiverException 3F000, 42501
   */
  public void checkSchema(String schema) {
    if (isSystem(schema)) {
      throw new QuiverException(
          ErrorCode.INSUFFICIENT_PRIVILEGE, "schema \"" + schema + "\" belongs to the system");
    }
    if (!catalog.schemas().contains(schema)) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_SCHEMA, "there is no schema \"" + schema + "\"");
    }
  }

  /**
   * Checks that a name is free.
   *
   * @throws QuiverException 42P07
   */
  public void checkFree(String schema, String name) {
    String taken =
        catalog.table(schema, name) != null
            ? "table"
            : catalog.view(schema, name) != null
                ? "view"
                : catalog.index(schema, name) != null
                    ? "index"
                    : catalog.tableOfKey(schema, name) != null
                        ? "unique key"
                        : catalog.sequence(schema, name) != null ? "sequence" : null;
    if (taken != null) {
      throw new QuiverException(
          ErrorCode.DUPLICATE_TABLE, taken + " \"" + name + "\" already exists");
    }
  }

  /** The schemas in which a name is looked up. */
  public List<String> schemas(TableName name) {
    checkDatabase(name);
    String schema = name.schema();
    return schema == null ? searchPath : List.of(schema);
  }

  private void checkDatabase(TableName name) {
    String other = name.catalog();
    if (other != null && !other.equals(database)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "\"" + name + "\" is in another database than \"" + database + "\"");
    }
  }
}
