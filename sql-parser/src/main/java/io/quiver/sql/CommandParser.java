package io.quiver.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Transactions, savepoints, TRUNCATE, SHOW, DESCRIBE and upkeep; SET goes to {@link SetParser}. */
final class CommandParser {
  private final TokenCursor cursor;

  private CommandParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  static Statement parse(TokenCursor cursor) {
    Statement statement = new CommandParser(cursor).statement();
    cursor.expectEnd();
    return statement;
  }

  private Statement statement() {
    String word = cursor.word();
    cursor.skip();
    return switch (word) {
      case "begin" -> {
        acceptWork();
        yield begin();
      }
      case "start" -> {
        cursor.expect("transaction");
        yield begin();
      }
      case "commit", "end" -> {
        endOfTransaction();
        yield new Statement.Commit();
      }
      case "rollback" -> {
        endOfTransaction();
        yield cursor.accept("to")
            ? new Statement.RollbackTo(savepoint())
            : new Statement.Rollback();
      }
      case "abort" -> {
        endOfTransaction();
        yield new Statement.Rollback();
      }
      case "savepoint" -> new Statement.Savepoint(cursor.name("the name of a savepoint"));
      case "release" ->
          cursor.accept("table")
              ? new Statement.ReleaseTable(cursor.tableName())
              : new Statement.Release(savepoint());
      case "truncate" -> truncate();
      case "set" -> new SetParser(cursor).set();
      case "reset" -> new SetParser(cursor).reset();
      case "show" -> show();
      case "describe", "desc" -> {
        cursor.accept("table");
        yield new Statement.Describe(cursor.tableName());
      }
      case "flush" -> new Statement.Flush(cursor.accept("table") ? cursor.tableName() : null);
      case "checkpoint" -> new Statement.Checkpoint();
      case "optimize" -> {
        cursor.expect("table");
        yield new Statement.Optimize(cursor.tableName());
      }
      case "reindex" -> reindex();
      case "kill" -> kill();
      case "load" -> {
        cursor.expect("table");
        Statement.TableName table = cursor.tableName();
        yield new Statement.Load(
            table, cursor.at('(') ? cursor.names("the name of a column") : List.of());
      }
      default -> throw new IllegalStateException("no command " + word);
    };
  }

  private Statement reindex() {
    boolean table = cursor.accept("table");
    if (!table) {
      cursor.expect("index");
    }
    return new Statement.Reindex(cursor.tableName(), table);
  }

  private Statement kill() {
    if (cursor.atAny("query", "connection")) {
      throw Unsupported.notYet(cursor.where(), "KILL " + cursor.word().toUpperCase(Locale.ROOT));
    }
    cursor.expect("build");
    return new Statement.KillBuild(cursor.longNumber("the id of a build"));
  }

  private void acceptWork() {
    if (!cursor.accept("transaction")) {
      cursor.accept("work");
    }
  }

  private void endOfTransaction() {
    acceptWork();
    if (cursor.accept("and")) {
      if (!cursor.accept("no", "chain")) {
        throw Unsupported.notYet(cursor.where(), "AND CHAIN");
      }
    }
  }

  private String savepoint() {
    // SAVEPOINT may be left out, and is a name like any other.
    if (cursor.at("savepoint") && !cursor.isLast()) {
      cursor.skip();
    }
    return cursor.name("the name of a savepoint");
  }

  private Statement truncate() {
    cursor.accept("table");
    List<Statement.TableName> names = new ArrayList<>();
    do {
      cursor.accept("only");
      names.add(cursor.tableName());
    } while (cursor.accept(','));
    if (cursor.at("restart", "identity")) {
      throw Unsupported.notYet(cursor.where(), "RESTART IDENTITY");
    }
    cursor.accept("continue", "identity");
    return new Statement.Truncate(names, cursor.cascade());
  }

  private Statement begin() {
    TransactionModes modes = TransactionModes.parse(cursor);
    return new Statement.Begin(modes.isolation(), modes.readOnly());
  }

  private @Nullable Statement objects() {
    if (cursor.accept("tables")) {
      return new Statement.ShowObjects(Statement.Listing.TABLES, null);
    }
    if (cursor.accept("views")) {
      return new Statement.ShowObjects(Statement.Listing.VIEWS, null);
    }
    if (cursor.accept("schemas")) {
      return new Statement.ShowObjects(Statement.Listing.SCHEMAS, null);
    }
    if (cursor.accept("functions")) {
      return new Statement.ShowObjects(Statement.Listing.FUNCTIONS, null);
    }
    if (cursor.accept("create", "table") || cursor.accept("create", "view")) {
      return new Statement.ShowObjects(Statement.Listing.CREATE_TABLE, cursor.tableName());
    }
    if (cursor.accept("columns")) {
      if (!cursor.accept("from")) {
        cursor.expect("in");
      }
      return new Statement.ShowObjects(Statement.Listing.COLUMNS, cursor.tableName());
    }
    if (cursor.accept("indexes") || cursor.accept("index")) {
      boolean one = cursor.accept("from") || cursor.accept("in") || cursor.accept("on");
      return new Statement.ShowObjects(Statement.Listing.INDEXES, one ? cursor.tableName() : null);
    }
    return null;
  }

  private Statement show() {
    Statement objects = objects();
    if (objects != null) {
      return objects;
    }
    if (cursor.accept("transaction", "isolation", "level")) {
      return new Statement.ShowOption("transaction_isolation");
    }
    if (cursor.accept("time", "zone")) {
      return new Statement.ShowOption("timezone");
    }
    if (cursor.accept("all")) {
      return new Statement.ShowAll();
    }
    if (cursor.atAny("databases", "jobs", "partitions", "segments", "users")) {
      throw Unsupported.notYet(cursor.where(), "SHOW " + cursor.word().toUpperCase(Locale.ROOT));
    }
    return new Statement.ShowOption(new SetParser(cursor).name());
  }
}
