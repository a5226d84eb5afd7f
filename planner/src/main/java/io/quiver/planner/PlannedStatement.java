package io.quiver.planner;

import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;

/**
 * A plan that any session can run on the catalog version that it was made for. Immutable.
 *
 * <p>The plan's parameters are the statement's {@code ?}, in order, then the hoisted literals. A
 * plan serves another text with the same normalised form when all its fixed literals are equal.
 *
 * @param result the rows; for a change, the schema of {@link PlanNode#ROW_COUNT}
 * @param parameterTypes one a {@code ?}
 * @param hoisted literals that became parameters
 * @param fixedLiterals positions, in the normalised statement's list, of literals that the plan was
 *     made with
 */
public record PlannedStatement(
    PlanNode plan,
    Schema result,
    List<SqlType> parameterTypes,
    List<Hoisted> hoisted,
    List<Integer> fixedLiterals) {
  public PlannedStatement {
    parameterTypes = List.copyOf(parameterTypes);
    hoisted = List.copyOf(hoisted);
    fixedLiterals = List.copyOf(fixedLiterals);
  }

  /**
   * A literal that became a parameter.
   *
   * @param literal its position in the normalised statement's list
   * @param negated whether a minus sign belongs to it
   */
  public record Hoisted(int literal, SqlType type, boolean negated) {}
}
