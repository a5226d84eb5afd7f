package io.quiver.sql;

import io.quiver.sql.Statement.Isolation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Transactions, options, SHOW, DESCRIBE and FLUSH. */
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
      case "rollback", "abort" -> {
        endOfTransaction();
        yield new Statement.Rollback();
      }
      case "set" -> set();
      case "reset" -> new Statement.SetOption(optionName(), null);
      case "show" -> show();
      case "describe", "desc" -> {
        cursor.accept("table");
        yield new Statement.Describe(cursor.tableName());
      }
      case "flush" -> new Statement.Flush(cursor.accept("table") ? cursor.tableName() : null);
      default -> throw new IllegalStateException("no command " + word);
    };
  }

  private void acceptWork() {
    if (!cursor.accept("transaction")) {
      cursor.accept("work");
    }
  }

  private void endOfTransaction() {
    acceptWork();
    if (cursor.atAny("and", "to")) {
      String what = cursor.at("and") ? "AND CHAIN" : "ROLLBACK TO SAVEPOINT";
      throw Unsupported.notYet(cursor.where(), what);
    }
  }

  private Statement begin() {
    Isolation isolation = null;
    Boolean readOnly = null;
    while (cursor.kind() != SqlLexer.Kind.END) {
      if (cursor.accept("isolation", "level")) {
        isolation = isolation();
      } else if (cursor.accept("read", "only")) {
        readOnly = true;
      } else if (cursor.accept("read", "write")) {
        readOnly = false;
      } else {
        throw cursor.unexpected("ISOLATION LEVEL, READ ONLY or READ WRITE");
      }
      if (cursor.accept(',') && cursor.kind() == SqlLexer.Kind.END) {
        throw cursor.unexpected("ISOLATION LEVEL, READ ONLY or READ WRITE");
      }
    }
    return new Statement.Begin(isolation, readOnly);
  }

  /** READ UNCOMMITTED is READ COMMITTED, as in PostgreSQL. */
  private Isolation isolation() {
    if (cursor.accept("read", "committed") || cursor.accept("read", "uncommitted")) {
      return Isolation.READ_COMMITTED;
    }
    if (cursor.accept("repeatable", "read")) {
      return Isolation.REPEATABLE_READ;
    }
    if (cursor.at("serializable")) {
      throw Unsupported.notYet(cursor.where(), "ISOLATION LEVEL SERIALIZABLE");
    }
    throw cursor.unexpected("READ COMMITTED or REPEATABLE READ");
  }

  private Statement set() {
    if (cursor.accept("transaction")) {
      cursor.expect("isolation", "level");
      return new Statement.SetOption(
          "transaction_isolation", isolation().name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }
    if (cursor.atAny("local", "role", "time", "names", "constraints")
        || cursor.at("session", "characteristics")) {
      throw Unsupported.notYet(cursor.where(), "SET " + cursor.word().toUpperCase(Locale.ROOT));
    }
    cursor.accept("session");
    String name = optionName();
    if (!cursor.accept('=')) {
      if (!cursor.accept("to")) {
        throw cursor.unexpected("= or TO");
      }
    }
    return new Statement.SetOption(name, value());
  }

  private @Nullable String value() {
    if (cursor.accept("default")) {
      return null;
    }
    String sign = cursor.accept('-') ? "-" : "";
    boolean number =
        cursor.kind() == SqlLexer.Kind.INTEGER || cursor.kind() == SqlLexer.Kind.DECIMAL;
    if (!number && (!sign.isEmpty() || !isWordOrString())) {
      throw cursor.unexpected("a value");
    }
    String text = cursor.text();
    String value =
        switch (cursor.kind()) {
          case STRING -> text.substring(1, text.length() - 1).replace("''", "'");
          case QUOTED_NAME -> text.substring(1, text.length() - 1).replace("\"\"", "\"");
          case WORD -> text.toLowerCase(Locale.ROOT);
          default -> sign + text;
        };
    cursor.skip();
    return value;
  }

  private boolean isWordOrString() {
    return switch (cursor.kind()) {
      case WORD, QUOTED_NAME, STRING -> true;
      default -> false;
    };
  }

  private Statement show() {
    if (cursor.accept("tables")) {
      return new Statement.ShowTables();
    }
    if (cursor.accept("transaction", "isolation", "level")) {
      return new Statement.ShowOption("transaction_isolation");
    }
    if (cursor.atAny(
        "all",
        "columns",
        "create",
        "databases",
        "functions",
        "indexes",
        "jobs",
        "partitions",
        "schemas",
        "segments",
        "users")) {
      throw Unsupported.notYet(cursor.where(), "SHOW " + cursor.word().toUpperCase(Locale.ROOT));
    }
    return new Statement.ShowOption(optionName());
  }

  /** Reserved words may be part of an option's name: nothing else can stand there. */
  private String optionName() {
    StringBuilder name = new StringBuilder();
    do {
      if (cursor.kind() != SqlLexer.Kind.WORD) {
        throw cursor.unexpected("the name of an option");
      }
      name.append(name.isEmpty() ? "" : ".").append(cursor.word());
      cursor.skip();
    } while (cursor.accept('.'));
    return name.toString();
  }
}
