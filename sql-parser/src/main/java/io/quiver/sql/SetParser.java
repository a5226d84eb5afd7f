package io.quiver.sql;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** SET and RESET, and the names of options. */
final class SetParser {
  private static final String TIME_ZONE = "timezone";

  private final TokenCursor cursor;

  SetParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** What comes after SET. */
  Statement set() {
    if (cursor.accept("session", "characteristics", "as", "transaction")) {
      return transaction(true);
    }
    boolean local = cursor.accept("local");
    if (!local && cursor.at("session") && !cursor.at("session", "authorization")) {
      cursor.skip();
    }
    if (cursor.accept("transaction")) {
      return transaction(false);
    }
    if (cursor.accept("time", "zone")) {
      return new Statement.SetOption(TIME_ZONE, timeZone(), local);
    }
    if (cursor.atAny("role", "names", "constraints") || cursor.at("session", "authorization")) {
      throw Unsupported.notYet(cursor.where(), "SET " + cursor.word().toUpperCase(Locale.ROOT));
    }
    if (cursor.accept("schema")) {
      return new Statement.SetOption("search_path", value(), local);
    }
    String name = name();
    if (!cursor.accept('=') && !cursor.accept("to")) {
      throw cursor.unexpected("= or TO");
    }
    return new Statement.SetOption(name, values(), local);
  }

  /** What comes after RESET. */
  Statement reset() {
    if (cursor.accept("all")) {
      return new Statement.ResetAll();
    }
    if (cursor.accept("time", "zone")) {
      return new Statement.SetOption(TIME_ZONE, null, false);
    }
    return new Statement.SetOption(name(), null, false);
  }

  /** An option's name. Reserved words may be part of it: nothing else can stand there. */
  String name() {
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

  private Statement transaction(boolean session) {
    TransactionModes modes = TransactionModes.parseSome(cursor);
    return new Statement.SetTransaction(session, modes.isolation(), modes.readOnly());
  }

  private @Nullable String timeZone() {
    if (cursor.accept("default") || cursor.accept("local")) {
      return null;
    }
    boolean interval = cursor.accept("interval");
    String zone = value();
    if (interval) {
      cursor.expect("hour", "to", "minute");
    }
    return zone;
  }

  private @Nullable String values() {
    if (cursor.accept("default")) {
      return null;
    }
    StringBuilder values = new StringBuilder(value());
    while (cursor.accept(',')) {
      values.append(", ").append(value());
    }
    return values.toString();
  }

  private String value() {
    boolean minus = cursor.accept('-');
    boolean signed = minus || cursor.accept('+');
    String text = cursor.text();
    String value =
        switch (cursor.kind()) {
          case INTEGER, DECIMAL -> (minus ? "-" : "") + text;
          case STRING -> text.substring(1, text.length() - 1).replace("''", "'");
          case QUOTED_NAME -> text.substring(1, text.length() - 1).replace("\"\"", "\"");
          case WORD -> text.toLowerCase(Locale.ROOT);
          default -> throw cursor.unexpected("a value");
        };
    boolean number =
        cursor.kind() == SqlLexer.Kind.INTEGER || cursor.kind() == SqlLexer.Kind.DECIMAL;
    if (signed && !number) {
      throw cursor.unexpected("a number");
    }
    cursor.skip();
    return value;
  }
}
