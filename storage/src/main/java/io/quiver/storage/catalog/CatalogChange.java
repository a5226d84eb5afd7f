package io.quiver.storage.catalog;

/** One step from a catalog to the next. A transaction's steps are applied in their order. */
public sealed interface CatalogChange {
  /** The id of what is made or replaced, or 0. */
  default long newId() {
    return switch (this) {
      case CreateTable(TableDefinition table) -> table.id().value();
      case PutView(ViewDefinition view) -> view.id().value();
      case PutIndex(IndexDefinition index) -> index.id().value();
      case PutSequence(SequenceDefinition sequence) -> sequence.id().value();
      case CreateSchema _,
          DropSchema _,
          AlterTable _,
          DropTable _,
          DropView _,
          DropIndex _,
          DropSequence _,
          AdvanceSequence _ ->
          0;
    };
  }

  /** A schema without tables. */
  record CreateSchema(String name) implements CatalogChange {}

  /** Of a schema in which nothing is left. */
  record DropSchema(String name) implements CatalogChange {}

  /** A new table, without rows. */
  record CreateTable(TableDefinition table) implements CatalogChange {}

  /** Another definition for the table of the same id. */
  record AlterTable(TableDefinition table) implements CatalogChange {}

  /** The indexes of the table go with it. */
  record DropTable(TableId table) implements CatalogChange {}

  /** A new view, or another definition for the view of the same id. */
  record PutView(ViewDefinition view) implements CatalogChange {}

  /** The views over it have been dropped before. */
  record DropView(TableId view) implements CatalogChange {}

  /** A new index, or another definition for the index of the same id. */
  record PutIndex(IndexDefinition index) implements CatalogChange {}

  /** Its table stays. */
  record DropIndex(IndexId index) implements CatalogChange {}

  /** A new sequence, or another definition for the sequence of the same id. */
  record PutSequence(SequenceDefinition sequence) implements CatalogChange {}

  /** Its values are gone with it. */
  record DropSequence(TableId sequence) implements CatalogChange {}

  /** Reserves values of a sequence, or sets it; the catalog is as it was otherwise. */
  record AdvanceSequence(
      TableId sequence, SequenceDefinition.Position from, SequenceDefinition.Position to)
      implements CatalogChange {}
}
