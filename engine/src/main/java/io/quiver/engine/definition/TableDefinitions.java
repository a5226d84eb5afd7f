package io.quiver.engine.definition;

import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.PlannedStatement;
import io.quiver.planner.Planner;
import io.quiver.sql.ConstraintSpec;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** CREATE TABLE, CREATE TABLE AS and DROP TABLE. */
final class TableDefinitions {
  private static final TableId NO_TABLE = new TableId(-1);

  private TableDefinitions() {}

  static void create(Statement.CreateTable command, DefinitionContext context) {
    String schema = context.names().schemaToMake(command.name());
    String name = command.name().name();
    if (exists(context, schema, name, command.ifNotExists())) {
      return;
    }
    checkColumnNames(command.columns(), name);
    List<ColumnDefinition> columns = new ArrayList<>();
    for (Statement.ColumnSpec column : command.columns()) {
      columns.add(column(column, context.planner()).withId(new ColumnId(columns.size())));
    }
    TableDefinition draft = new TableDefinition(NO_TABLE, schema, name, columns, List.of());
    ConstraintDefinitions constraints = new ConstraintDefinitions(context);
    List<ConstraintSpec> foreignKeys = new ArrayList<>();
    for (ConstraintSpec constraint : command.constraints()) {
      if (constraint instanceof ConstraintSpec.ForeignKey) {
        foreignKeys.add(constraint);
      } else {
        draft = constraints.added(draft, constraint);
      }
    }
    TableDefinition table =
        context
            .transaction()
            .createTable(new Transaction.NewTable(schema, name, columns, draft.constraints()));
    // A foreign key may reference the table itself, which is there by now.
    for (ConstraintSpec foreignKey : foreignKeys) {
      table = constraints.added(table, foreignKey);
    }
    if (!foreignKeys.isEmpty()) {
      context.transaction().alterTable(table);
    }
  }

  /** Whether nothing is to do, since there is such a table and that is well. */
  private static boolean exists(
      DefinitionContext context, String schema, String name, boolean ifNotExists) {
    if (ifNotExists && context.catalog().isTaken(schema, name)) {
      return true;
    }
    context.names().checkFree(schema, name);
    return false;
  }

  /**
   * Makes a table of a query's columns, and stores its rows.
   *
   * @return how many rows
   */
  static long createAs(Statement.CreateTableAs command, DefinitionContext context) {
    String schema = context.names().schemaToMake(command.name());
    String name = command.name().name();
    if (exists(context, schema, name, command.ifNotExists())) {
      return 0;
    }
    PlannedStatement planned =
        context.planner().plan(command.query(), context.catalog(), context.searchPath());
    List<Field> fields = planned.result().fields();
    if (command.columns().size() > fields.size()) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          "the table has "
              + command.columns().size()
              + " column names, its query "
              + fields.size()
              + " columns");
    }
    List<ColumnDefinition> columns = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      String column =
          i < command.columns().size() ? command.columns().get(i) : fields.get(i).name();
      columns.add(stored(column, fields.get(i).type()));
    }
    TableDefinition table =
        context
            .transaction()
            .createTable(new Transaction.NewTable(schema, name, columns, List.of()));
    ExecutionContext execution =
        context.execution().withParameters(context.parameters().apply(planned.parameterTypes()));
    return command.withData() ? store(table, planned.plan(), execution) : 0;
  }

  private static ColumnDefinition stored(String name, SqlType type) {
    if (type instanceof SqlType.Vector(int dimension, var element)
        && dimension == SqlType.Vector.ANY_DIMENSION) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "column \"" + name + "\" is a vector of no known dimension; CAST it to VECTOR(n)");
    }
    return new ColumnDefinition(
        new ColumnId(0), name, type, true, null, ColumnDefinition.Identity.NONE);
  }

  private static long store(TableDefinition table, PlanNode rows, ExecutionContext context) {
    long count = 0;
    PlanNode insert = new PlanNode.Insert(table.id(), rows, -1, null, null);
    try (Operator operator = OperatorBuilder.build(insert, context)) {
      for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
        count += batch.column(0).getLong(0);
      }
    }
    return count;
  }

  static void drop(Statement.DropTable command, DefinitionContext context) {
    Set<TableId> dropped = new LinkedHashSet<>();
    for (Statement.TableName name : command.names()) {
      boolean missing = context.names().table(name) == null && context.names().view(name) == null;
      if (!command.ifExists() || !missing) {
        dropped.add(context.names().existingTable(name).id());
      }
    }
    List<ViewDefinition> over =
        Dependents.dropped("the table", dropped, command.cascade(), context.catalog());
    References.dropped(dropped, command.cascade(), context);
    Dependents.dropAll(dropped, over, context);
  }

  private static void checkColumnNames(List<Statement.ColumnSpec> columns, String table) {
    if (columns.isEmpty()) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION, "table \"" + table + "\" needs at least one column");
    }
    Set<String> names = new HashSet<>();
    int identities = 0;
    for (Statement.ColumnSpec column : columns) {
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "column \"" + column.name() + "\" is named twice");
      }
      if (column.identity() != Statement.IdentityKind.NONE && ++identities > 1) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "a table has at most one identity column, \"" + column.name() + "\" is the second");
      }
    }
  }

  static ColumnDefinition column(Statement.ColumnSpec spec, Planner planner) {
    String defaultSql = spec.defaultSql();
    boolean identity = spec.identity() != Statement.IdentityKind.NONE;
    if (identity && !spec.type().equals(SqlType.BIGINT) && !spec.type().equals(SqlType.INTEGER)) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "an identity column is INTEGER or BIGINT, \""
              + spec.name()
              + "\" is "
              + spec.type().sqlName());
    }
    if (defaultSql != null) {
      if (identity) {
        throw new QuiverException(
            ErrorCode.INVALID_TABLE_DEFINITION,
            "column \"" + spec.name() + "\" has both a default and an identity");
      }
      planner.checkDefault(defaultSql, spec.type());
    }
    return new ColumnDefinition(
        new ColumnId(0),
        spec.name(),
        spec.type(),
        spec.nullable() && !identity,
        defaultSql,
        identity(spec.identity()));
  }

  static ColumnDefinition.Identity identity(Statement.IdentityKind kind) {
    return switch (kind) {
      case NONE -> ColumnDefinition.Identity.NONE;
      case BY_DEFAULT -> ColumnDefinition.Identity.BY_DEFAULT;
      case ALWAYS -> ColumnDefinition.Identity.ALWAYS;
    };
  }
}
