package io.quiver.engine.definition;

import io.quiver.planner.Planner;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The views that read a table or view, and what becomes of them when that changes. */
final class Dependents {
  private Dependents() {}

  /** All views over some tables and views, those at the top first; none of these themselves. */
  static List<ViewDefinition> of(Catalog catalog, Collection<TableId> ids) {
    Set<TableId> found = new LinkedHashSet<>();
    ids.forEach(id -> collect(catalog, id, found, new HashSet<>()));
    List<ViewDefinition> views = new ArrayList<>();
    for (TableId id : found) {
      ViewDefinition view = catalog.view(id);
      if (view != null && !ids.contains(id)) {
        views.add(view);
      }
    }
    return views;
  }

  /** Adds what reads this before this. */
  private static void collect(Catalog catalog, TableId id, Set<TableId> found, Set<TableId> seen) {
    if (!seen.add(id)) {
      return;
    }
    for (ViewDefinition view : catalog.viewsOver(id)) {
      collect(catalog, view.id(), found, seen);
    }
    // What was found below another is above this one, too.
    found.add(id);
  }

  /**
   * Checks that nothing depends on what is dropped, unless that is dropped too.
   *
   * @throws QuiverException 2BP01
   */
  static List<ViewDefinition> dropped(
      String what, Collection<TableId> ids, boolean cascade, Catalog catalog) {
    List<ViewDefinition> views = of(catalog, ids);
    if (!views.isEmpty() && !cascade) {
      throw new QuiverException(
          ErrorCode.DEPENDENT_OBJECTS_EXIST,
          what + " is read by " + list(views) + "; CASCADE drops what depends on it, too");
    }
    return views;
  }

  private static String list(List<ViewDefinition> views) {
    return views.stream()
        .map(view -> "view \"" + view.name() + "\"")
        .collect(Collectors.joining(", "));
  }

  /** Drops tables and views, and before them the views over them. */
  static void dropAll(
      Collection<TableId> ids, List<ViewDefinition> over, DefinitionContext context) {
    over.forEach(view -> context.transaction().change(new CatalogChange.DropView(view.id())));
    for (TableId id : ids) {
      if (context.catalog().view(id) != null) {
        context.transaction().change(new CatalogChange.DropView(id));
      } else {
        context.transaction().dropTable(id);
      }
    }
  }

  /**
   * Makes sure that the views over something that has been changed still mean the same.
   *
   * @param cascade whether those that do not are dropped
   * @throws QuiverException 2BP01
   */
  static void revalidate(TableId changed, boolean cascade, DefinitionContext context) {
    for (ViewDefinition view : of(context.catalog(), List.of(changed)).reversed()) {
      Catalog now = context.changedCatalog();
      try {
        ViewDefinition same = revalidated(view, now, context);
        if (!same.equals(view)) {
          context.transaction().change(new CatalogChange.PutView(same));
        }
      } catch (QuiverException e) {
        if (!cascade) {
          throw new QuiverException(
              ErrorCode.DEPENDENT_OBJECTS_EXIST,
              "view \""
                  + view.name()
                  + "\" reads what would change ("
                  + e.getMessage()
                  + "); drop the view first",
              e);
        }
        context.transaction().change(new CatalogChange.DropView(view.id()));
      }
    }
  }

  private static ViewDefinition revalidated(
      ViewDefinition view, Catalog now, DefinitionContext context) {
    Statement.Query query = (Statement.Query) SqlParser.parse(view.sql());
    Planner.ViewQuery found = context.planner().view(query, now, view.searchPath());
    if (!Set.copyOf(found.reads()).equals(Set.copyOf(view.dependencies()))) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "its names would mean other tables than before");
    }
    List<Field> columns = new ArrayList<>();
    for (int i = 0; i < view.columns().size(); i++) {
      Field before = view.columns().get(i);
      Field after = field(found.result(), view.sourceNames().get(i));
      if (!after.type().equals(before.type())) {
        throw new QuiverException(
            ErrorCode.DATATYPE_MISMATCH,
            "its column \"" + before.name() + "\" would be " + after.type().sqlName());
      }
      columns.add(new Field(before.name(), before.type(), after.nullable()));
    }
    return new ViewDefinition(
        view.id(),
        view.schemaName(),
        view.name(),
        columns,
        view.sourceNames(),
        view.sql(),
        view.searchPath(),
        view.dependencies(),
        view.comment());
  }

  private static Field field(Schema schema, String name) {
    for (Field field : schema.fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    throw new QuiverException(
        ErrorCode.UNDEFINED_COLUMN, "its column \"" + name + "\" would be gone");
  }
}
