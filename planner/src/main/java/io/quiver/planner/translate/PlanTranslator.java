package io.quiver.planner.translate;

import static io.quiver.planner.translate.ExpressionTranslator.unsupported;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.calcite.rel.RelCollation;
import org.apache.calcite.rel.RelFieldCollation;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Uncollect;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rel.core.Window;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** Relational operators, from Calcite's tree to the executor's plan. */
public final class PlanTranslator {
  private final RexBuilder builder;
  private final OuterColumns outer;

  /** For trees whose expressions this builder made. */
  public PlanTranslator(RexBuilder builder) {
    this(builder, OuterColumns.NONE);
  }

  private PlanTranslator(RexBuilder builder, OuterColumns outer) {
    this.builder = builder;
    this.outer = outer;
  }

  /**
   * The plan of a tree.
   *
   * @throws io.quiver.types.QuiverException 0A000 for what the executor lacks
   */
  public PlanNode translate(RelNode node) {
    return switch (node) {
      case TableScan scan -> Scans.all(scan);
      case Filter filter -> filter(filter);
      case Project project -> project(project);
      case Values values -> values(values);
      case Sort sort -> sort(sort);
      case Aggregate aggregate -> Aggregates.translate(aggregate, translate(aggregate.getInput()));
      case Window window -> Windows.translate(window, translate(window.getInput()));
      case Join join -> join(join);
      case SetOp setOp -> setOperation(setOp);
      case Correlate correlate ->
          Unnesting.isUnnest(correlate)
              ? new Unnesting(this, builder).beside(correlate)
              : correlate(correlate);
      case Uncollect uncollect -> new Unnesting(this, builder).alone(uncollect);
      default ->
          throw unsupported(node.getRelTypeName().replace("Logical", "").toLowerCase(Locale.ROOT));
    };
  }

  ExpressionTranslator over(Schema schema) {
    return new ExpressionTranslator(builder, schema::type, outer);
  }

  private PlanNode filter(Filter filter) {
    PlanNode input = translate(filter.getInput());
    Expression predicate =
        Casts.implicit(over(input.schema()).translate(filter.getCondition()), SqlType.BOOLEAN);
    return Filters.over(input, predicate);
  }

  private PlanNode project(Project project) {
    PlanNode input = translate(project.getInput());
    List<Expression> expressions = over(input.schema()).translate(project.getProjects());
    return Projections.over(input, expressions, names(project), nullability(project));
  }

  private static List<String> names(RelNode node) {
    return node.getRowType().getFieldNames();
  }

  private static List<Boolean> nullability(RelNode node) {
    return node.getRowType().getFieldList().stream().map(f -> f.getType().isNullable()).toList();
  }

  private PlanNode values(Values values) {
    List<Field> fields = new ArrayList<>();
    for (RelDataTypeField field : values.getRowType().getFieldList()) {
      fields.add(
          new Field(field.getName(), valueType(field.getType()), field.getType().isNullable()));
    }
    Schema schema = new Schema(fields);
    ExpressionTranslator none = over(Schema.of());
    List<List<Expression>> rows = new ArrayList<>();
    for (List<RexLiteral> tuple : values.getTuples()) {
      List<Expression> row = new ArrayList<>();
      for (int i = 0; i < tuple.size(); i++) {
        row.add(Casts.implicit(none.translate(tuple.get(i)), schema.type(i)));
      }
      rows.add(row);
    }
    return new PlanNode.Values(rows, schema);
  }

  private static SqlType valueType(RelDataType type) {
    SqlType known = Types.fromCalcite(type);
    return known instanceof SqlType.Varchar ? SqlType.TEXT : known;
  }

  private PlanNode sort(Sort sort) {
    PlanNode input = translate(sort.getInput());
    Expression offset = rowCount(sort.offset);
    Expression fetch = rowCount(sort.fetch);
    List<SortKey> keys = sortKeys(sort.getCollation());
    if (keys.isEmpty()) {
      return offset == null && fetch == null ? input : new PlanNode.Limit(input, offset, fetch);
    }
    if (fetch == null) {
      PlanNode sorted = new PlanNode.Sort(input, keys);
      return offset == null ? sorted : new PlanNode.Limit(sorted, offset, null);
    }
    PlanNode search = VectorSearchRule.apply(input, keys, offset, fetch);
    return search != null ? search : new PlanNode.TopK(input, keys, offset, fetch);
  }

  static List<SortKey> sortKeys(RelCollation collation) {
    List<SortKey> keys = new ArrayList<>();
    for (RelFieldCollation key : collation.getFieldCollations()) {
      keys.add(
          new SortKey(
              key.getFieldIndex(),
              key.direction.isDescending(),
              key.nullDirection == RelFieldCollation.NullDirection.FIRST));
    }
    return keys;
  }

  private @Nullable Expression rowCount(@Nullable RexNode count) {
    if (count == null) {
      return null;
    }
    return count instanceof RexDynamicParam parameter
        ? new Expression.Parameter(parameter.getIndex(), SqlType.BIGINT)
        : Casts.implicit(over(Schema.of()).translate(count), SqlType.BIGINT);
  }

  private PlanNode join(Join join) {
    PlanNode left = translate(join.getLeft());
    PlanNode right = translate(join.getRight());
    return Joins.translate(join, left, right, this);
  }

  private PlanNode correlate(Correlate join) {
    PlanNode left = translate(join.getLeft());
    OuterColumns within =
        outer.within(join.getCorrelationId(), left.schema(), join.getRequiredColumns().asList());
    PlanNode right = new PlanTranslator(builder, within).translate(join.getRight());
    return Joins.correlated(join, left, right, within, this);
  }

  private PlanNode setOperation(SetOp node) {
    List<PlanNode> inputs = node.getInputs().stream().map(this::translate).toList();
    Schema schema = SetOperations.schema(node, inputs);
    List<PlanNode> aligned =
        inputs.stream().map(input -> SetOperations.align(input, schema)).toList();
    return switch (node.kind) {
      case UNION -> {
        PlanNode all =
            aligned.size() == 1 ? aligned.get(0) : new PlanNode.UnionAll(aligned, schema);
        yield node.all ? all : Aggregates.distinct(all);
      }
      case INTERSECT, EXCEPT -> {
        PlanNode result = aligned.get(0);
        boolean intersect = node.kind == SqlKind.INTERSECT;
        for (PlanNode next : aligned.subList(1, aligned.size())) {
          result = new PlanNode.SetDifference(result, next, intersect, node.all, schema);
        }
        yield result;
      }
      default -> throw unsupported(node.kind.lowerName);
    };
  }
}
