package io.quiver.engine.definition;

import io.quiver.sql.Statement;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/** COMMENT ON. */
final class Comments {
  private Comments() {}

  static void set(Statement.CommentOn command, DefinitionContext context) {
    Names names = context.names();
    // As in PostgreSQL, an empty text is none.
    String given = command.text();
    String text = given == null || given.isEmpty() ? null : given;
    switch (command.kind()) {
      case TABLE ->
          context.transaction().alterTable(names.existingTable(command.name()).withComment(text));
      case COLUMN -> {
        TableDefinition table = names.existingTable(command.name());
        String name = String.valueOf(command.column());
        context.transaction().alterTable(table.with(Names.column(table, name).withComment(text)));
      }
      case VIEW -> view(command, text, context);
      case INDEX -> {
        IndexDefinition index = names.index(command.name());
        if (index == null) {
          throw Names.undefined("index", command.name());
        }
        context.transaction().change(new CatalogChange.PutIndex(index.withComment(text)));
      }
    }
  }

  private static void view(
      Statement.CommentOn command, @Nullable String text, DefinitionContext context) {
    ViewDefinition view = context.names().view(command.name());
    if (view != null) {
      context.transaction().change(new CatalogChange.PutView(view.withComment(text)));
      return;
    }
    if (context.names().table(command.name()) != null) {
      throw new QuiverException(
          ErrorCode.WRONG_OBJECT_TYPE, "\"" + command.name() + "\" is a table, expected a view");
    }
    throw Names.undefined("view", command.name());
  }
}
