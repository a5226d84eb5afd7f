package io.quiver.sql;

import io.quiver.sql.Statement.TableName;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/** CREATE SEQUENCE and ALTER SEQUENCE: the options, each once and in any order. */
final class SequenceParser {
  private final TokenCursor cursor;
  private @Nullable Long start;
  private @Nullable Long increment;
  private SequenceSpec.@Nullable Bound minimum;
  private SequenceSpec.@Nullable Bound maximum;
  private @Nullable Boolean cycle;
  private @Nullable Long cache;
  private boolean restarts;
  private @Nullable Long restart;

  SequenceParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** What follows CREATE SEQUENCE. */
  Statement create() {
    boolean ifNotExists = cursor.accept("if", "not", "exists");
    TableName name = cursor.qualifiedName("a sequence");
    if (cursor.accept("as")) {
      if (!cursor.accept("bigint") && !cursor.accept("int8")) {
        throw Unsupported.notYet(cursor.where(), "a sequence of another type than BIGINT");
      }
    }
    return new Statement.CreateSequence(name, ifNotExists, options(false));
  }

  /** What follows ALTER SEQUENCE. */
  Statement alter() {
    boolean ifExists = cursor.accept("if", "exists");
    TableName name = cursor.qualifiedName("a sequence");
    if (cursor.atAny("rename", "set", "owner", "as")) {
      throw Unsupported.notYet(cursor.where(), "ALTER SEQUENCE " + cursor.text());
    }
    return new Statement.AlterSequence(name, ifExists, options(true));
  }

  private SequenceSpec options(boolean alter) {
    while (cursor.kind() != SqlLexer.Kind.END) {
      String where = cursor.where();
      if (!option(alter)) {
        throw new QuiverException(
            ErrorCode.SYNTAX_ERROR, where + "an option of the sequence is given twice");
      }
    }
    return new SequenceSpec(start, increment, minimum, maximum, cycle, cache, restarts, restart);
  }

  /** False where it is given twice. */
  private boolean option(boolean alter) {
    boolean first;
    if (cursor.accept("start")) {
      cursor.accept("with");
      first = start == null;
      start = number();
    } else if (cursor.accept("increment")) {
      cursor.accept("by");
      first = increment == null;
      increment = number();
    } else if (cursor.accept("minvalue")) {
      first = minimum == null;
      minimum = new SequenceSpec.Bound(number());
    } else if (cursor.accept("maxvalue")) {
      first = maximum == null;
      maximum = new SequenceSpec.Bound(number());
    } else if (cursor.accept("no", "minvalue") || cursor.accept("nominvalue")) {
      first = minimum == null;
      minimum = SequenceSpec.Bound.NONE;
    } else if (cursor.accept("no", "maxvalue") || cursor.accept("nomaxvalue")) {
      first = maximum == null;
      maximum = SequenceSpec.Bound.NONE;
    } else if (cursor.accept("no", "cycle") || cursor.accept("nocycle")) {
      first = cycle == null;
      cycle = false;
    } else if (cursor.accept("cycle")) {
      first = cycle == null;
      cycle = true;
    } else if (cursor.accept("cache")) {
      first = cache == null;
      cache = number();
    } else if (cursor.accept("owned", "by", "none")) {
      first = true;
    } else if (cursor.at("owned")) {
      throw Unsupported.notYet(cursor.where(), "OWNED BY");
    } else if (alter && cursor.accept("restart")) {
      first = !restarts;
      restarts = true;
      cursor.accept("with");
      restart = cursor.at('-') || cursor.kind() == SqlLexer.Kind.INTEGER ? number() : null;
    } else {
      throw cursor.unexpected("an option of the sequence");
    }
    return first;
  }

  private long number() {
    boolean negative = cursor.accept('-');
    if (cursor.kind() != SqlLexer.Kind.INTEGER) {
      throw cursor.unexpected("a whole number");
    }
    try {
      long value = Long.parseLong((negative ? "-" : "") + cursor.text());
      cursor.skip();
      return value;
    } catch (NumberFormatException e) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          cursor.where() + cursor.text() + " is no BIGINT",
          e);
    }
  }
}
