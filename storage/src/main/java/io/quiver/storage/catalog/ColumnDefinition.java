package io.quiver.storage.catalog;

import io.quiver.types.Field;
import io.quiver.types.SqlType;
import org.jspecify.annotations.Nullable;

/**
 * A column as CREATE TABLE made it.
 *
 * @param defaultSql the text of the DEFAULT expression, which the planner parses again where a row
 *     leaves the column out
 */
public record ColumnDefinition(
    ColumnId id,
    String name,
    SqlType type,
    boolean nullable,
    @Nullable String defaultSql,
    Identity identity) {

  /** Whether, and how firmly, the table counts this column up by itself. */
  public enum Identity {
    NONE,
    BY_DEFAULT,
    ALWAYS
  }

  public Field field() {
    return new Field(name, type, nullable);
  }
}
