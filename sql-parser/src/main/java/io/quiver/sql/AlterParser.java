package io.quiver.sql;

import io.quiver.sql.Statement.AlterTable.Action;
import io.quiver.sql.Statement.TableName;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** ALTER TABLE. */
final class AlterParser {
  private final TokenCursor cursor;

  AlterParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** What follows ALTER TABLE. */
  Statement table() {
    boolean ifExists = cursor.accept("if", "exists");
    TableName name = cursor.tableName();
    List<Action> actions = new ArrayList<>();
    do {
      actions.add(action());
    } while (cursor.accept(','));
    cursor.expectEnd();
    return new Statement.AlterTable(name, ifExists, actions);
  }

  private Action action() {
    if (cursor.accept("add")) {
      return add();
    }
    if (cursor.accept("drop")) {
      return drop();
    }
    if (cursor.accept("rename")) {
      return rename();
    }
    if (cursor.accept("alter")) {
      cursor.accept("column");
      return alterColumn(cursor.name("the name of a column"));
    }
    if (cursor.accept("set", "schema")) {
      return new Action.SetSchema(cursor.name("the name of a schema"));
    }
    if (cursor.atAny("set", "owner", "enable", "disable", "cluster", "attach", "modify")) {
      throw Unsupported.notYet(
          cursor.where(), "ALTER TABLE " + cursor.word().toUpperCase(Locale.ROOT));
    }
    throw cursor.unexpected("ADD, DROP, RENAME or ALTER");
  }

  private Action add() {
    ConstraintParser constraint = new ConstraintParser(cursor);
    if (constraint.isAtTableConstraint()) {
      return new Action.AddConstraint(constraint.ofTable());
    }
    cursor.accept("column");
    boolean ifNotExists = cursor.accept("if", "not", "exists");
    ColumnParser column = new ColumnParser(cursor, cursor.name("the name of a column"));
    Statement.ColumnSpec spec = column.parse();
    return new Action.AddColumn(spec, column.constraints(), ifNotExists);
  }

  private Action drop() {
    if (cursor.accept("constraint")) {
      boolean ifExists = cursor.accept("if", "exists");
      String name = cursor.name("the name of a constraint");
      return new Action.DropConstraint(name, ifExists, cursor.cascade());
    }
    cursor.accept("column");
    boolean ifExists = cursor.accept("if", "exists");
    String name = cursor.name("the name of a column");
    return new Action.DropColumn(name, ifExists, cursor.cascade());
  }

  private Action rename() {
    if (cursor.accept("to")) {
      return new Action.RenameTable(cursor.name("the new name of the table"));
    }
    if (cursor.accept("constraint")) {
      String from = cursor.name("the name of a constraint");
      cursor.expect("to");
      return new Action.RenameConstraint(from, cursor.name("the new name of the constraint"));
    }
    cursor.accept("column");
    String from = cursor.name("the name of a column");
    cursor.expect("to");
    return new Action.RenameColumn(from, cursor.name("the new name of the column"));
  }

  private Action alterColumn(String column) {
    if (cursor.accept("set", "default")) {
      return new Action.SetDefault(column, ColumnParser.defaultExpression(cursor));
    }
    if (cursor.accept("drop", "default")) {
      return new Action.SetDefault(column, null);
    }
    if (cursor.accept("set", "not", "null")) {
      return new Action.SetNullable(column, false);
    }
    if (cursor.accept("drop", "not", "null")) {
      return new Action.SetNullable(column, true);
    }
    if (cursor.accept("restart", "with") || cursor.accept("set", "restart", "with")) {
      return new Action.RestartIdentity(column, cursor.longNumber("a whole number"));
    }
    if (cursor.accept("set", "generated", "always")) {
      return new Action.SetIdentity(column, Statement.IdentityKind.ALWAYS);
    }
    if (cursor.accept("set", "generated", "by", "default")) {
      return new Action.SetIdentity(column, Statement.IdentityKind.BY_DEFAULT);
    }
    if (cursor.accept("type") || cursor.accept("set", "data", "type")) {
      SqlType type = new ColumnParser(cursor, column).type();
      if (cursor.at("using")) {
        throw Unsupported.notYet(cursor.where(), "ALTER COLUMN TYPE with USING");
      }
      return new Action.SetType(column, type);
    }
    throw cursor.unexpected(
        "TYPE, or SET, DROP or RESTART, and DEFAULT, NOT NULL, GENERATED or WITH");
  }
}
