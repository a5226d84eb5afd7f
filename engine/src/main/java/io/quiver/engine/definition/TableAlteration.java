package io.quiver.engine.definition;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.RowCondition;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.Planner;
import io.quiver.sql.ConstraintSpec;
import io.quiver.sql.Statement;
import io.quiver.sql.Statement.AlterTable.Action;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** ALTER TABLE: all its actions give one new definition. */
final class TableAlteration {
  private final DefinitionContext context;
  private final ConstraintDefinitions constraints;
  private final Set<IndexDefinition> droppedIndexes = new HashSet<>();
  private boolean cascade;

  TableAlteration(DefinitionContext context) {
    this.context = context;
    this.constraints = new ConstraintDefinitions(context);
  }

  void run(Statement.AlterTable command) {
    Names names = context.names();
    if (command.ifExists()
        && names.table(command.name()) == null
        && names.view(command.name()) == null) {
      return;
    }
    TableDefinition before = names.existingTable(command.name());
    TableDefinition after = before;
    for (Action action : command.actions()) {
      after = after(after, action);
    }
    if (after.equals(before)) {
      return;
    }
    droppedIndexes.forEach(
        index -> context.transaction().change(new CatalogChange.DropIndex(index.id())));
    after = References.checkKeys(after, cascade, context);
    context.transaction().alterTable(after);
    checkPredicates(before, after);
    Dependents.revalidate(after.id(), cascade, context);
  }

  private TableDefinition after(TableDefinition table, Action action) {
    return switch (action) {
      case Action.AddColumn add -> add(table, add);
      case Action.DropColumn drop -> drop(table, drop);
      case Action.RenameColumn rename -> {
        ColumnDefinition column = Names.column(table, rename.from());
        checkNew(table, rename.to());
        yield ConstraintDefinitions.withColumnRenamed(
            table.with(column.withName(rename.to())), column.id(), rename.from());
      }
      case Action.AddConstraint(ConstraintSpec constraint) -> add(table, constraint);
      case Action.DropConstraint drop -> drop(table, drop);
      case Action.RenameConstraint(String from, String to) -> constraints.renamed(table, from, to);
      case Action.RenameTable rename -> {
        context.names().checkFree(table.schemaName(), rename.to());
        yield table.withName(rename.to());
      }
      case Action.SetSchema set -> {
        context.names().checkSchema(set.schema());
        if (!set.schema().equals(table.schemaName())) {
          context.names().checkFree(set.schema(), table.name());
        }
        yield table.withSchema(set.schema());
      }
      case Action.SetDefault set -> setDefault(table, set);
      case Action.SetNullable set -> setNullable(table, set);
      case Action.SetType set -> setType(table, set);
      case Action.RestartIdentity restart -> {
        identityColumn(table, restart.column());
        context.transaction().restartIdentity(table.id(), restart.next());
        yield table;
      }
      case Action.SetIdentity set ->
          table.with(
              identityColumn(table, set.column())
                  .withIdentity(TableDefinitions.identity(set.identity())));
    };
  }

