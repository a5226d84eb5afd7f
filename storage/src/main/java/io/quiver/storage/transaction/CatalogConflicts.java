package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Whether a transaction's changes to the catalog still fit the newest state. */
final class CatalogConflicts {
  private CatalogConflicts() {}

  /**
   * Checks a record that is about to be committed.
   *
   * @throws QuiverException 40001 when another transaction has changed what this one relied on;
   *     42P07 and 42P06 when it has taken a name
   */
  static void check(DatabaseState newest, CommitRecord record) {
    checkExpected(newest, record.expected());
    if (record.catalog().isEmpty()) {
      return;
    }
    record.catalog().forEach(change -> checkThere(newest.catalog(), change));
    if (!record.advancesOnly()) {
      checkWhole(newest.catalog().with(0, record.catalog()));
    }
  }

  @SuppressWarnings("ReferenceEquality") // A definition is replaced by another object, never back.
  private static void checkExpected(DatabaseState newest, CommitRecord.Expected expected) {
    for (Map.Entry<TableId, Integer> seen : expected.layouts().entrySet()) {
      TableState table = newest.tables().get(seen.getKey());
      if (table != null && table.definition().layout() != seen.getValue()) {
        throw RowConflicts.altered(table.definition());
      }
    }
    for (TableDefinition seen : expected.definitions().values()) {
      TableState table = newest.tables().get(seen.id());
      if (table != null && table.definition() != seen) {
        throw RowConflicts.altered(seen);
      }
    }
    for (Map.Entry<TableId, Long> seen : expected.nextRowIds().entrySet()) {
      TableState table = newest.tables().get(seen.getKey());
      if (table != null && table.nextRowId() != seen.getValue()) {
        throw new QuiverException(
            ErrorCode.SERIALIZATION_FAILURE,
            "another transaction has added rows to table \""
                + table.definition().name()
                + "\" since this one checked them");
      }
    }
    List<ViewDefinition> views = expected.views();
    if (views != null && !views.equals(newest.catalog().views())) {
      throw new QuiverException(
          ErrorCode.SERIALIZATION_FAILURE,
          "another transaction has changed a view while this one altered a table");
    }
  }

  private static void checkThere(Catalog newest, CatalogChange change) {
    switch (change) {
      case CatalogChange.CreateSchema(String name) -> {
        if (newest.schemas().contains(name)) {
          throw new QuiverException(
              ErrorCode.DUPLICATE_SCHEMA, "schema \"" + name + "\" already exists");
        }
      }
      case CatalogChange.DropSchema(String name) ->
          require(newest.schemas().contains(name), "a schema that this one drops");
      case CatalogChange.AlterTable(TableDefinition table) ->
          require(newest.table(table.id()) != null, "a table that this one alters");
      case CatalogChange.DropTable(TableId id) ->
          require(newest.table(id) != null, "a table that this one drops");
      case CatalogChange.DropView(TableId id) ->
          require(newest.view(id) != null, "a view that this one drops");
      case CatalogChange.DropIndex(var id) ->
          require(
              newest.indexes().stream().anyMatch(index -> index.id().equals(id)),
              "an index that this one drops");
      case CatalogChange.DropSequence(TableId id) ->
          require(newest.sequence(id) != null, "a sequence that this one drops");
      case CatalogChange.AdvanceSequence(TableId id, var from, var _) -> {
        SequenceDefinition sequence = newest.sequence(id);
        require(
            sequence != null && sequence.position().equals(from),
            "a sequence, or advanced it, that this one advances");
      }
      case CatalogChange.PutSequence _,
          CatalogChange.CreateTable _,
          CatalogChange.PutView _,
          CatalogChange.PutIndex _ -> {}
    }
  }

  /** Names are there once, and whatever an object depends on is there. */
  private static void checkWhole(Catalog after) {
    Set<List<String>> names = new HashSet<>();
    for (TableDefinition table : after.tables()) {
      checkName(after, table.schemaName(), table.name(), names);
      for (Constraint constraint : table.constraints()) {
        checkConstraint(after, table, constraint, names);
      }
    }
    for (ViewDefinition view : after.views()) {
      checkName(after, view.schemaName(), view.name(), names);
      for (TableId read : view.dependencies()) {
        require(
            after.table(read) != null || after.view(read) != null,
            "what view \"" + view.name() + "\" reads");
      }
    }
    for (SequenceDefinition sequence : after.sequences()) {
      checkName(after, sequence.schemaName(), sequence.name(), names);
    }
    for (IndexDefinition index : after.indexes()) {
      TableDefinition table = after.table(index.table());
      require(table != null, "the table of index \"" + index.name() + "\"");
      if (table != null) {
        checkName(after, table.schemaName(), index.name(), names);
        boolean whole =
            index.keys().stream().allMatch(key -> table.has(key.column()))
                && index.include().stream().allMatch(table::has);
        require(whole, "a column of index \"" + index.name() + "\"");
      }
    }
  }

  private static void checkConstraint(
      Catalog after, TableDefinition table, Constraint constraint, Set<List<String>> names) {
    switch (constraint) {
      case Constraint.Key key -> checkName(after, table.schemaName(), key.name(), names);
      case Constraint.ForeignKey key -> {
        TableDefinition referenced = after.table(key.referenced());
        require(
            referenced != null && referenced.hasKey(key.referencedColumns()),
            "the key that foreign key \"" + key.name() + "\" references");
      }
      case Constraint.Check _ -> {}
    }
  }

  private static void checkName(
      Catalog after, String schemaName, String name, Set<List<String>> names) {
    require(after.schemas().contains(schemaName), "schema \"" + schemaName + "\"");
    if (!names.add(List.of(schemaName, name))) {
      throw RowConflicts.duplicateTable(name);
    }
  }

  private static void require(boolean there, String what) {
    if (!there) {
      throw RowConflicts.conflict(what);
    }
  }
}
