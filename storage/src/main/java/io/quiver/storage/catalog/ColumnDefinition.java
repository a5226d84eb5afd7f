package io.quiver.storage.catalog;

import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import org.jspecify.annotations.Nullable;

/**
 * A column as CREATE TABLE or ALTER TABLE made it.
 *
 * @param defaultSql the text of the DEFAULT expression, which the planner parses again where a row
 *     leaves the column out
 * @param comment what COMMENT ON COLUMN said
 * @param initial of a column that was added to a table: one row with the value of all rows that
 *     were stored before; null where that is NULL
 */
public record ColumnDefinition(
    ColumnId id,
    String name,
    SqlType type,
    boolean nullable,
    @Nullable String defaultSql,
    Identity identity,
    @Nullable String comment,
    @Nullable Column initial) {
  public ColumnDefinition {
    if (initial != null && (initial.length() != 1 || !initial.type().equals(type))) {
      throw new IllegalArgumentException(
          "column " + name + " begins with one " + type + ", found " + initial.type());
    }
  }

  /** A column without a comment, in the table from the start. */
  public ColumnDefinition(
      ColumnId id,
      String name,
      SqlType type,
      boolean nullable,
      @Nullable String defaultSql,
      Identity identity) {
    this(id, name, type, nullable, defaultSql, identity, null, null);
  }

  /** Whether, and how firmly, the table counts this column up by itself. */
  public enum Identity {
    NONE,
    BY_DEFAULT,
    ALWAYS
  }

  public Field field() {
    return new Field(name, type, nullable);
  }

  public ColumnDefinition withId(ColumnId other) {
    return new ColumnDefinition(
        other, name, type, nullable, defaultSql, identity, comment, initial);
  }

  public ColumnDefinition withName(String other) {
    return new ColumnDefinition(id, other, type, nullable, defaultSql, identity, comment, initial);
  }

  /** With a type that has all values of the one before. */
  public ColumnDefinition withType(SqlType wider) {
    Column same = initial == null ? null : Widening.widen(initial, wider);
    return new ColumnDefinition(id, name, wider, nullable, defaultSql, identity, comment, same);
  }

  public ColumnDefinition withNullable(boolean other) {
    return new ColumnDefinition(id, name, type, other, defaultSql, identity, comment, initial);
  }

  public ColumnDefinition withDefault(@Nullable String other) {
    return new ColumnDefinition(id, name, type, nullable, other, identity, comment, initial);
  }

  public ColumnDefinition withIdentity(Identity other) {
    return new ColumnDefinition(id, name, type, nullable, defaultSql, other, comment, initial);
  }

  public ColumnDefinition withComment(@Nullable String other) {
    return new ColumnDefinition(id, name, type, nullable, defaultSql, identity, other, initial);
  }

  public ColumnDefinition withInitial(@Nullable Column other) {
    return new ColumnDefinition(id, name, type, nullable, defaultSql, identity, comment, other);
  }
}
