package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.translate.Casts;
import io.quiver.planner.translate.CatalogTable;
import io.quiver.planner.translate.Projections;
import io.quiver.sql.SqlChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUpdate;
import org.apache.calcite.sql.SqlWith;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** UPDATE and DELETE: the query for the rows to change, by row id, and what becomes of them. */
final class ChangePlanner {
  private final StatementPlanner planner;
  private final TargetTable target;
  private final String alias;
  private final SqlChange change;

  private ChangePlanner(StatementPlanner planner, SqlNode target, SqlChange change) {
    this.planner = planner;
    this.target = TargetTable.of(target, planner);
    SqlIdentifier named = change.alias();
    this.alias = named != null ? named.getSimple() : this.target.definition().name();
    this.change = change;
  }

  static PlanNode delete(StatementPlanner planner, SqlDelete delete, SqlChange change) {
    return new ChangePlanner(planner, delete.getTargetTable(), change).delete(delete);
  }

  static PlanNode update(StatementPlanner planner, SqlUpdate update, SqlChange change) {
    return new ChangePlanner(planner, update.getTargetTable(), change).update(update);
  }

  private PlanNode delete(SqlDelete delete) {
    List<SqlNode> items = new ArrayList<>();
    if (change.returning() != null) {
      target.definition().columns().forEach(column -> items.add(column(column.name())));
    }
    PlanNode rows = rows(items, delete.getCondition());
    return new PlanNode.Delete(target.definition().id(), rows, returning());
  }

  private PlanNode.@Nullable Returning returning() {
    return new RowPlanner(planner, target, change.alias()).returning(change.returning());
  }

  private PlanNode update(SqlUpdate update) {
    List<ColumnDefinition> columns = target.definition().columns();
    Map<Integer, Expression> plain = new HashMap<>();
    Map<Integer, SqlNode> computed = new HashMap<>();
    List<Integer> assigned = target.columns(update.getTargetColumnList());
    for (int i = 0; i < assigned.size(); i++) {
      int position = assigned.get(i);
      SqlNode node = update.getSourceExpressionList().get(i);
      Expression value = target.plainAssignment(node, columns.get(position));
      if (value != null) {
        plain.put(position, value);
      } else {
        computed.put(position, node);
      }
    }
    List<SqlNode> items = new ArrayList<>();
    Map<Integer, Integer> positionOf = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (!plain.containsKey(i)) {
        SqlNode node = computed.get(i);
        items.add(node != null ? node : column(columns.get(i).name()));
        positionOf.put(i, items.size());
      }
    }
    PlanNode rows = rows(items, update.getCondition());
    List<Expression> values = new ArrayList<>();
    values.add(new Expression.InputColumn(0, SqlType.BIGINT));
    List<Field> fields = new ArrayList<>(List.of(rows.schema().field(0)));
    for (int i = 0; i < columns.size(); i++) {
      ColumnDefinition column = columns.get(i);
      Expression value = plain.get(i);
      values.add(value != null ? value : converted(rows, positionOf.getOrDefault(i, 0), column));
      fields.add(new Field(column.name(), column.type(), true));
    }
    PlanNode changed = Projections.over(rows, values, new Schema(fields));
    return new PlanNode.Update(target.definition().id(), changed, returning());
  }

  private static Expression converted(PlanNode rows, int position, ColumnDefinition column) {
    Expression value = new Expression.InputColumn(position, rows.schema().type(position));
    return Casts.assignment(value, column.type(), column.name());
  }

  /** Row ids, and the items, of the rows that the condition holds for. */
  private PlanNode rows(List<SqlNode> items, @Nullable SqlNode condition) {
    SqlParserPos position = target.name().getParserPosition();
    List<SqlNode> list = new ArrayList<>();
    list.add(column(CatalogTable.ROW_ID));
    list.addAll(items);
    SqlNode from =
        SqlStdOperatorTable.AS.createCall(
            position,
            new SqlIdentifier(
                List.of(
                    target.definition().schemaName(),
                    target.definition().name() + CatalogTable.ROW_ID),
                position),
            new SqlIdentifier(alias, position));
    SqlNode others = change.from();
    if (others != null) {
      from =
          new SqlJoin(
              position,
              from,
              SqlLiteral.createBoolean(false, position),
              JoinType.COMMA.symbol(position),
              others,
              JoinConditionType.NONE.symbol(position),
              null);
    }
    SqlSelect select = Selects.of(position, new SqlNodeList(list, position), from, condition);
    SqlNodeList with = change.with();
    SqlNode query = with == null ? select : new SqlWith(position, with, select);
    return planner.query(planner.prepare(query)).plan();
  }

  private SqlIdentifier column(String name) {
    return new SqlIdentifier(List.of(alias, name), target.name().getParserPosition());
  }
}
