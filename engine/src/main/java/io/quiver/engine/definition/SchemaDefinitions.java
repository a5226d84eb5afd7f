package io.quiver.engine.definition;

import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** CREATE SCHEMA and DROP SCHEMA. */
final class SchemaDefinitions {
  private SchemaDefinitions() {}

  static void create(Statement.CreateSchema command, DefinitionContext context) {
    String name = command.name();
    boolean exists = context.catalog().schemas().contains(name) || Names.isSystem(name);
    if (exists && command.ifNotExists()) {
      return;
    }
    if (exists) {
      throw new QuiverException(
          ErrorCode.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
    }
    context.transaction().change(new CatalogChange.CreateSchema(name));
  }

  static void drop(Statement.DropSchema command, DefinitionContext context) {
    Catalog catalog = context.catalog();
    Set<String> schemas = new LinkedHashSet<>();
    for (String name : command.names()) {
      if (!command.ifExists() || catalog.schemas().contains(name) || Names.isSystem(name)) {
        context.names().checkSchema(name);
        if (name.equals(Catalog.DEFAULT_SCHEMA)) {
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED, "schema \"" + name + "\" cannot be dropped");
        }
        schemas.add(name);
      }
    }
    Set<TableId> dropped = new LinkedHashSet<>();
    for (TableDefinition table : catalog.tables()) {
      if (schemas.contains(table.schemaName())) {
        dropped.add(table.id());
      }
    }
    for (ViewDefinition view : catalog.views()) {
      if (schemas.contains(view.schemaName())) {
        dropped.add(view.id());
      }
    }
    List<SequenceDefinition> sequences =
        catalog.sequences().stream()
            .filter(sequence -> schemas.contains(sequence.schemaName()))
            .toList();
    if ((!dropped.isEmpty() || !sequences.isEmpty()) && !command.cascade()) {
      throw new QuiverException(
          ErrorCode.DEPENDENT_OBJECTS_EXIST,
          "schema "
              + String.join(", ", schemas)
              + " is not empty ("
              + (dropped.size() + sequences.size())
              + " tables, views and sequences); DROP SCHEMA ... CASCADE drops them too");
    }
    List<ViewDefinition> over = Dependents.of(catalog, dropped);
    References.dropped(dropped, command.cascade(), context);
    Dependents.dropAll(dropped, over, context);
    sequences.forEach(
        sequence -> context.transaction().change(new CatalogChange.DropSequence(sequence.id())));
    schemas.forEach(name -> context.transaction().change(new CatalogChange.DropSchema(name)));
  }
}
