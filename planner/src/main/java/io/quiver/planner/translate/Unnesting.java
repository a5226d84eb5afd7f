package io.quiver.planner.translate;

import static io.quiver.planner.translate.ExpressionTranslator.unsupported;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.JoinRelType;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexShuttle;

/** UNNEST: of an array alone, or of one that belongs to the row beside it. */
final class Unnesting {
  private final PlanTranslator translator;
  private final RexBuilder builder;

  Unnesting(PlanTranslator translator, RexBuilder builder) {
    this.translator = translator;
    this.builder = builder;
  }

  /** The elements of an array that no other table's column stands in. */
  PlanNode alone(Uncollect uncollect) {
    RelNode input = uncollect.getInput();
    RexNode array = array(uncollect);
    PlanNode rows = translator.translate(input.getInput(0));
    Expression elements = translator.over(rows.schema()).translate(array);
    if (rows instanceof PlanNode.Values values && values.rows().size() == 1) {
      // Calcite's row for what stands in no table: its column is nobody's.
      elements = Expressions.substitute(elements, values.rows().get(0));
      rows = new PlanNode.Values(List.of(List.of()), new Schema(List.of()));
    }
    PlanNode unnest = unnest(rows, elements, uncollect, false);
    List<Expression> added = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int i = rows.schema().size(); i < unnest.schema().size(); i++) {
      fields.add(unnest.schema().field(i));
      added.add(new Expression.InputColumn(i, unnest.schema().type(i)));
    }
    return Projections.over(unnest, added, new Schema(fields));
  }

  /** The rows of the left side, each with what the right side makes of its array's elements. */
  PlanNode beside(Correlate correlate) {
    boolean outer = correlate.getJoinType() == JoinRelType.LEFT;
    PlanNode left = translator.translate(correlate.getLeft());
    return right(correlate, correlate.getRight(), left, outer);
  }

  /** Whether all that the right side does is to make something of an array's elements. */
  static boolean isUnnest(Correlate correlate) {
    return switch (correlate.getJoinType()) {
      case INNER -> isUnnest(correlate.getRight(), false);
      case LEFT -> isUnnest(correlate.getRight(), true);
      default -> false;
    };
  }

  private static boolean isUnnest(RelNode node, boolean outer) {
    return switch (node) {
      case Uncollect uncollect ->
          uncollect.getInput() instanceof Project project
              && project.getInput() instanceof Values values
              && values.getTuples().size() == 1;
      // Computed values would have to be null where there is no element, and need not be.
      case Project project ->
          isUnnest(project.getInput(), outer)
              && (!outer || project.getProjects().stream().allMatch(RexInputRef.class::isInstance));
      case Filter filter -> !outer && isUnnest(filter.getInput(), false);
      default -> false;
    };
  }

  private PlanNode right(Correlate correlate, RelNode node, PlanNode left, boolean outer) {
    int width = left.schema().size();
    return switch (node) {
      case Uncollect uncollect -> {
        RexNode array = ofLeft(array(uncollect), correlate.getCorrelationId(), 0);
        yield unnest(left, translator.over(left.schema()).translate(array), uncollect, outer);
      }
      case Project project -> {
        PlanNode below = right(correlate, project.getInput(), left, outer);
        List<Expression> row = new ArrayList<>();
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < width; i++) {
          row.add(new Expression.InputColumn(i, left.schema().type(i)));
          fields.add(left.schema().field(i));
        }
        for (int i = 0; i < project.getProjects().size(); i++) {
          RexNode item = project.getProjects().get(i);
          RexNode shifted = ofLeft(item, correlate.getCorrelationId(), width);
          Expression value = translator.over(below.schema()).translate(shifted);
          row.add(value);
          String name = project.getRowType().getFieldNames().get(i);
          fields.add(new Field(name, value.type(), true));
        }
        yield Projections.over(below, row, new Schema(fields));
      }
      case Filter filter -> {
        PlanNode below = right(correlate, filter.getInput(), left, false);
        RexNode condition = ofLeft(filter.getCondition(), correlate.getCorrelationId(), width);
        Expression predicate = translator.over(below.schema()).translate(condition);
        yield Scans.filtered(below, Casts.implicit(predicate, SqlType.BOOLEAN));
      }
      default -> throw new IllegalStateException(node + " is no unnest");
    };
  }

  private static RexNode array(Uncollect uncollect) {
    if (uncollect.getInput() instanceof Project project && project.getProjects().size() == 1) {
      return project.getProjects().get(0);
    }
    throw unsupported("UNNEST of this");
  }

  private static PlanNode unnest(
      PlanNode input, Expression array, Uncollect uncollect, boolean outer) {
    if (!(array.type() instanceof SqlType.Array type)) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH, "UNNEST wants an array, found " + array.type().sqlName());
    }
    List<Field> fields = new ArrayList<>(input.schema().fields());
    // What the user calls them is said by the projection above, if by any.
    fields.add(new Field("element", type.element(), true));
    if (uncollect.withOrdinality) {
      fields.add(new Field("ordinality", SqlType.BIGINT, outer));
    }
    return new PlanNode.Unnest(input, array, outer, new Schema(fields));
  }

  /** The expression over left and right columns, where the right ones begin at {@code width}. */
  private RexNode ofLeft(RexNode node, CorrelationId id, int width) {
    return node.accept(
        new RexShuttle() {
          @Override
          public RexNode visitInputRef(RexInputRef ref) {
            return builder.makeInputRef(ref.getType(), ref.getIndex() + width);
          }

          @Override
          public RexNode visitFieldAccess(RexFieldAccess access) {
            // Columns of a query further out are the translator's to find.
            return access.getReferenceExpr() instanceof RexCorrelVariable variable
                    && variable.id.equals(id)
                ? builder.makeInputRef(access.getType(), access.getField().getIndex())
                : access;
          }
        });
  }
}
