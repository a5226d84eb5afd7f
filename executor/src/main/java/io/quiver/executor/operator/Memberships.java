package io.quiver.executor.operator;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes of what the memberships of a search give, each a set, a filter like any other: statistics,
 * scalar indexes and partial indexes on vectors know what to do with it.
 */
final class Memberships implements AutoCloseable {
  /** An object, its place in a hash set, and in the column that values are looked up in. */
  private static final int VALUE_BYTES = 128;

  private final ExecutionContext context;
  private final List<Operator> inputs;
  private final Reservation reservation;

  /**
   * @param inputs what gives the values of each
   */
  Memberships(ExecutionContext context, List<Operator> inputs) {
    this.context = context;
    this.inputs = inputs;
    this.reservation = new Reservation(context.memory());
  }

  /** The same search with a filter that demands as much of a row. */
  PlanNode.VectorSearch resolve(PlanNode.VectorSearch search) {
    List<Set<Object>> values = new ArrayList<>();
    for (Operator input : inputs) {
      values.add(values(input));
    }
    return filtered(search, values);
  }

  /** As {@link #resolve}, where no value is known yet. */
  static PlanNode.VectorSearch unknown(PlanNode.VectorSearch search) {
    return filtered(search, search.members().stream().map(member -> Set.of()).toList());
  }

  private static PlanNode.VectorSearch filtered(
      PlanNode.VectorSearch search, List<Set<Object>> values) {
    if (values.isEmpty()) {
      return search;
    }
    List<Expression> conjuncts = new ArrayList<>();
    if (search.filter() != null) {
      conjuncts.add(search.filter());
    }
    for (int i = 0; i < values.size(); i++) {
      conjuncts.add(new Expression.InSet(search.members().get(i).operand(), values.get(i)));
    }
    Expression all =
        conjuncts.size() == 1
            ? conjuncts.getFirst()
            : new Expression.Call(ScalarFunction.AND, conjuncts, SqlType.BOOLEAN);
    return search.withFilter(all).withMembers(List.of());
  }

  private Set<Object> values(Operator input) {
    Set<Object> values = new HashSet<>();
    for (Batch batch = input.next(); batch != null; batch = input.next()) {
      context.checkCancelled();
      Column column = batch.column(0);
      long bytes = 0;
      for (int row = 0; row < batch.rowCount(); row++) {
        Object value = column.get(row);
        if (value != null && values.add(value)) {
          bytes += VALUE_BYTES + (value instanceof String text ? 4L * text.length() : 0);
        }
      }
      reservation.grow(bytes);
    }
    return values;
  }

  @Override
  public void close() {
    reservation.close();
    Closing.all(inputs);
  }
}
