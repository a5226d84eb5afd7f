package io.quiver.planner.rule;

import io.quiver.planner.translate.CatalogTable;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.plan.RelOptUtil;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.core.Aggregate;
import org.apache.calcite.rel.core.Correlate;
import org.apache.calcite.rel.core.Filter;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.SetOp;
import org.apache.calcite.rel.core.Sort;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.core.Values;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexLiteral;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.util.ImmutableBitSet;
import org.jspecify.annotations.Nullable;

/**
 * How many rows a tree may give, from the sizes of its tables and what is known of their columns:
 * nulls, different values, the least and the greatest one. Where nothing is, shares for conditions
 * are those guessed since System R (Selinger and others, 1979). Good for comparing orders of a join
 * and for nothing else.
 */
final class RowEstimates {
  private static final double ROWS_OF_UNKNOWN = 1_000;
  private static final double ROWS_OF_LIMIT = 100;
  private static final double SHARE_OF_EQUALITY = 0.1;
  private static final double SHARE_OF_RANGE = 0.3;
  private static final double SHARE_OF_OTHER = 0.5;

  /** Different values of a column that is no key, as a share of its rows. */
  private static final double SHARE_OF_DISTINCT = 0.1;

  private final TableSizes sizes;

  RowEstimates(TableSizes sizes) {
    this.sizes = sizes;
  }

  /** At least one: a table that is empty now may not stay so as long as the plan is kept. */
  double rows(RelNode node) {
    double rows =
        switch (node) {
          case TableScan scan -> size(scan);
          case Filter filter ->
              rows(filter.getInput()) * share(filter.getCondition(), filter.getInput());
          case Project project -> rows(project.getInput());
          case Aggregate aggregate ->
              aggregate.getGroupSet().isEmpty()
                  ? 1
                  : rows(aggregate.getInput()) * SHARE_OF_DISTINCT;
          case Sort sort when sort.fetch != null ->
              Math.min(rows(sort.getInput()), fetched(sort.fetch));
          case Values values -> values.getTuples().size();
          case Join join -> joined(join);
          case Correlate correlate -> rows(correlate.getLeft());
          case SetOp set -> set.getInputs().stream().mapToDouble(this::rows).sum();
          default ->
              node.getInputs().isEmpty()
                  ? ROWS_OF_UNKNOWN
                  : node.getInputs().stream().mapToDouble(this::rows).max().orElseThrow();
        };
    return Math.max(1, rows);
  }

  private double size(TableScan scan) {
    CatalogTable table = scan.getTable().unwrap(CatalogTable.class);
    long rows = table == null || table.id() == null ? -1 : sizes.rows(table.id());
    return rows < 0 ? ROWS_OF_UNKNOWN : rows;
  }

  private static double fetched(RexNode fetch) {
    return fetch instanceof RexLiteral literal ? RexLiteral.intValue(literal) : ROWS_OF_LIMIT;
  }

  private double joined(Join join) {
    double left = rows(join.getLeft());
    if (!join.getJoinType().projectsRight()) {
      return left;
    }
    double right = rows(join.getRight());
    double pairs = left * right * share(join.getCondition(), join.getLeft(), join.getRight());
    double kept = join.getJoinType().generatesNullsOnRight() ? left : 0;
    double added = join.getJoinType().generatesNullsOnLeft() ? right : 0;
    return Math.max(pairs, Math.max(kept, added));
  }

  /** The share of the pairs of two inputs for which a condition over both is true. */
  double share(RexNode condition, RelNode left, RelNode right) {
    int width = left.getRowType().getFieldCount();
    double share = 1;
    for (RexNode conjunct : RelOptUtil.conjunctions(condition)) {
      ImmutableBitSet read = RelOptUtil.InputFinder.bits(conjunct);
      boolean both = !read.isEmpty() && read.nth(0) < width && read.length() > width;
      share *=
          both && conjunct.isA(SqlKind.EQUALS)
              ? 1 / Math.max(distinct(left, read, 0), distinct(right, read, width))
              : simpleShare(conjunct);
    }
    return share;
  }

  /** How many values those columns of an input have that a condition reads. */
  private double distinct(RelNode input, ImmutableBitSet read, int offset) {
    int width = input.getRowType().getFieldCount();
    ImmutableBitSet own = read.intersect(ImmutableBitSet.range(offset, offset + width));
    List<Integer> columns = own.shift(-offset).asList();
    Origin origin = columns.size() == 1 ? origin(input, columns.getFirst()) : null;
    if (origin == null) {
      return Math.max(1, rows(input) * SHARE_OF_DISTINCT);
    }
    double size = size(origin.scan());
    if (origin.isKey()) {
      return Math.max(1, size);
    }
    ColumnEstimate known = estimate(origin);
    return Math.max(1, known == null ? size * SHARE_OF_DISTINCT : Math.min(size, known.distinct()));
  }

