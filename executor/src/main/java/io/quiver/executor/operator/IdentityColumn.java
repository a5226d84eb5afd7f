package io.quiver.executor.operator;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** Counts a table's identity up where rows leave it out. Owned by one statement's thread. */
public final class IdentityColumn {
  private static final int NONE = -1;

  private final Transaction transaction;
  private final TableId table;
  private final int position;
  private long highestGiven = Long.MIN_VALUE;

  /**
   * The identity at a position.
   *
   * @param position -1 where the table has none
   */
  IdentityColumn(Transaction transaction, TableId table, int position) {
    this.transaction = transaction;
    this.table = table;
    this.position = position;
  }

  /** The identity of a table, if it has one. */
  public static IdentityColumn of(TableDefinition table, Transaction transaction) {
    int position = NONE;
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).identity() != ColumnDefinition.Identity.NONE) {
        position = i;
      }
    }
    return new IdentityColumn(transaction, table.id(), position);
  }

  /**
   * The rows, with the next values in place of nulls.
   *
   * @throws QuiverException 22003 when the column's type holds no more
   */
  public Batch fill(Batch rows) {
    if (position == NONE) {
      return rows;
    }
    List<Column> columns = new ArrayList<>(rows.columns());
    columns.set(position, countUp(rows.column(position)));
    return new Batch(columns, rows.rowCount());
  }

  private Column countUp(Column given) {
    boolean narrow = given.type().equals(SqlType.INTEGER);
    ColumnBuilder builder = new ColumnBuilder(given.type(), given.length());
    for (int row = 0; row < given.length(); row++) {
      long value;
      if (given.isNull(row)) {
        value = transaction.nextIdentity(table);
      } else {
        value = narrow ? given.getInt(row) : given.getLong(row);
        if (value > highestGiven) {
          transaction.advanceIdentity(table, value);
          highestGiven = value;
        }
      }
      if (narrow) {
        builder.appendInt(checkedInt(value));
      } else {
        builder.appendLong(value);
      }
    }
    return builder.build();
  }

  private static int checkedInt(long value) {
    if (value != (int) value) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          "the identity column is an INTEGER, its next value is " + value);
    }
    return (int) value;
  }
}
