package io.quiver.sql;

import io.quiver.sql.Statement.TableName;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The constraints of a table and of a column. */
final class ConstraintParser {
  private final TokenCursor cursor;

  ConstraintParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** Whether the next words begin a constraint of a table. */
  boolean isAtTableConstraint() {
    return cursor.atAny("constraint", "unique", "foreign", "check", "exclude")
        || cursor.at("primary", "key");
  }

  /** CONSTRAINT and a name, or null where there is none. */
  @Nullable String name() {
    return cursor.accept("constraint") ? cursor.name("the name of a constraint") : null;
  }

  ConstraintSpec ofTable() {
    String name = name();
    ConstraintSpec constraint;
    if (cursor.accept("primary", "key")) {
      checkNoIndex();
      constraint = new ConstraintSpec.PrimaryKey(name, columns());
    } else if (cursor.accept("unique")) {
      checkNulls();
      checkNoIndex();
      constraint = new ConstraintSpec.Unique(name, columns());
    } else if (cursor.accept("check")) {
      constraint = new ConstraintSpec.Check(name, condition());
    } else if (cursor.accept("foreign", "key")) {
      List<String> columns = columns();
      cursor.expect("references");
      constraint = references(name, columns);
    } else if (cursor.at("exclude")) {
      throw Unsupported.notYet(cursor.where(), "EXCLUDE");
    } else {
      throw cursor.unexpected("PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY");
    }
    attributes();
    return constraint;
  }

  /** What follows a column's type, or null where that is no constraint of this kind. */
  @Nullable ConstraintSpec ofColumn(@Nullable String name, String column) {
    ConstraintSpec constraint;
    if (cursor.accept("primary", "key")) {
      constraint = new ConstraintSpec.PrimaryKey(name, List.of(column));
    } else if (cursor.accept("unique")) {
      cursor.accept("key");
      checkNulls();
      constraint = new ConstraintSpec.Unique(name, List.of(column));
    } else if (cursor.accept("check")) {
      constraint = new ConstraintSpec.Check(name, condition());
    } else if (cursor.accept("references")) {
      constraint = references(name, List.of(column));
    } else {
      return null;
    }
    attributes();
    return constraint;
  }

  private List<String> columns() {
    return cursor.names("the name of a column");
  }

  private void checkNoIndex() {
    if (cursor.at("using")) {
      throw Unsupported.notYet(cursor.where(), "a constraint USING INDEX");
    }
  }

  private void checkNulls() {
    if (cursor.at("nulls", "not")) {
      throw Unsupported.notYet(cursor.where(), "NULLS NOT DISTINCT");
    }
    cursor.accept("nulls", "distinct");
  }

  /** The text between parentheses. */
  private String condition() {
    cursor.expect('(');
    int from = cursor.offset();
    int depth = 0;
    boolean empty = true;
    while (depth > 0 || !cursor.at(')')) {
      if (cursor.kind() == SqlLexer.Kind.END) {
        throw cursor.unexpected(")");
      }
      if (cursor.kind() == SqlLexer.Kind.PARAMETER) {
        throw cursor.unexpected("a condition without parameters");
      }
      if (cursor.at('(')) {
        depth++;
      } else if (cursor.at(')')) {
        depth--;
      }
      empty = false;
      cursor.skip();
    }
    if (empty) {
      throw cursor.unexpected("a condition");
    }
    String condition = cursor.expression(from);
    cursor.expect(')');
    return condition;
  }

  private ConstraintSpec references(@Nullable String name, List<String> columns) {
    TableName referenced = cursor.tableName();
    List<String> of = cursor.at('(') ? columns() : List.of();
    if (cursor.accept("match")) {
      if (!cursor.at("simple")) {
        throw Unsupported.notYet(cursor.where(), "MATCH " + cursor.word().toUpperCase(Locale.ROOT));
      }
      cursor.skip();
    }
    ConstraintSpec.Action onDelete = null;
    ConstraintSpec.Action onUpdate = null;
    while (cursor.at("on")) {
      String where = cursor.where();
      cursor.skip();
      boolean delete = cursor.accept("delete");
      if (!delete) {
        cursor.expect("update");
      }
      if ((delete ? onDelete : onUpdate) != null) {
        throw new QuiverException(
            ErrorCode.SYNTAX_ERROR,
            where + "ON " + (delete ? "DELETE" : "UPDATE") + " is said twice");
      }
      if (delete) {
        onDelete = action();
      } else {
        onUpdate = action();
      }
    }
    return new ConstraintSpec.ForeignKey(
        name, columns, referenced, of, orNone(onDelete), orNone(onUpdate));
  }

  private static ConstraintSpec.Action orNone(ConstraintSpec.@Nullable Action action) {
    return action == null ? ConstraintSpec.Action.NO_ACTION : action;
  }

  private ConstraintSpec.Action action() {
    for (ConstraintSpec.Action action : ConstraintSpec.Action.values()) {
      if (cursor.accept(action.name().toLowerCase(Locale.ROOT).split("_"))) {
        return action;
      }
    }
    throw cursor.unexpected("NO ACTION, RESTRICT, CASCADE, SET NULL or SET DEFAULT");
  }

  /** What may follow any constraint; only that says something which is so already. */
  private void attributes() {
    while (true) {
      if (cursor.at("not", "valid")) {
        throw Unsupported.notYet(cursor.where(), "a constraint NOT VALID");
      }
      if (cursor.at("not", "enforced")) {
        throw Unsupported.notYet(cursor.where(), "a constraint NOT ENFORCED");
      }
      if (cursor.atAny("deferrable", "include") || cursor.at("initially", "deferred")) {
        throw Unsupported.notYet(
            cursor.where(), "a constraint " + cursor.word().toUpperCase(Locale.ROOT));
      }
      if (!cursor.accept("not", "deferrable") && !cursor.accept("initially", "immediate")) {
        return;
      }
    }
  }
}
