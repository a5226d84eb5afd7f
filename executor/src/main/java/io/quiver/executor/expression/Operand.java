package io.quiver.executor.expression;

import io.quiver.types.Column;

/**
 * What an expression gave over a batch: row {@code i} of the batch is row {@code i * step} of the
 * column.
 *
 * @param step 1, or 0 when the column's one row stands for all
 */
record Operand(Column column, int step) {
  static Operand of(Column column) {
    return new Operand(column, 1);
  }

  static Operand constant(Column oneRow) {
    return new Operand(oneRow, 0);
  }

  boolean isConstant() {
    return step == 0;
  }

  boolean isNull(int row) {
    return column.isNull(row * step);
  }

  /** True for a BOOLEAN that is neither false nor null. */
  boolean isTrue(int row) {
    int at = row * step;
    return !column.isNull(at) && column.getBoolean(at);
  }

  /** True for a BOOLEAN that is neither true nor null. */
  boolean isFalse(int row) {
    int at = row * step;
    return !column.isNull(at) && !column.getBoolean(at);
  }

  int intAt(int row) {
    return column.getInt(row * step);
  }

  long longAt(int row) {
    return column.getLong(row * step);
  }

  float floatAt(int row) {
    return column.getFloat(row * step);
  }

  double doubleAt(int row) {
    return column.getDouble(row * step);
  }

  String stringAt(int row) {
    return column.getString(row * step);
  }
}
