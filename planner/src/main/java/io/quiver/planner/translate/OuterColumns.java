package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.types.Schema;
import java.util.List;
import org.apache.calcite.rel.core.CorrelationId;
import org.jspecify.annotations.Nullable;

/**
 * What a correlated part of a plan may read of the rows for which it runs: some columns of the left
 * side of each correlated join around it.
 *
 * @param around the next one outwards
 * @param depth the number of the first of these columns among all that are around
 * @param columns their positions in the left side
 */
record OuterColumns(
    @Nullable OuterColumns around,
    @Nullable CorrelationId id,
    Schema left,
    int depth,
    List<Integer> columns) {
  /** Where nothing is around. */
  static final OuterColumns NONE = new OuterColumns(null, null, Schema.of(), 0, List.of());

  OuterColumns {
    columns = List.copyOf(columns);
  }

  /** What a correlated join adds for its right side. */
  OuterColumns within(CorrelationId join, Schema row, List<Integer> read) {
    return new OuterColumns(this, join, row, depth + columns.size(), read);
  }

  /** A column of the left side of one of the joins. */
  Expression column(CorrelationId join, int position) {
    if (join.equals(id)) {
      int at = columns.indexOf(position);
      if (at < 0) {
        throw new IllegalStateException("column " + position + " of " + join + " is not passed on");
      }
      return new Expression.OuterColumn(depth + at, left.type(position));
    }
    if (around == null) {
      throw ExpressionTranslator.unsupported(
          "a subquery that depends on the outer row in this place");
    }
    return around.column(join, position);
  }
}
