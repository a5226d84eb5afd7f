package io.quiver.sql;

import io.quiver.sql.Statement.TableName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A constraint of CREATE TABLE or ALTER TABLE, on one column or on the table. */
public sealed interface ConstraintSpec {
  /** What CONSTRAINT said, or null to have a name made. */
  @Nullable String name();

  /** PRIMARY KEY. */
  record PrimaryKey(@Nullable String name, List<String> columns) implements ConstraintSpec {
    public PrimaryKey {
      columns = List.copyOf(columns);
    }
  }

  /** UNIQUE. */
  record Unique(@Nullable String name, List<String> columns) implements ConstraintSpec {
    public Unique {
      columns = List.copyOf(columns);
    }
  }

  /**
   * CHECK.
   *
   * @param sql the text of the condition
   */
  record Check(@Nullable String name, String sql) implements ConstraintSpec {}

  /**
   * FOREIGN KEY, or REFERENCES of a column.
   *
   * @param referencedColumns empty for those of the primary key
   */
  record ForeignKey(
      @Nullable String name,
      List<String> columns,
      TableName referenced,
      List<String> referencedColumns,
      Action onDelete,
      Action onUpdate)
      implements ConstraintSpec {
    public ForeignKey {
      columns = List.copyOf(columns);
      referencedColumns = List.copyOf(referencedColumns);
    }
  }

  /** What ON DELETE and ON UPDATE say. */
  enum Action {
    NO_ACTION,
    RESTRICT,
    CASCADE,
    SET_NULL,
    SET_DEFAULT
  }
}
