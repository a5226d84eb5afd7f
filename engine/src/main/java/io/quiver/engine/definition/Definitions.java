package io.quiver.engine.definition;

import io.quiver.sql.Statement;

/** Runs a statement that changes the catalog. */
public final class Definitions {
  private Definitions() {}

  /**
   * Changes the catalog.
   *
   * @return how many rows were stored
   */
  public static long run(Statement.Definition definition, DefinitionContext context) {
    switch (definition) {
      case Statement.CreateTable create -> TableDefinitions.create(create, context);
      case Statement.CreateTableAs create -> {
        return TableDefinitions.createAs(create, context);
      }
      case Statement.DropTable drop -> TableDefinitions.drop(drop, context);
      case Statement.AlterTable alter -> new TableAlteration(context).run(alter);
      case Statement.CreateSchema create -> SchemaDefinitions.create(create, context);
      case Statement.DropSchema drop -> SchemaDefinitions.drop(drop, context);
      case Statement.CreateView create -> ViewDefinitions.create(create, context);
      case Statement.DropView drop -> ViewDefinitions.drop(drop, context);
      case Statement.CreateIndex create -> IndexDefinitions.create(create, context);
      case Statement.DropIndex drop -> IndexDefinitions.drop(drop, context);
      case Statement.CreateSequence create -> SequenceDefinitions.create(create, context);
      case Statement.AlterSequence alter -> SequenceDefinitions.alter(alter, context);
      case Statement.DropSequence drop -> SequenceDefinitions.drop(drop, context);
      case Statement.CommentOn comment -> Comments.set(comment, context);
    }
    return 0;
  }
}
