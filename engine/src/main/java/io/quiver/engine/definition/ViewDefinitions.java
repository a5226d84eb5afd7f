package io.quiver.engine.definition;

import io.quiver.planner.Planner;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** CREATE VIEW and DROP VIEW. */
final class ViewDefinitions {
  private ViewDefinitions() {}

  static void create(Statement.CreateView command, DefinitionContext context) {
    Names names = context.names();
    String schema = names.schemaToMake(command.name());
    String name = command.name().name();
    ViewDefinition old = context.catalog().view(schema, name);
    if (old == null || !command.orReplace()) {
      names.checkFree(schema, name);
    }
    Planner.ViewQuery query =
        context.planner().view(command.query(), context.catalog(), context.searchPath());
    List<Field> columns = columns(command, query);
    TableId id = old == null ? context.transaction().newView() : old.id();
    if (old != null) {
      checkReplaces(old, columns);
      checkReadsNotItself(old, query, context);
    }
    context
        .transaction()
        .change(
            new CatalogChange.PutView(
                new ViewDefinition(
                    id,
                    schema,
                    name,
                    columns,
                    query.result().fields().stream().map(Field::name).toList(),
                    command.sql(),
                    context.searchPath(),
                    query.reads(),
                    old == null ? null : old.comment())));
    if (old != null) {
      Dependents.revalidate(id, false, context);
    }
  }

  private static List<Field> columns(Statement.CreateView command, Planner.ViewQuery query) {
    List<Field> fields = query.result().fields();
    if (command.columns().size() > fields.size()) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          "the view has "
              + command.columns().size()
              + " column names, its query "
              + fields.size()
              + " columns");
    }
    List<Field> columns = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      String name = i < command.columns().size() ? command.columns().get(i) : field.name();
      if (!taken.add(name)) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN,
            "column \"" + name + "\" is there twice; give the view's columns names");
      }
      columns.add(new Field(name, field.type(), field.nullable()));
    }
    return columns;
  }

  /** A view keeps its columns: others may only come after them. */
  private static void checkReplaces(ViewDefinition old, List<Field> columns) {
    for (int i = 0; i < old.columns().size(); i++) {
      Field before = old.columns().get(i);
      Field after = i < columns.size() ? columns.get(i) : null;
      if (after == null
          || !after.name().equals(before.name())
          || !after.type().equals(before.type())) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "view \""
                + old.name()
                + "\" keeps its columns when it is replaced: column "
                + (i + 1)
                + " is \""
                + before.name()
                + "\" "
                + before.type().sqlName()
                + (after == null
                    ? ", found none"
                    : ", found \"" + after.name() + "\" " + after.type().sqlName()));
      }
    }
  }

  private static void checkReadsNotItself(
      ViewDefinition old, Planner.ViewQuery query, DefinitionContext context) {
    List<ViewDefinition> over = Dependents.of(context.catalog(), List.of(old.id()));
    boolean itself =
        query.reads().contains(old.id())
            || over.stream().anyMatch(view -> query.reads().contains(view.id()));
    if (itself) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION, "view \"" + old.name() + "\" would read itself");
    }
  }

  static void drop(Statement.DropView command, DefinitionContext context) {
    Names names = context.names();
    Set<TableId> dropped = new LinkedHashSet<>();
    for (Statement.TableName name : command.names()) {
      ViewDefinition view = names.view(name);
      if (view != null) {
        dropped.add(view.id());
      } else if (names.table(name) != null) {
        throw new QuiverException(
            ErrorCode.WRONG_OBJECT_TYPE, "\"" + name + "\" is a table, expected a view");
      } else if (!command.ifExists()) {
        throw Names.undefined("view", name);
      }
    }
    List<ViewDefinition> over =
        Dependents.dropped("the view", dropped, command.cascade(), context.catalog());
    Dependents.dropAll(dropped, over, context);
  }
}
