package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import java.util.ArrayList;
import java.util.List;

/**
 * What one open transaction has done to the catalog: at most one step an object, however often it
 * was changed. Immutable, so that undoing is going back to an older value.
 */
record CatalogEdits(List<CatalogChange> changes) {
  static final CatalogEdits NONE = new CatalogEdits(List.of());

  CatalogEdits {
    changes = List.copyOf(changes);
  }

  boolean isEmpty() {
    return changes.isEmpty();
  }

  boolean creates(TableId table) {
    return changes.stream()
        .anyMatch(change ->
            change instanceof CatalogChange.CreateTable(TableDefinition made)
                && made.id().equals(table));
  }

  boolean alters(TableId table) {
    return changes.stream()
        .anyMatch(change ->
            change instanceof CatalogChange.AlterTable(TableDefinition altered)
                && altered.id().equals(table));
  }

  boolean drops(TableId table) {
    return changes.contains(new CatalogChange.DropTable(table));
  }

  /**
   * One step more.
   *
   * @param base what is committed, as this transaction sees it
   */
  CatalogEdits plus(CatalogChange change, Catalog base) {
    List<CatalogChange> more = new ArrayList<>(changes);
    switch (change) {
      case CatalogChange.CreateSchema(String name) -> {
        if (!more.remove(new CatalogChange.DropSchema(name))) {
          more.add(change);
        }
      }
      case CatalogChange.DropSchema(String name) -> {
        if (!more.remove(new CatalogChange.CreateSchema(name))) {
          more.add(change);
        }
      }
      case CatalogChange.CreateTable _ -> more.add(change);
      case CatalogChange.AlterTable(TableDefinition table) -> {
        if (creates(table.id())) {
          more.replaceAll(
              old -> isOf(old, table.id()) ? new CatalogChange.CreateTable(table) : old);
        } else {
          more.removeIf(old -> isOf(old, table.id()));
          more.add(change);
        }
      }
      case CatalogChange.DropTable(TableId id) -> {
        boolean madeHere = creates(id);
        more.removeIf(old -> isOf(old, id) || isIndexOf(old, id));
        if (!madeHere) {
          more.add(change);
        }
      }
      case CatalogChange.PutView(var view) -> {
        more.removeIf(
            old -> old instanceof CatalogChange.PutView(var v) && same(v.id(), view.id()));
        more.add(change);
      }
      case CatalogChange.DropView(TableId id) -> {
        more.removeIf(old -> old instanceof CatalogChange.PutView(var v) && same(v.id(), id));
        if (base.view(id) != null) {
          more.add(change);
        }
      }
      case CatalogChange.PutIndex(var index) -> {
        more.removeIf(
            old -> old instanceof CatalogChange.PutIndex(var i) && i.id().equals(index.id()));
        more.add(change);
      }
      case CatalogChange.PutSequence(var sequence) ->
          replaceSequence(more, sequence.id(), change, true);
      case CatalogChange.DropSequence(TableId id) ->
          replaceSequence(more, id, change, base.sequence(id) != null);
      case CatalogChange.AdvanceSequence _ -> throw new IllegalArgumentException("is a commit");
      case CatalogChange.DropIndex(var id) -> {
        more.removeIf(old -> old instanceof CatalogChange.PutIndex(var i) && i.id().equals(id));
        if (base.indexes().stream().anyMatch(index -> index.id().equals(id))) {
          more.add(change);
        }
      }
    }
    return new CatalogEdits(more);
  }

  private static boolean same(TableId a, TableId b) {
    return a.equals(b);
  }

  private static void replaceSequence(
      List<CatalogChange> changes, TableId id, CatalogChange change, boolean needed) {
    changes.removeIf(old -> isSequence(old, id));
    if (needed) {
      changes.add(change);
    }
  }

  private static boolean isSequence(CatalogChange change, TableId id) {
    return change instanceof CatalogChange.PutSequence(var sequence) && same(sequence.id(), id);
  }

  private static boolean isOf(CatalogChange change, TableId id) {
    return switch (change) {
      case CatalogChange.CreateTable(TableDefinition table) -> table.id().equals(id);
      case CatalogChange.AlterTable(TableDefinition table) -> table.id().equals(id);
      default -> false;
    };
  }

  private static boolean isIndexOf(CatalogChange change, TableId id) {
    return change instanceof CatalogChange.PutIndex(var index) && index.table().equals(id);
  }
}
