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
    return new CreateTable(name, ifNotExists, keyNotNull(), primaryKey);
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
    if (cursor.atAny("unique", "foreign", "check", "exclude", "like")) {
      throw Unsupported.notYet(cursor.where(), cursor.word().toUpperCase(Locale.ROOT));
    }
    if (cursor.accept("constraint")) {
      cursor.name("the name of a constraint");
      if (cursor.atAny("unique", "foreign", "check", "exclude")) {
        throw Unsupported.notYet(cursor.where(), cursor.word().toUpperCase(Locale.ROOT));
      }
      tableKey();
    } else if (cursor.at("primary", "key")) {
      tableKey();
    } else {
      column();
    }
  }

  private void tableKey() {
    String where = cursor.where();
    cursor.expect("primary", "key");
    List<String> key = new ArrayList<>();
    cursor.expect('(');
    do {
      key.add(cursor.name("the name of a column"));
    } while (cursor.accept(','));
    cursor.expect(')');
    setKey(where, key);
  }

  private void column() {
    String name = cursor.name("the name of a column");
    ColumnParser column = new ColumnParser(cursor, name);
    String where = cursor.where();
    columns.add(column.parse());
    if (column.isPrimaryKey()) {
      setKey(where, List.of(name));
    }
  }

  private void setKey(String where, List<String> key) {
    if (!primaryKey.isEmpty()) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION, where + "a table has one primary key");
    }
    primaryKey.addAll(key);
  }

  private void checkNames() {
    Set<String> names = new HashSet<>();
    for (ColumnSpec column : columns) {
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is there twice");
      }
    }
    Set<String> keyed = new HashSet<>();
    for (String key : primaryKey) {
      if (!names.contains(key)) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_COLUMN,
            "the primary key names \"" + key + "\", which is no column of the table");
      }
      if (!keyed.add(key)) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "the primary key names \"" + key + "\" twice");
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