  private TableDefinition add(TableDefinition table, Action.AddColumn add) {
    Statement.ColumnSpec spec = add.column();
    if (add.ifNotExists() && table.column(spec.name()) != null) {
      return table;
    }
    checkNew(table, spec.name());
    if (spec.identity() != Statement.IdentityKind.NONE) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "an identity column cannot be added to a table, \"" + spec.name() + "\" is one");
    }
    ColumnDefinition column = TableDefinitions.column(spec, context.planner());
    TableDefinition more = table.plus(column.withInitial(initial(column)));
    for (ConstraintSpec constraint : add.constraints()) {
      more = add(more, constraint);
    }
    return more;
  }

  private TableDefinition add(TableDefinition table, ConstraintSpec constraint) {
    return constraints.added(table, constraint);
  }

  private TableDefinition drop(TableDefinition table, Action.DropConstraint drop) {
    if (drop.ifExists() && table.constraint(drop.name()) == null) {
      return table;
    }
    Constraint constraint = ConstraintDefinitions.existing(table, drop.name());
    if (constraint instanceof Constraint.Unique unique && unique.index()) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_OBJECT,
          "\"" + drop.name() + "\" is a unique index, which DROP INDEX drops");
    }
    cascade |= drop.cascade();
    return table.minus(constraint);
  }

  /** The value of all rows that are there: the default as of now. */
  private @Nullable Column initial(ColumnDefinition column) {
    String defaultSql = column.defaultSql();
    if (defaultSql == null) {
      return null;
    }
    Expression value = context.planner().defaultValue(defaultSql, column.type(), column.name());
    if (Planner.isVolatile(value)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "the default of the new column \""
              + column.name()
              + "\" may give another value for each row; add the column without it, then UPDATE"
              + " and SET DEFAULT");
    }
    PlanNode once =
        new PlanNode.Values(
            List.of(List.of(value)), Schema.of(new Field(column.name(), column.type(), true)));
    Object initial = null;
    try (Operator operator = OperatorBuilder.build(once, context.execution())) {
      for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
        if (batch.rowCount() > 0) {
          initial = batch.column(0).get(0);
        }
      }
    }
    if (initial == null) {
      return null;
    }
    ColumnBuilder builder = new ColumnBuilder(column.type(), 1);
    builder.append(initial);
    return builder.build();
  }

  private TableDefinition drop(TableDefinition table, Action.DropColumn drop) {
    if (drop.ifExists() && table.column(drop.name()) == null) {
      return table;
    }
    ColumnDefinition column = Names.column(table, drop.name());
    if (table.columns().size() == 1) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "\"" + drop.name() + "\" is the last column of table \"" + table.name() + "\"");
    }
    cascade |= drop.cascade();
    for (IndexDefinition index : context.catalog().indexesOf(table.id())) {
      if (index.reads(column.id())) {
        droppedIndexes.add(index);
      }
    }
    return table.minus(column.id());
  }

  private TableDefinition setDefault(TableDefinition table, Action.SetDefault set) {
    ColumnDefinition column = Names.column(table, set.column());
    String defaultSql = set.defaultSql();
    if (column.identity() != ColumnDefinition.Identity.NONE) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR, "column \"" + set.column() + "\" is an identity column");
    }
    if (defaultSql != null) {
      context.planner().checkDefault(defaultSql, column.type());
    }
    return table.with(column.withDefault(defaultSql));
  }

  /** Rows stay as they are stored, and are read as the wider type. */
  private TableDefinition setType(TableDefinition table, Action.SetType set) {
    ColumnDefinition column = Names.column(table, set.column());
    SqlType from = column.type();
    if (!Widening.allows(from, set.type())) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "column \"%s\" is %s and cannot become %s: a type is changed to a wider one alone, such as"
                  .formatted(set.column(), from.sqlName(), set.type().sqlName())
              + " INTEGER to BIGINT or VARCHAR(8) to VARCHAR(20); add a column, UPDATE, and drop"
              + " this one");
    }
    checkKeys(table, column, set.type());
    if (column.identity() != ColumnDefinition.Identity.NONE
        && !Widening.isWhole(from, set.type())) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "an identity is INTEGER or BIGINT, found " + set.type().sqlName());
    }
    String defaultSql = column.defaultSql();
    if (defaultSql != null) {
      context.planner().checkDefault(defaultSql, set.type());
    }
    TableDefinition changed = table.with(column.withType(set.type()));
    changed
        .constraints(Constraint.Check.class)
        .forEach(check -> context.planner().condition(check.sql(), changed));
    return changed;
  }

  /** Keys are found by a hash of their values, which may differ between types. */
  private void checkKeys(TableDefinition table, ColumnDefinition column, SqlType to) {
    SqlType from = column.type();
    boolean sameHash = Widening.isSameLayout(from, to) || Widening.isWhole(from, to);
    for (Constraint.Key key : table.uniqueKeys()) {
      if (!sameHash && key.columns().contains(column.id())) {
        throw new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "column \"%s\" is part of key \"%s\", and %s cannot become %s there"
                .formatted(column.name(), key.name(), from.sqlName(), to.sqlName()));
      }
    }
    for (TableDefinition other : context.changedCatalog().tables()) {
      for (Constraint.ForeignKey key : other.constraints(Constraint.ForeignKey.class)) {
        if ((other.id().equals(table.id()) && key.columns().contains(column.id()))
            || (key.referenced().equals(table.id())
                && key.referencedColumns().contains(column.id()))) {
          throw new QuiverException(
              ErrorCode.DEPENDENT_OBJECTS_EXIST,
              "foreign key \"%s\" of table \"%s\" reads column \"%s\"; drop it first"
                  .formatted(key.name(), other.name(), column.name()));
        }
      }
    }
  }

  private static ColumnDefinition identityColumn(TableDefinition table, String name) {
    ColumnDefinition column = Names.column(table, name);
    if (column.identity() == ColumnDefinition.Identity.NONE) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION, "column \"" + name + "\" is no identity column");
    }
    return column;
  }

  private static TableDefinition setNullable(TableDefinition table, Action.SetNullable set) {
    ColumnDefinition column = Names.column(table, set.column());
    if (set.nullable() && table.primaryKey().contains(column.id())) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          "column \"" + set.column() + "\" is part of the primary key");
    }
    if (set.nullable() && column.identity() != ColumnDefinition.Identity.NONE) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR, "column \"" + set.column() + "\" is an identity column");
    }
    return table.with(column.withNullable(set.nullable()));
  }

  /** The conditions of partial indexes are texts: they must keep their meaning, too. */
  private void checkPredicates(TableDefinition before, TableDefinition after) {
    for (IndexDefinition index : context.changedCatalog().indexesOf(after.id())) {
      String predicate = index.predicateSql();
      if (predicate != null) {
        try {
          RowCondition old = context.planner().indexCondition(predicate, before);
          if (!old.equals(context.planner().indexCondition(predicate, after))) {
            throw new QuiverException(
                ErrorCode.FEATURE_NOT_SUPPORTED, "it would be another condition");
          }
        } catch (QuiverException e) {
          throw new QuiverException(
              ErrorCode.DEPENDENT_OBJECTS_EXIST,
              "the condition of index \""
                  + index.name()
                  + "\" reads what would change ("
                  + e.getMessage()
                  + "); drop the index first",
              e);
        }
      }
    }
  }

  private static void checkNew(TableDefinition table, String name) {
    if (table.column(name) != null) {
      throw new QuiverException(
          ErrorCode.DUPLICATE_COLUMN,
          "table \"" + table.name() + "\" has a column \"" + name + "\" already");
    }
  }

  /** The ids of named columns. */
  static List<ColumnId> columns(TableDefinition table, List<String> names) {
    return names.stream().map(name -> Names.column(table, name).id()).toList();
  }
}
