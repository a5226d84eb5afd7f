package io.quiver.planner;

import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.rule.TableSizes;
import io.quiver.planner.translate.LiteralText;
import io.quiver.sql.NormalizedSql;
import io.quiver.sql.NormalizedSql.LiteralToken;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A plan that any session can run on the catalog version that it was made for. Immutable.
 *
 * <p>The plan's parameters are the statement's {@code ?}, in order, then the hoisted literals. A
 * plan serves another text with the same normalised form when {@link #serves} says so.
 *
 * @param result the rows; for a change, the schema of {@link PlanNode#ROW_COUNT}
 * @param parameterTypes one a {@code ?}
 * @param hoisted literals that became parameters
 * @param fixedLiterals positions, in the normalised statement's list, of literals that the plan was
 *     made with
 * @param sizes the tables whose numbers of rows decided the order of its joins
 */
public record PlannedStatement(
    PlanNode plan,
    Schema result,
    List<SqlType> parameterTypes,
    List<Hoisted> hoisted,
    List<Integer> fixedLiterals,
    Map<TableId, Long> sizes) {
  private static final int GROWTH = 4;
  private static final int SMALL_ROWS = 1_000;

  public PlannedStatement {
    parameterTypes = List.copyOf(parameterTypes);
    hoisted = List.copyOf(hoisted);
    fixedLiterals = List.copyOf(fixedLiterals);
    sizes = Map.copyOf(sizes);
  }

  /**
   * A literal that became a parameter.
   *
   * @param literal its position in the normalised statement's list
   * @param negated whether a minus sign belongs to it
   */
  public record Hoisted(int literal, SqlType type, boolean negated) {}

  /** Whether no table has grown or shrunk so much since that another order may be better. */
  public boolean suits(TableSizes now) {
    return sizes.entrySet().stream()
        .allMatch(then -> isNear(then.getValue(), now.rows(then.getKey())));
  }

  private static boolean isNear(long a, long b) {
    return Math.max(a, b) <= SMALL_ROWS + GROWTH * Math.min(a, b);
  }

  /**
   * Whether this plan is also the plan of another text with the same normalised form: all fixed
   * literals are equal, and no hoisted number would have made another plan by its size or by its
   * decimal point.
   *
   * @param planned what this plan was made from
   */
  public boolean serves(NormalizedSql planned, NormalizedSql other) {
    if (planned.equals(other)) {
      return true;
    }
    for (int fixed : fixedLiterals) {
      LiteralToken a = planned.literals().get(fixed);
      LiteralToken b = other.literals().get(fixed);
      if (a.kind() != b.kind() || !a.value().equals(b.value())) {
        return false;
      }
    }
    for (Hoisted literal : hoisted) {
      if (!fits(other.literals().get(literal.literal()), literal)) {
        return false;
      }
    }
    return true;
  }

  private static boolean fits(LiteralToken token, Hoisted literal) {
    if (literal.type() instanceof SqlType.Decimal decimal) {
      return token.kind() == NormalizedSql.Kind.STRING || isExactly(token.value(), decimal);
    }
    if (!literal.type().equals(SqlType.INTEGER) && !literal.type().equals(SqlType.BIGINT)) {
      return true;
    }
    if (token.kind() == NormalizedSql.Kind.STRING) {
      return true;
    }
    if (token.kind() == NormalizedSql.Kind.DECIMAL) {
      return false;
    }
    int bits =
        new BigDecimal(literal.negated() ? "-" + token.value() : token.value())
            .toBigInteger()
            .bitLength();
    return bits < (literal.type().equals(SqlType.INTEGER) ? Integer.SIZE : Long.SIZE);
  }

  /** Whether the number, written without an exponent, is one of this type without rounding. */
  private static boolean isExactly(String number, SqlType.Decimal type) {
    if (number.indexOf('e') >= 0 || number.indexOf('E') >= 0) {
      return false;
    }
    BigDecimal value = new BigDecimal(number);
    return value.scale() <= type.scale()
        && value.precision() - value.scale() <= type.precision() - type.scale();
  }

  /**
   * The values of the hoisted literals, to bind after those of the {@code ?}.
   *
   * @param normalized of the text that is run; this plan {@link #serves} it
   * @throws io.quiver.types.QuiverException 22P02, 22000, 22003 or 22007, as the literal in its
   *     place would give
   */
  public List<Object> hoistedValues(NormalizedSql normalized) {
    List<Object> values = new ArrayList<>(hoisted.size());
    for (Hoisted literal : hoisted) {
      String text = normalized.literals().get(literal.literal()).value();
      values.add(LiteralText.parse(literal.negated() ? "-" + text : text, literal.type()));
    }
    return values;
  }
}
