package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.core.TableScan;
import org.jspecify.annotations.Nullable;

/** Scans that read few columns and give few rows. */
final class Scans {
  private Scans() {}

  static PlanNode all(TableScan scan) {
    CatalogTable table = Objects.requireNonNull(scan.getTable().unwrap(CatalogTable.class));
    return switch (table.source()) {
      case CatalogTable.Source.Stored stored ->
          new PlanNode.Scan(
              stored.table().id(), stored.columns(), null, new Schema(table.fields()));
      case CatalogTable.Source.Made made -> new PlanNode.SystemScan(made.table());
      case CatalogTable.Source.Query query ->
          throw new IllegalStateException("a view is left: " + query.view().name());
    };
  }

  /** A filter, inside the scan where the input is one. */
  static PlanNode filtered(PlanNode input, Expression predicate) {
    if (predicate instanceof Expression.Literal literal && Boolean.TRUE.equals(literal.value())) {
      return input;
    }
    return switch (input) {
      case PlanNode.Scan scan ->
          new PlanNode.Scan(
              scan.table(), scan.columns(), and(scan.filter(), predicate), scan.schema());
      case PlanNode.Filter filter ->
          new PlanNode.Filter(filter.input(), and(filter.predicate(), predicate));
      default -> new PlanNode.Filter(input, predicate);
    };
  }

  private static Expression and(@Nullable Expression first, Expression second) {
    return first == null
        ? second
        : new Expression.Call(ScalarFunction.AND, List.of(first, second), SqlType.BOOLEAN);
  }

  /** Expressions over a scan that reads nothing else than they and its filter need. */
  static PlanNode projected(PlanNode.Scan scan, List<Expression> expressions, Schema schema) {
    if (scan.filter() == null && isSelection(expressions)) {
      return selected(scan, expressions, schema);
    }
    List<Expression> readers = new ArrayList<>(expressions);
    if (scan.filter() != null) {
      readers.add(scan.filter());
    }
    List<Integer> columns = Expressions.columns(readers);
    if (columns.isEmpty()) {
      columns = List.of(0);
    }
    List<ColumnId> ids = columns.stream().map(scan.columns()::get).toList();
    List<Field> fields = columns.stream().map(scan.schema()::field).toList();
    Expression filter = scan.filter() == null ? null : moved(scan.filter(), columns);
    List<Integer> kept = columns;
    List<Expression> outputs = expressions.stream().map(e -> moved(e, kept)).toList();
    PlanNode.Scan narrow = new PlanNode.Scan(scan.table(), ids, filter, new Schema(fields));
    return new PlanNode.Project(narrow, outputs, schema);
  }

  private static boolean isSelection(List<Expression> expressions) {
    return !expressions.isEmpty()
        && expressions.stream().allMatch(Expression.InputColumn.class::isInstance)
        && expressions.stream().distinct().count() == expressions.size();
  }

  private static PlanNode selected(PlanNode.Scan scan, List<Expression> columns, Schema schema) {
    List<ColumnId> ids = new ArrayList<>();
    for (Expression column : columns) {
      ids.add(scan.columns().get(((Expression.InputColumn) column).index()));
    }
    return new PlanNode.Scan(scan.table(), ids, null, schema);
  }

  private static Expression moved(Expression expression, List<Integer> columns) {
    return Expressions.mapLeaves(
        expression,
        leaf ->
            leaf instanceof Expression.InputColumn column
                ? new Expression.InputColumn(columns.indexOf(column.index()), column.type())
                : leaf);
  }
}
