package io.quiver.executor.expression;

import io.quiver.types.Column;

/** Computes a column from columns. */
@FunctionalInterface
interface ColumnFunction {
  /** A column of {@code rows} rows; row i depends on row i of the arguments alone. */
  Column apply(Operand[] arguments, int rows);
}
