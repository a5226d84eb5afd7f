package io.quiver.sql;

import io.quiver.sql.Statement.ObjectKind;
import io.quiver.sql.Statement.TableName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** CREATE, DROP, ALTER and COMMENT: what they change, and the small ones whole. */
final class DefinitionParser {
  private static final String[] OTHER_OBJECTS = {
    "materialized",
    "user",
    "role",
    "database",
    "function",
    "procedure",
    "type",
    "domain",
    "extension",
    "trigger",
    "temporary",
    "temp",
    "unlogged",
    "global",
    "local",
    "recursive"
  };

  private final TokenCursor cursor;

  private DefinitionParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  static Statement parse(TokenCursor cursor) {
    String verb = cursor.word();
    cursor.skip();
    DefinitionParser parser = new DefinitionParser(cursor);
    return switch (verb) {
      case "create" -> parser.create();
      case "drop" -> parser.ended(parser.drop());
      case "alter" -> parser.alter();
      case "comment" -> parser.ended(parser.comment());
      default -> throw new IllegalStateException("no definition begins with " + verb);
    };
  }

  private Statement ended(Statement statement) {
    cursor.expectEnd();
    return statement;
  }

  private Statement create() {
    String where = cursor.where();
    if (cursor.accept("or", "replace")) {
      if (cursor.at("table")) {
        throw Unsupported.notYet(where, "CREATE OR REPLACE TABLE");
      }
      cursor.expect("view");
      return view(true);
    }
    if (cursor.accept("table")) {
      return TableParser.create(cursor);
    }
    if (cursor.accept("view")) {
      return view(false);
    }
    if (cursor.accept("schema")) {
      boolean ifNotExists = cursor.accept("if", "not", "exists");
      return ended(new Statement.CreateSchema(schemaName(), ifNotExists));
    }
    if (cursor.accept("sequence")) {
      return ended(new SequenceParser(cursor).create());
    }
    if (cursor.atAny("index", "unique", "vector")) {
      return new IndexParser(cursor).create();
    }
    throw other("CREATE", "TABLE, VIEW, SCHEMA or INDEX");
  }

  private Statement view(boolean orReplace) {
    if (cursor.at("if")) {
      throw Unsupported.notYet(cursor.where(), "CREATE VIEW IF NOT EXISTS");
    }
    TableName name = cursor.qualifiedName("a view");
    List<String> columns = cursor.at('(') ? cursor.names("the name of a column") : List.of();
    cursor.expect("as");
    int end = cursor.length();
    return new Statement.CreateView(
        name, orReplace, columns, cursor.query(end), cursor.textTo(end));
  }

  private Statement drop() {
    if (cursor.accept("schema")) {
      boolean ifExists = cursor.accept("if", "exists");
      List<String> names = new ArrayList<>();
      do {
        names.add(schemaName());
      } while (cursor.accept(','));
      return new Statement.DropSchema(names, ifExists, cursor.cascade());
    }
    if (cursor.accept("table")) {
      boolean ifExists = cursor.accept("if", "exists");
      return new Statement.DropTable(names("a table"), ifExists, cursor.cascade());
    }
    if (cursor.accept("view")) {
      boolean ifExists = cursor.accept("if", "exists");
      return new Statement.DropView(names("a view"), ifExists, cursor.cascade());
    }
    if (cursor.accept("sequence")) {
      boolean ifExists = cursor.accept("if", "exists");
      return new Statement.DropSequence(names("a sequence"), ifExists, cursor.cascade());
    }
    if (cursor.accept("index") || cursor.accept("vector", "index")) {
      cursor.accept("concurrently");
      boolean ifExists = cursor.accept("if", "exists");
      return new Statement.DropIndex(names("an index"), ifExists, cursor.cascade());
    }
    throw other("DROP", "TABLE, VIEW, SCHEMA or INDEX");
  }

  private List<TableName> names(String what) {
    List<TableName> names = new ArrayList<>();
    do {
      names.add(cursor.qualifiedName(what));
    } while (cursor.accept(','));
    return names;
  }

  /** A schema, or the database and a schema of it. */
  private String schemaName() {
    if (cursor.at("authorization")) {
      throw Unsupported.notYet(cursor.where(), "CREATE SCHEMA AUTHORIZATION");
    }
    String name = cursor.name("the name of a schema");
    return cursor.accept('.') ? cursor.name("the name of a schema") : name;
  }

  private Statement alter() {
    if (cursor.accept("table")) {
      return new AlterParser(cursor).table();
    }
    if (cursor.accept("sequence")) {
      return ended(new SequenceParser(cursor).alter());
    }
    if (cursor.atAny("view", "index", "schema", "system")) {
      throw Unsupported.notYet(cursor.where(), "ALTER " + cursor.word().toUpperCase(Locale.ROOT));
    }
    throw other("ALTER", "TABLE");
  }

  private Statement comment() {
    cursor.expect("on");
    if (cursor.accept("column")) {
      return commentOnColumn();
    }
    for (ObjectKind kind : List.of(ObjectKind.TABLE, ObjectKind.VIEW, ObjectKind.INDEX)) {
      String word = kind.name().toLowerCase(Locale.ROOT);
      if (cursor.accept(word)) {
        TableName name = cursor.qualifiedName("a " + word);
        return new Statement.CommentOn(kind, name, null, commentText());
      }
    }
    throw other("COMMENT ON", "TABLE, VIEW, INDEX or COLUMN");
  }

  /** A column's name stands behind that of its table. */
  private Statement commentOnColumn() {
    List<String> names = new ArrayList<>();
    do {
      names.add(cursor.name("the name of a table and its column"));
    } while (cursor.accept('.'));
    if (names.size() < 2 || names.size() > 4) {
      throw cursor.unexpected(". and the name of a column");
    }
    int last = names.size() - 1;
    TableName table =
        new TableName(
            last > 2 ? names.get(0) : null,
            last > 1 ? names.get(last - 2) : null,
            names.get(last - 1));
    return new Statement.CommentOn(ObjectKind.COLUMN, table, names.get(last), commentText());
  }

  private @Nullable String commentText() {
    cursor.expect("is");
    return cursor.accept("null") ? null : cursor.string("a text or NULL");
  }

  private RuntimeException other(String verb, String wanted) {
    if (cursor.atAny(OTHER_OBJECTS)) {
      return Unsupported.notYet(
          cursor.where(), verb + " " + cursor.word().toUpperCase(Locale.ROOT));
    }
    return cursor.unexpected(wanted);
  }
}
