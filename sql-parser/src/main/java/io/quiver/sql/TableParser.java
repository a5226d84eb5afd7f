package io.quiver.sql;

import io.quiver.sql.Statement.ColumnSpec;
import io.quiver.sql.Statement.CreateTable;
import io.quiver.sql.Statement.TableName;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** CREATE TABLE. */
final class TableParser {
  private final TokenCursor cursor;
  private final List<ColumnSpec> columns = new ArrayList<>();
  private final List<ConstraintSpec> constraints = new ArrayList<>();
  private final List<String> primaryKey = new ArrayList<>();

  private TableParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** What follows CREATE TABLE. */
  static Statement create(TokenCursor cursor) {
    return new TableParser(cursor).createTable();
  }

  private Statement createTable() {
    boolean ifNotExists = cursor.accept("if", "not", "exists");
    TableName name = cursor.tableName();
    List<String> names = List.of();
    if (cursor.at('(') && isListOfNames()) {
      names = cursor.names("the name of a column");
    }
    if (!names.isEmpty() || cursor.at("as")) {
      cursor.expect("as");
      return createTableAs(name, ifNotExists, names);
    }
    cursor.expect('(');
    do {
      element();
    } while (cursor.accept(','));
    cursor.expect(')');
    if (cursor.atAny(
        "partition", "with", "on", "inherits", "tablespace", "using", "as", "engine")) {
      throw Unsupported.notYet(
          cursor.where(), cursor.word().toUpperCase(Locale.ROOT) + " after CREATE TABLE");
    }
    cursor.expectEnd();
    checkNames();
    return new CreateTable(name, ifNotExists, keyNotNull(), constraints);
  }

  /** CREATE TABLE t (a, b) AS has names alone; a column always has a type. */
  private boolean isListOfNames() {
    TokenCursor ahead = cursor.copy();
    ahead.expect('(');
    ahead.skip();
    return ahead.at(',') || ahead.at(')');
  }

  private Statement createTableAs(TableName name, boolean ifNotExists, List<String> names) {
    int noData = cursor.ending("with", "no", "data");
    int data = cursor.ending("with", "data");
    int end = noData >= 0 ? noData : data >= 0 ? data : cursor.length();
    return new Statement.CreateTableAs(name, ifNotExists, names, cursor.query(end), noData < 0);
  }

  private void element() {
    if (cursor.at("like")) {
      throw Unsupported.notYet(cursor.where(), "LIKE");
    }
    ConstraintParser constraint = new ConstraintParser(cursor);
    String where = cursor.where();
    if (constraint.isAtTableConstraint()) {
      add(where, constraint.ofTable());
      return;
    }
    ColumnParser column = new ColumnParser(cursor, cursor.name("the name of a column"));
    columns.add(column.parse());
    column.constraints().forEach(other -> add(where, other));
  }

  private void add(String where, ConstraintSpec constraint) {
    if (constraint instanceof ConstraintSpec.PrimaryKey key) {
      if (!primaryKey.isEmpty()) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION, where + "a table has one primary key");
      }
      primaryKey.addAll(key.columns());
    }
    constraints.add(constraint);
  }

  private void checkNames() {
    Set<String> names = new HashSet<>();
    for (ColumnSpec column : columns) {
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is there twice");
      }
    }
  }

  private List<ColumnSpec> keyNotNull() {
    return columns.stream()
        .map(column ->
            primaryKey.contains(column.name())
                ? new ColumnSpec(
                    column.name(), column.type(), false, column.defaultSql(), column.identity())
                : column)
        .toList();
  }
}
