package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.translate.Casts;
import io.quiver.sql.SqlOnConflict;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** What a change computes from each row: RETURNING, and what ON CONFLICT makes of two rows. */
final class RowPlanner {
  private static final String PROPOSED = "excluded";

  private final StatementPlanner planner;
  private final TargetTable target;
  private final String alias;
  private final SqlParserPos position;

  RowPlanner(StatementPlanner planner, TargetTable target, @Nullable SqlIdentifier alias) {
    this.planner = planner;
    this.target = target;
    this.alias = alias == null ? target.definition().name() : alias.getSimple();
    this.position = target.name().getParserPosition();
  }

  /** What RETURNING says, or null where it says nothing. */
  PlanNode.@Nullable Returning returning(@Nullable SqlNodeList items) {
    if (items == null) {
      return null;
    }
    StatementPlanner.RowExpressions row =
        planner.rowExpressions(
            planner.prepare(Selects.of(position, items, table(alias), null)), "RETURNING");
    return new PlanNode.Returning(row.expressions(), row.schema());
  }

  /** What ON CONFLICT says, or null where it says nothing. */
  PlanNode.@Nullable OnConflict conflict(@Nullable SqlOnConflict conflict) {
    if (conflict == null) {
      return null;
    }
    SqlNodeList columns = conflict.columns();
    SqlNodeList values = conflict.values();
    boolean updates = columns != null && values != null;
    List<ColumnId> key = key(conflict, updates);
    if (columns == null || values == null) {
      return new PlanNode.OnConflict(key, null, null);
    }
    List<Integer> assigned = target.columns(columns);
    List<SqlNode> items = new ArrayList<>();
    Map<Integer, Integer> computed = new HashMap<>();
    Map<Integer, Expression> assignments = new HashMap<>();
    for (int i = 0; i < assigned.size(); i++) {
      int column = assigned.get(i);
      Expression plain =
          target.plainAssignment(values.get(i), target.definition().columns().get(column));
      if (plain != null) {
        assignments.put(column, plain);
      } else {
        computed.put(column, items.size());
        items.add(values.get(i));
      }
    }
    SqlNode where = conflict.where();
    if (where != null) {
      items.add(where);
    }
    List<Expression> expressions = expressions(items);
    computed.forEach(
        (column, item) -> assignments.put(column, assigned(expressions.get(item), column)));
    Expression condition = where == null ? null : condition(expressions.getLast());
    return new PlanNode.OnConflict(key, row(assignments), condition);
  }

  /** UPSERT: every column that is given replaces the one that is there. */
  PlanNode.OnConflict upsert(List<Integer> given) {
    if (target.definition().primaryKey().isEmpty()) {
      throw Messages.at(
          position,
          ErrorCode.INVALID_COLUMN_REFERENCE,
          "UPSERT wants a primary key, table \"" + target.definition().name() + "\" has none");
    }
    int width = target.definition().columns().size();
    Map<Integer, Expression> assignments = new HashMap<>();
    for (int column : given) {
      SqlType type = target.definition().columns().get(column).type();
      assignments.put(column, new Expression.InputColumn(width + column, type));
    }
    return new PlanNode.OnConflict(target.definition().primaryKey(), row(assignments), null);
  }

  private List<Expression> row(Map<Integer, Expression> assignments) {
    List<ColumnDefinition> columns = target.definition().columns();
    List<Expression> row = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      Expression value = assignments.get(i);
      row.add(value != null ? value : new Expression.InputColumn(i, columns.get(i).type()));
    }
    return row;
  }

  private List<Expression> expressions(List<SqlNode> items) {
    if (items.isEmpty()) {
      return List.of();
    }
    SqlNode both =
        new SqlJoin(
            position,
            table(alias),
            SqlLiteral.createBoolean(false, position),
            JoinType.COMMA.symbol(position),
            table(PROPOSED),
            JoinConditionType.NONE.symbol(position),
            null);
    SqlSelect select = Selects.of(position, new SqlNodeList(items, position), both, null);
    return planner.rowExpressions(planner.prepare(select), "ON CONFLICT DO UPDATE").expressions();
  }

  private Expression assigned(Expression value, int column) {
    ColumnDefinition definition = target.definition().columns().get(column);
    return Casts.assignment(value, definition.type(), definition.name());
  }

  private static Expression condition(Expression value) {
    if (!value.type().equals(SqlType.BOOLEAN)) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH, "WHERE is BOOLEAN, found " + value.type().sqlName());
    }
    return value;
  }

  /** The key that ON CONFLICT names, or null where it names none and so means any. */
  private @Nullable List<ColumnId> key(SqlOnConflict conflict, boolean updates) {
    SqlIdentifier constraint = conflict.constraint();
    SqlNodeList columns = conflict.target();
    String table = target.definition().name();
    if (constraint != null) {
      if (target.definition().constraint(constraint.getSimple()) instanceof Constraint.Key key) {
        return key.columns();
      }
      throw Messages.at(
          constraint.getParserPosition(),
          ErrorCode.UNDEFINED_OBJECT,
          "table \"" + table + "\" has no unique constraint \"" + constraint + "\"");
    }
    if (columns != null) {
      return key(columns);
    }
    if (updates) {
      throw Messages.at(
          conflict.getParserPosition(),
          ErrorCode.SYNTAX_ERROR,
          "ON CONFLICT DO UPDATE names the columns of a key, as in ON CONFLICT (id)");
    }
    return null;
  }

  /** The key of just these columns, in any order. */
  private List<ColumnId> key(SqlNodeList columns) {
    Set<ColumnId> named = new HashSet<>();
    for (int column : target.columns(columns)) {
      named.add(target.definition().columns().get(column).id());
    }
    for (Constraint.Key key : target.definition().uniqueKeys()) {
      if (named.equals(Set.copyOf(key.columns()))) {
        return key.columns();
      }
    }
    throw Messages.at(
        columns.getParserPosition(),
        ErrorCode.INVALID_COLUMN_REFERENCE,
        "ON CONFLICT names no unique key of table \"" + target.definition().name() + "\"");
  }

  private SqlNode table(String name) {
    SqlIdentifier table =
        new SqlIdentifier(
            List.of(target.definition().schemaName(), target.definition().name()), position);
    return SqlStdOperatorTable.AS.createCall(position, table, new SqlIdentifier(name, position));
  }
}