  private record Origin(TableScan scan, int column, boolean isKey) {}

  private @Nullable ColumnEstimate estimate(Origin origin) {
    CatalogTable table = origin.scan().getTable().unwrap(CatalogTable.class);
    ColumnId column = table == null ? null : table.columnId(origin.column());
    TableId id = table == null ? null : table.id();
    return column == null || id == null ? null : sizes.column(id, column);
  }

  /** The table whose column a tree passes on, or null. */
  private static @Nullable Origin origin(RelNode node, int column) {
    return switch (node) {
      case TableScan scan -> {
        CatalogTable table = scan.getTable().unwrap(CatalogTable.class);
        boolean key = table != null && table.keyPositions().equals(List.of(column));
        yield new Origin(scan, column, key);
      }
      case Filter filter -> origin(filter.getInput(), column);
      case Project project ->
          project.getProjects().get(column) instanceof RexInputRef ref
              ? origin(project.getInput(), ref.getIndex())
              : null;
      case Join join -> {
        int width = join.getLeft().getRowType().getFieldCount();
        yield column < width
            ? origin(join.getLeft(), column)
            : join.getJoinType().projectsRight() ? origin(join.getRight(), column - width) : null;
      }
      default -> null;
    };
  }

  /** The share of an input's rows for which a condition on it is true. */
  private double share(RexNode condition, RelNode input) {
    double share = 1;
    for (RexNode conjunct : RelOptUtil.conjunctions(condition)) {
      share *= isKeyEquality(conjunct, input) ? 1 / rows(input) : knownShare(conjunct, input);
    }
    return share;
  }

  /** The share of an input's rows for which a condition is true that reads one of its columns. */
  private double knownShare(RexNode condition, RelNode input) {
    if (!(condition instanceof RexCall call)
        || !(call.getOperands().getFirst() instanceof RexInputRef column)) {
      return simpleShare(condition);
    }
    Origin origin = origin(input, column.getIndex());
    ColumnEstimate known = origin == null ? null : estimate(origin);
    boolean constant =
        call.getOperands().stream()
            .skip(1)
            .allMatch(operand -> RelOptUtil.InputFinder.bits(operand).isEmpty());
    if (known == null || !constant) {
      return simpleShare(condition);
    }
    double present = 1 - known.nullShare();
    return switch (condition.getKind()) {
      case EQUALS -> known.shareOfOne();
      case NOT_EQUALS -> present - known.shareOfOne();
      case IS_NULL -> known.nullShare();
      case IS_NOT_NULL -> present;
      case LESS_THAN, LESS_THAN_OR_EQUAL -> {
        double below = shareBelow(known, call.getOperands().get(1));
        yield Double.isNaN(below) ? present * SHARE_OF_RANGE : below;
      }
      case GREATER_THAN, GREATER_THAN_OR_EQUAL -> {
        double below = shareBelow(known, call.getOperands().get(1));
        yield Double.isNaN(below) ? present * SHARE_OF_RANGE : present - below;
      }
      default -> simpleShare(condition);
    };
  }

  private static double shareBelow(ColumnEstimate known, RexNode bound) {
    return bound instanceof RexLiteral literal
            && literal.getValue() instanceof BigDecimal number
            && SqlTypeUtil.isNumeric(literal.getType())
        ? known.shareBelow(number.doubleValue())
        : Double.NaN;
  }

  private static boolean isKeyEquality(RexNode conjunct, RelNode input) {
    if (!conjunct.isA(SqlKind.EQUALS)) {
      return false;
    }
    ImmutableBitSet read = RelOptUtil.InputFinder.bits(conjunct);
    Origin origin = read.cardinality() == 1 ? origin(input, read.nth(0)) : null;
    return origin != null && origin.isKey();
  }

  private static double simpleShare(RexNode condition) {
    return switch (condition.getKind()) {
      case EQUALS, IS_NULL, IS_NOT_DISTINCT_FROM -> SHARE_OF_EQUALITY;
      case LESS_THAN, LESS_THAN_OR_EQUAL, GREATER_THAN, GREATER_THAN_OR_EQUAL, BETWEEN, LIKE ->
          SHARE_OF_RANGE;
      case IS_NOT_NULL, NOT_EQUALS -> 1 - SHARE_OF_EQUALITY;
      case OR ->
          Math.min(
              1,
              ((RexCall) condition)
                  .getOperands().stream().mapToDouble(RowEstimates::simpleShare).sum());
      case AND ->
          ((RexCall) condition)
              .getOperands().stream()
                  .mapToDouble(RowEstimates::simpleShare)
                  .reduce(1, (a, b) -> a * b);
      case NOT -> 1 - simpleShare(((RexCall) condition).getOperands().getFirst());
      case LITERAL -> condition.isAlwaysFalse() ? 0 : 1;
      default -> SHARE_OF_OTHER;
    };
  }
}
