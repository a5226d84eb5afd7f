package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.translate.Casts;
import io.quiver.planner.translate.Projections;
import io.quiver.sql.SqlChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlInsert;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * INSERT. Rows of plain values, which bulk loads send by the thousand, go past the validator; other
 * sources are planned as the queries that they are.
 */
final class InsertPlanner {
  private final StatementPlanner planner;
  private final TargetTable target;
  private final List<ColumnDefinition> columns;
  private final List<Integer> given;
  private final Schema schema;

  private InsertPlanner(StatementPlanner planner, SqlInsert insert) {
    this.planner = planner;
    this.target = TargetTable.of(insert.getTargetTable(), planner);
    this.columns = target.definition().columns();
    this.given =
        hasNoValues(insert.getSource()) ? List.of() : target.columns(insert.getTargetColumnList());
    this.schema =
        new Schema(columns.stream().map(c -> new Field(c.name(), c.type(), true)).toList());
  }

  static PlanNode plan(StatementPlanner planner, SqlInsert insert, SqlChange change) {
    InsertPlanner inserting = new InsertPlanner(planner, insert);
    SqlNode source = insert.getSource();
    SqlNodeList with = change.with();
    if (with != null) {
      source = new SqlWith(source.getParserPosition(), with, source);
    }
    PlanNode rows =
        source.getKind() == SqlKind.VALUES
            ? inserting.values((SqlCall) source)
            : inserting.query(source);
    RowPlanner row = new RowPlanner(planner, inserting.target, change.alias());
    if (insert.isUpsert() && change.conflict() != null) {
      throw Messages.at(
          insert.getParserPosition(),
          ErrorCode.SYNTAX_ERROR,
          "UPSERT says already what becomes of a conflict; write INSERT ... ON CONFLICT");
    }
    return new PlanNode.Insert(
        inserting.target.definition().id(),
        rows,
        inserting.identityColumn(),
        insert.isUpsert() ? row.upsert(inserting.given) : row.conflict(change.conflict()),
        row.returning(change.returning()));
  }

  /** DEFAULT VALUES is a row of nothing. */
  private static boolean hasNoValues(SqlNode source) {
    return source.getKind() == SqlKind.VALUES
        && ((SqlCall) source).operand(0) instanceof SqlCall row
        && row.operandCount() == 0;
  }

  private int identityColumn() {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).identity() != ColumnDefinition.Identity.NONE) {
        return i;
      }
    }
    return -1;
  }

  private PlanNode values(SqlCall values) {
    List<List<Expression>> rows = new ArrayList<>();
    List<PlanNode> queries = new ArrayList<>();
    List<@Nullable Expression> defaults = defaults();
    for (SqlNode row : values.getOperandList()) {
      List<SqlNode> nodes =
          row.getKind() == SqlKind.ROW ? ((SqlCall) row).getOperandList() : List.of(row);
      checkCount(nodes.size(), row.getParserPosition());
      if (nodes.stream().anyMatch(InsertPlanner::hasQuery)) {
        queries.add(rowQuery(nodes));
      } else {
        rows.add(row(nodes, defaults));
      }
    }
    if (!rows.isEmpty()) {
      queries.add(0, new PlanNode.Values(rows, schema));
    }
    return queries.size() == 1 ? queries.get(0) : new PlanNode.UnionAll(queries, schema);
  }

  /** What each column gets that the statement leaves out; null for a given column. */
  private List<@Nullable Expression> defaults() {
    List<@Nullable Expression> defaults = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      defaults.add(given.contains(i) ? null : target.defaultOf(columns.get(i)));
    }
    return defaults;
  }

  private List<Expression> row(List<SqlNode> nodes, List<@Nullable Expression> defaults) {
    List<Expression> row = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Expression omitted = defaults.get(i);
      if (omitted != null) {
        row.add(omitted);
        continue;
      }
      SqlNode node = nodes.get(given.indexOf(i));
      Expression plain = target.plainValue(node, columns.get(i));
      row.add(plain != null ? plain : target.value(node, columns.get(i)));
    }
    return row;
  }

  /** Whether a query is part of an expression. */
  static boolean hasQuery(SqlNode node) {
    try {
      node.accept(
          new SqlBasicVisitor<@Nullable Void>() {
            @Override
            public @Nullable Void visit(SqlCall call) {
              if (call.getKind().belongsTo(SqlKind.QUERY)) {
                throw Util.FoundOne.NULL;
              }
              return super.visit(call);
            }
          });
      return false;
    } catch (Util.FoundOne e) {
      return true;
    }
  }

  /** A row with a subquery in it is a SELECT without FROM, and may not say DEFAULT. */
  private PlanNode rowQuery(List<SqlNode> nodes) {
    SqlParserPos position = nodes.get(0).getParserPosition();
    SqlNodeList list = new SqlNodeList(nodes, position);
    return query(Selects.of(position, list, null, null));
  }

  private PlanNode query(SqlNode source) {
    for (int position : given) {
      if (columns.get(position).identity() == ColumnDefinition.Identity.ALWAYS) {
        throw TargetTable.generatedAlways(source, columns.get(position));
      }
    }
    typeParameters(source);
    PlanNode rows = planner.query(planner.prepare(source)).plan();
    checkCount(rows.schema().size(), source.getParserPosition());
    List<Expression> values = new ArrayList<>();
    List<@Nullable Expression> defaults = defaults();
    for (int i = 0; i < columns.size(); i++) {
      Expression omitted = defaults.get(i);
      values.add(omitted != null ? omitted : converted(rows, given.indexOf(i), columns.get(i)));
    }
    return Projections.over(rows, values, schema);
  }

  private static Expression converted(PlanNode rows, int position, ColumnDefinition column) {
    Expression value = new Expression.InputColumn(position, rows.schema().type(position));
    boolean literal =
        rows instanceof PlanNode.Project project
            && project.expressions().get(position) instanceof Expression.Literal;
    return literal
        ? Casts.untyped(value, column.type())
        : Casts.assignment(value, column.type(), column.name());
  }

  /** A {@code ?} alone in the select list is of the column's type. */
  private void typeParameters(SqlNode source) {
    if (source instanceof SqlSelect select) {
      int count = Math.min(select.getSelectList().size(), given.size());
      for (int i = 0; i < count; i++) {
        SqlNode item = select.getSelectList().get(i);
        if (item instanceof SqlDynamicParam parameter) {
          planner.typedParameters().put(parameter.getIndex(), columns.get(given.get(i)).type());
        }
      }
    }
  }

  private void checkCount(int found, SqlParserPos position) {
    if (found != given.size()) {
      throw Messages.at(
          position,
          ErrorCode.SYNTAX_ERROR,
          "INSERT has " + given.size() + " target columns but " + found + " values");
    }
  }
}
