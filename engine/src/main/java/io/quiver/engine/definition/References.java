package io.quiver.engine.definition;

import io.quiver.storage.catalog.Catalog;
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
      if (table != null && !from.isEmpty()) {
        drop("table \"" + table.name() + "\"", from, cascade, context);
      }
    }
  }

  /**
   * Drops the foreign keys that reference keys which a table does not have any more.
   *
   * @throws QuiverException 2BP01 where there are such, and CASCADE was not said
   */
  static void checkKeys(TableDefinition altered, boolean cascade, DefinitionContext context) {
    List<Catalog.Reference> lost =
        new ArrayList<>(context.changedCatalog().references(altered.id()));
    lost.removeIf(reference -> altered.hasKey(reference.key().referencedColumns()));
    if (!lost.isEmpty()) {
      drop("a key of table \"" + altered.name() + "\"", lost, cascade, context);
    }
  }

  private static void drop(
      String what, List<Catalog.Reference> from, boolean cascade, DefinitionContext context) {
    if (!cascade) {
      throw new QuiverException(
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
    for (Catalog.Reference reference : from) {
      TableDefinition now = context.changedCatalog().table(reference.table().id());
      if (now != null) {
        context.transaction().alterTable(now.minus(reference.key()));
      }
    }
  }
}
