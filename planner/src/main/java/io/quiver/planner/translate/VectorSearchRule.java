package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a scan by ascending distance from one vector become one search, which an index
 * can serve.
 *
 * <p>The scan may be below semi joins, as of {@code IN (SELECT ...)}: they become memberships of
 * the search.
 *
 * <p>It applies to one sort key, nulls last, that is a distance between a vector column and an
 * expression without columns, ascending, or something that rises or falls with it, as {@link
 * Ranking} knows. Everything else stays a {@link PlanNode.TopK}.
 */
final class VectorSearchRule {
  /**
   * The distance found, and what it is computed from.
   *
   * @param measure the distance, or the similarity that goes with it
   */
  private record Distance(Expression.Call measure, int column, Metric metric, Expression query) {}

  private final SearchedRows rows;
  private final PlanNode.Scan scan;
  private final Distance distance;
  private final List<Integer> columns;

  private VectorSearchRule(SearchedRows rows, Distance distance, List<Expression> aboveTheSearch) {
    this.rows = rows;
    this.scan = rows.scan();
    this.distance = distance;
    List<Expression> readers = new ArrayList<>(aboveTheSearch);
    if (scan.filter() != null) {
      readers.add(scan.filter());
    }
    rows.members().forEach(member -> readers.add(member.operand()));
    this.columns = Expressions.columns(readers);
  }

  /** The search, or null where the input's order is no distance. */
  static @Nullable PlanNode apply(
      PlanNode input, List<SortKey> keys, @Nullable Expression offset, Expression fetch) {
    if (keys.size() != 1 || keys.get(0).nullsFirst()) {
      return null;
    }
    if (!(input instanceof PlanNode.Project project)) {
      return null;
    }
    SearchedRows rows = SearchedRows.of(project.input());
    if (rows == null || (rows.members().isEmpty() && !(project.input() instanceof PlanNode.Scan))) {
      return null;
    }
    List<Expression> wanted = rows.all(project.expressions());
    Ranking ranking = Ranking.of(wanted.get(keys.get(0).column()), keys.get(0).descending());
    Distance distance = ranking == null ? null : distance(ranking, rows.scan());
    if (distance == null) {
      return null;
    }
    // The distance itself is the column after all others, marked -1 until their number is known.
    List<Expression> above = wanted.stream().map(e -> withoutDistance(e, distance)).toList();
    VectorSearchRule rule = new VectorSearchRule(rows, distance, above);
    PlanNode search = rule.search(offset, fetch);
    List<Expression> outputs = above.stream().map(rule::remapped).toList();
    return Projections.over(search, outputs, project.schema());
  }

  private PlanNode search(@Nullable Expression offset, Expression fetch) {
    List<ColumnId> ids = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int column : columns) {
      ids.add(scan.columns().get(column));
      fields.add(scan.schema().field(column));
    }
    fields.add(new Field("distance", SqlType.DOUBLE, true));
    return new PlanNode.VectorSearch(
            scan.table(),
            ids,
            scan.columns().get(distance.column()),
            distance.metric(),
            distance.query(),
            scan.filter() == null ? null : remapped(scan.filter()),
            offset,
            fetch,
            new Schema(fields))
        .withMembers(
            rows.members().stream()
                .map(member -> new PlanNode.Membership(remapped(member.operand()), member.values()))
                .toList());
  }

  private Expression remapped(Expression expression) {
    return Expressions.mapLeaves(
        expression,
        leaf ->
            leaf instanceof Expression.InputColumn column
                ? new Expression.InputColumn(
                    column.index() < 0 ? columns.size() : columns.indexOf(column.index()),
                    column.type())
                : leaf);
  }

  private static Expression withoutDistance(Expression expression, Distance distance) {
    if (equal(expression, distance.measure())) {
      return Ranking.ofDistance(
          distance.measure().function(), new Expression.InputColumn(-1, SqlType.DOUBLE));
    }
    return Expressions.mapParts(expression, e -> withoutDistance(e, distance), leaf -> leaf);
  }

  private static @Nullable Distance distance(Ranking ranking, PlanNode.Scan scan) {
    Expression.Call call = ranking.measure();
    Metric metric = ranking.metric();
    Expression first = call.arguments().get(0);
    Expression second = call.arguments().get(1);
    if (first instanceof Expression.InputColumn column && Expressions.isRowIndependent(second)) {
      return distance(call, column, metric, second, scan);
    }
    if (second instanceof Expression.InputColumn column && Expressions.isRowIndependent(first)) {
      return distance(call, column, metric, first, scan);
    }
    return null;
  }

  private static Distance distance(
      Expression.Call call,
      Expression.InputColumn column,
      Metric metric,
      Expression query,
      PlanNode.Scan scan) {
    SqlType type = scan.schema().type(column.index());
    return new Distance(call, column.index(), metric, Casts.implicit(query, type));
  }

  // A record with an array in it compares the array by identity.
  private static boolean equal(Expression a, Expression b) {
    if (a instanceof Expression.Literal x
        && b instanceof Expression.Literal y
        && x.value() instanceof float[] v
        && y.value() instanceof float[] w) {
      return Arrays.equals(v, w);
    }
    if (a instanceof Expression.Call x && b instanceof Expression.Call y) {
      return x.function() == y.function() && allEqual(x.arguments(), y.arguments());
    }
    return a.equals(b);
  }

  private static boolean allEqual(List<Expression> a, List<Expression> b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!equal(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
