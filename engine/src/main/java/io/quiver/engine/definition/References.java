package io.quiver.engine.definition;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The foreign keys that use a key, and what becomes of them when that goes. */
final class References {
  private References() {}

  /**
   * Drops the foreign keys of other tables that reference tables which are to be dropped.
   *
   * @throws QuiverException 2BP01 where there are such, and CASCADE was not said
   */
  static void dropped(Collection<TableId> ids, boolean cascade, DefinitionContext context) {
    for (TableId id : ids) {
      TableDefinition table = context.catalog().table(id);
      List<Catalog.Reference> from = new ArrayList<>(context.changedCatalog().references(id));
      from.removeIf(reference -> ids.contains(reference.table().id()));
      if (table != null && !from.isEmpty() && !cascade) {
        throw referenced("table \"" + table.name() + "\"", from);
      }
      drop(from, context);
    }
  }

  /**
   * Drops the foreign keys that reference keys which a table does not have any more.
   *
   * @return the table without those of its own
   * @throws QuiverException 2BP01 where there are such, and CASCADE was not said
   */
  static TableDefinition checkKeys(
      TableDefinition altered, boolean cascade, DefinitionContext context) {
    List<Catalog.Reference> others =
        new ArrayList<>(context.changedCatalog().references(altered.id()));
    others.removeIf(reference ->
        reference.table().id().equals(altered.id())
            || altered.hasKey(reference.key().referencedColumns()));
    List<Catalog.Reference> own = new ArrayList<>();
    for (Constraint.ForeignKey key : altered.constraints(Constraint.ForeignKey.class)) {
      if (key.referenced().equals(altered.id()) && !altered.hasKey(key.referencedColumns())) {
        own.add(new Catalog.Reference(altered, key));
      }
    }
    List<Catalog.Reference> all = new ArrayList<>(others);
    all.addAll(own);
    if (!all.isEmpty() && !cascade) {
      throw referenced("a key of table \"" + altered.name() + "\"", all);
    }
    drop(others, context);
    TableDefinition kept = altered;
    for (Catalog.Reference reference : own) {
      kept = kept.minus(reference.key());
    }
    return kept;
  }

  private static QuiverException referenced(String what, List<Catalog.Reference> from) {
    return new QuiverException(
        ErrorCode.DEPENDENT_OBJECTS_EXIST,
        what
            + " is referenced by "
            + from.stream()
                .map(reference ->
                    "foreign key \""
                        + reference.key().name()
                        + "\" of table \""
                        + reference.table().name()
                        + "\"")
                .collect(Collectors.joining(", "))
            + "; CASCADE drops what depends on it, too");
  }

  private static void drop(List<Catalog.Reference> from, DefinitionContext context) {
    for (Catalog.Reference reference : from) {
      TableDefinition now = context.changedCatalog().table(reference.table().id());
      if (now != null) {
        context.transaction().alterTable(now.minus(reference.key()));
      }
    }
  }
}
