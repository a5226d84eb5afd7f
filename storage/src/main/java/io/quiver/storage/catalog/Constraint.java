package io.quiver.storage.catalog;

import java.util.List;

/** What the rows of a table must hold, beside the types and NOT NULL of its columns. */
public sealed interface Constraint {
  /** Unique among the constraints of a table; that of a {@link Key} among a schema's relations. */
  String name();

  Constraint withName(String other);

  /** Whether a column of its table has a part in it. */
  boolean reads(ColumnId column);

  /** No two rows have equal values in these columns; a row with a NULL in one equals no other. */
  sealed interface Key extends Constraint {
    /** In key order; at least one. */
    List<ColumnId> columns();

    /** Whether it is of just these columns, in any order. */
    default boolean isOf(List<ColumnId> keyColumns) {
      return columns().size() == keyColumns.size() && columns().containsAll(keyColumns);
    }

    @Override
    default boolean reads(ColumnId column) {
      return columns().contains(column);
    }
  }

  /** The key that names rows; its columns take no nulls. */
  record PrimaryKey(String name, List<ColumnId> columns) implements Key {
    public PrimaryKey {
      columns = ofKey(name, columns);
    }

    @Override
    public PrimaryKey withName(String other) {
      return new PrimaryKey(other, columns);
    }
  }

  /**
   * Another key.
   *
   * @param index whether CREATE UNIQUE INDEX made it, so that DROP INDEX drops it
   */
  record Unique(String name, List<ColumnId> columns, boolean index) implements Key {
    public Unique {
      columns = ofKey(name, columns);
    }

    @Override
    public Unique withName(String other) {
      return new Unique(other, columns, index);
    }
  }

  /**
   * A condition that is TRUE or NULL for each row.
   *
   * @param sql its text, in which columns have the names of now and no table before them
   * @param columns those that it reads
   */
  record Check(String name, String sql, List<ColumnId> columns) implements Constraint {
    public Check {
      columns = List.copyOf(columns);
    }

    @Override
    public Check withName(String other) {
      return new Check(other, sql, columns);
    }

    /** With a text that says the same in other words. */
    public Check withSql(String other) {
      return new Check(name, other, columns);
    }

    @Override
    public boolean reads(ColumnId column) {
      return columns.contains(column);
    }
  }

  /**
   * Each row without a NULL in its columns has the values of a row of another table, or of its own.
   *
   * @param referencedColumns those of a {@link Key} of the referenced table, one for each column
   */
  record ForeignKey(
      String name,
      List<ColumnId> columns,
      TableId referenced,
      List<ColumnId> referencedColumns,
      Action onDelete,
      Action onUpdate)
      implements Constraint {
    public ForeignKey {
      columns = ofKey(name, columns);
      referencedColumns = List.copyOf(referencedColumns);
      if (columns.size() != referencedColumns.size()) {
        throw new IllegalArgumentException(
            "foreign key "
                + name
                + " has "
                + columns.size()
                + " columns for "
                + referencedColumns.size());
      }
    }

    @Override
    public ForeignKey withName(String other) {
      return new ForeignKey(other, columns, referenced, referencedColumns, onDelete, onUpdate);
    }

    @Override
    public boolean reads(ColumnId column) {
      return columns.contains(column);
    }
  }

  /** What becomes of the rows that use a key when it goes or changes. */
  enum Action {
    /** The statement fails where such rows are left at its end. */
    NO_ACTION,
    /** The statement fails at once. */
    RESTRICT,
    CASCADE,
    SET_NULL,
    SET_DEFAULT;

    /** As SQL writes it. */
    public String sqlName() {
      return name().replace('_', ' ');
    }
  }

  private static List<ColumnId> ofKey(String name, List<ColumnId> columns) {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("constraint " + name + " has no column");
    }
    return List.copyOf(columns);
  }
}
