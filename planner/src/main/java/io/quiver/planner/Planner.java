package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.RowCondition;
import io.quiver.executor.expression.UserFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.PlannedStatement.Hoisted;
import io.quiver.planner.rule.TableSizes;
import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.Casts;
import io.quiver.planner.translate.Expressions;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.planner.translate.HoistedTypes;
import io.quiver.planner.translate.IndexUses;
import io.quiver.planner.translate.KeyLookups;
import io.quiver.planner.translate.Types;
import io.quiver.sql.NormalizedSql;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.SearchOptions;
import io.quiver.sql.SqlChange;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlInsert;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUpdate;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** From a parsed statement to a plan. Safe for use by several threads. */
public final class Planner {
  /** Where names without a schema are looked up, unless a session says otherwise. */
  public static final List<String> SEARCH_PATH = List.of(Catalog.DEFAULT_SCHEMA, "quiver");

  private static final String PARTIAL_INDEX = "a partial index";

  private final String database;
  private final OperatorTable operators;
  private final List<SystemTable> systemTables;
  private final List<FunctionInfo> functions;
  private final PlanningThreads threads = new PlanningThreads();

  /** Type objects are shared by all statements, so that equal types are the same object. */
  private final QuiverTypeFactory factory = new QuiverTypeFactory();

  private final AtomicReference<@Nullable SchemaReader> lastReader = new AtomicReference<>();

  /**
   * A planner for one database.
   *
   * @param database its name, which may stand before that of a schema
   * @param functions of plugins; they win over built-in ones of the same name
   */
  public Planner(String database, List<UserFunction> functions, List<SystemTable> systemTables) {
    this.database = database;
    this.operators = new OperatorTable(functions);
    this.systemTables = List.copyOf(systemTables);
    this.functions =
        Stream.concat(
                BuiltinFunctions.all().stream()
                    .filter(info -> !operators.pluginNames().contains(info.name())),
                functions.stream().map(FunctionInfo::of))
            .toList();
  }

  /** All functions that a statement may call, by category. */
  public List<FunctionInfo> functions() {
    return functions;
  }

  /**
   * A plan that also serves other texts with the same normalised form.
   *
   * @param statement a {@link Statement.Query} or {@link Statement.Modify}
   * @param sizes decide the order of joins; what the plan asked is in {@link
   *     PlannedStatement#sizes}
   * @param sql what it was parsed from, which the normalised literals' offsets are in
   * @throws io.quiver.types.QuiverException 42P01, 42703, 42883, 42702, 42803, 42804, 0A000, ...
   */
  public PlannedStatement plan(
      Statement statement,
      Catalog catalog,
      TableSizes sizes,
      List<String> searchPath,
      String sql,
      NormalizedSql normalized) {
    SqlNode node = node(statement);
    return threads.call(() -> {
      try {
        return plan(
            node, search(statement), catalog, sizes, searchPath, Hoisting.of(sql, normalized));
      } catch (RuntimeException e) {
        // Planned again with its literals in place, the statement either works or fails with
        // the message that its author can understand.
        Hoisting none = Hoisting.nothingOf(sql, normalized);
        return plan(node, search(statement), catalog, sizes, searchPath, none);
      }
    });
  }

  /** A plan for this text alone. */
  public PlannedStatement plan(
      Statement statement, Catalog catalog, TableSizes sizes, List<String> searchPath) {
    SqlNode node = node(statement);
    Hoisting none = Hoisting.none(parameterCount(node));
    return threads.call(() -> plan(node, search(statement), catalog, sizes, searchPath, none));
  }

  /** As above, with joins in the order in which they are written. */
  public PlannedStatement plan(Statement statement, Catalog catalog, List<String> searchPath) {
    return plan(statement, catalog, TableSizes.UNKNOWN, searchPath);
  }

  /**
   * What a view's query gives.
   *
   * @param reads the tables and views that it names
   */
  public record ViewQuery(Schema result, List<TableId> reads) {
    public ViewQuery {
      reads = List.copyOf(reads);
    }
  }

  /**
   * Plans the query of a view, to see what it gives.
   *
   * @throws io.quiver.types.QuiverException as {@link #plan}, and 42P02 where it has parameters
   */
  public ViewQuery view(Statement.Query query, Catalog catalog, List<String> searchPath) {
    if (parameterCount(query.node()) > 0) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_PARAMETER, "the query of a view takes no parameters");
    }
    if (!query.search().equals(SearchOptions.UNSAID)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "a view does not keep how it is searched (EXACT, WITH RECALL and the like); say it where"
              + " the view is read");
    }
    return threads.call(() -> {
      StatementPlanner planner = planner(catalog, searchPath, Hoisting.none(0));
      StatementPlanner.PlannedQuery planned = planner.query(planner.prepare(query.node()));
      return new ViewQuery(planned.result(), planned.reads());
    });
  }

  /** The value of a DEFAULT, to be evaluated once. */
  public Expression defaultValue(String expressionSql, SqlType type, String column) {
    SqlNode parsed = SqlParser.parseExpression(expressionSql);
    Expression value =
        threads.call(() -> {
          StatementPlanner planner = planner(Catalog.EMPTY, SEARCH_PATH, Hoisting.none(0));
          return planner.expression(planner.prepare(parsed));
        });
    return Casts.assignment(value, type, column);
  }

  /**
   * The condition of a partial index.
   *
   * @throws io.quiver.types.QuiverException as {@link #condition}
   */
  public RowCondition indexCondition(String conditionSql, TableDefinition table) {
    SqlNode parsed = SqlParser.parseExpression(conditionSql);
    return threads.call(() -> IndexUses.of(conditionOf(parsed, table, PARTIAL_INDEX), table));
  }

  /**
   * The condition of a CHECK, over the columns of a table.
   *
   * @throws io.quiver.types.QuiverException 42703, 42804, 42P17 where it may give another value
   *     each time, ...
   */
  public Expression condition(String conditionSql, TableDefinition table) {
    SqlNode parsed = SqlParser.parseExpression(conditionSql);
    return threads.call(() -> conditionOf(parsed, table, "CHECK"));
  }

  private Expression conditionOf(SqlNode parsed, TableDefinition table, String what) {
    Catalog catalog =
        new Catalog(
            0, List.of(table.schemaName()), List.of(table), List.of(), List.of(), List.of());
    StatementPlanner planner =
        new StatementPlanner(
            operators,
            new SchemaReader(catalog, database, List.of(), systemTables, factory),
            factory,
            Hoisting.none(0),
            TableSizes.UNKNOWN);
    return CheckPlanner.condition(planner, parsed, table, what);
  }

  /**
   * Checks the DEFAULT of a column that is about to be created.
   *
   * @throws io.quiver.types.QuiverException 42601, 42703 or 42804
   */
  public void checkDefault(String expressionSql, SqlType type) {
    defaultValue(expressionSql, type, "default");
  }

  /**
   * Whether a DEFAULT may give another value at each evaluation.
   *
   * @param value that {@link #defaultValue} has given
   */
  public static boolean isVolatile(Expression value) {
    return !Expressions.isRowIndependent(value);
  }

  /** What each column of a table gets that a row leaves out; null for one that counts up. */
  public List<Expression> defaults(TableDefinition table) {
    Catalog empty = new Catalog(0, List.of());
    return threads.call(() -> {
      StatementPlanner planner = planner(empty, List.of(), Hoisting.none(0));
      List<Expression> defaults = new ArrayList<>();
      for (ColumnDefinition column : table.columns()) {
        defaults.add(TargetTable.defaultOf(column, planner));
      }
      return defaults;
    });
  }

  /**
   * The value of a file's column for one of a table: text is read as a string literal is, all else
   * converted as INSERT converts it.
   *
   * @param position of the file's column
   * @throws io.quiver.types.QuiverException 42804 where the types do not fit
   */
  public static Expression copied(int position, SqlType from, ColumnDefinition column) {
    Expression value = new Expression.InputColumn(position, from);
    return from instanceof SqlType.Varchar
        ? Casts.untyped(value, column.type())
        : Casts.assignment(value, column.type(), column.name());
  }

  /**
   * The value of a column that stands for a parameter, or null where it is of a type that an
   * assignment does not convert.
   *
   * @param position of the column
   */
  public static @Nullable Expression bound(int position, SqlType from, SqlType parameter) {
    Expression value = new Expression.InputColumn(position, from);
    if (from instanceof SqlType.Varchar) {
      return Casts.untyped(value, parameter);
    }
    return Types.assignable(from, parameter) ? Casts.implicit(value, parameter) : null;
  }

  /** The expression with others in the place of the first parameters; later ones stay. */
  public static Expression withParameters(Expression expression, List<Expression> values) {
    return Expressions.mapLeaves(
        expression,
        leaf ->
            leaf instanceof Expression.Parameter(int index, SqlType _) && index < values.size()
                ? values.get(index)
                : leaf);
  }

  private static SearchOptions search(Statement statement) {
    return switch (statement) {
      case Statement.Query query -> query.search();
      case Statement.Modify modify -> modify.search();
      default -> SearchOptions.UNSAID;
    };
  }

  private static SqlNode node(Statement statement) {
    if (statement instanceof Statement.Query query) {
      return query.node();
    }
    if (statement instanceof Statement.Modify modify) {
      return modify.node();
    }
    throw new IllegalArgumentException(
        "only queries and changes are planned, found " + statement.getClass().getSimpleName());
  }

  @SuppressWarnings("ReferenceEquality") // One object says that nothing is known.
  private PlannedStatement plan(
      SqlNode node,
      SearchOptions search,
      Catalog catalog,
      TableSizes sizes,
      List<String> searchPath,
      Hoisting hoisting) {
    SizesAsked asked = new SizesAsked(sizes);
    StatementPlanner planner =
        new StatementPlanner(
            operators,
            reader(catalog, searchPath),
            factory,
            hoisting,
            sizes == TableSizes.UNKNOWN ? sizes : asked);
    StatementPlanner.PlannedQuery planned =
        switch (node) {
          case SqlChange change -> change(change(planner, change));
          default -> planner.query(planner.prepare(node));
        };
    HoistedTypes.Settled settled = HoistedTypes.settle(planned.plan(), hoisting.parameterCount());
    List<Hoisted> hoisted = new ArrayList<>();
    for (Hoisted literal : hoisting.hoisted()) {
      int index = hoisting.parameterCount() + hoisted.size();
      SqlType type = settled.types().getOrDefault(index, literal.type());
      hoisted.add(new Hoisted(literal.literal(), type, literal.negated()));
    }
    return new PlannedStatement(
        IndexUses.attach(
            KeyLookups.apply(settled.plan(), catalog),
            catalog,
            search,
            (sql, table) -> conditionOf(SqlParser.parseExpression(sql), table, PARTIAL_INDEX)),
        planned.result(),
        planner.parameterTypes().types(),
        hoisted,
        hoisting.fixedLiterals(),
        asked.rows());
  }

  private static PlanNode change(StatementPlanner planner, SqlChange change) {
    return switch (change.change()) {
      case SqlInsert insert -> InsertPlanner.plan(planner, insert, change);
      case SqlUpdate update -> ChangePlanner.update(planner, update, change);
      case SqlDelete delete -> ChangePlanner.delete(planner, delete, change);
      default -> throw new IllegalStateException("no plan for " + change.getKind());
    };
  }

  private static StatementPlanner.PlannedQuery change(PlanNode plan) {
    return new StatementPlanner.PlannedQuery(plan, plan.schema(), List.of());
  }

  private StatementPlanner planner(Catalog catalog, List<String> searchPath, Hoisting hoisting) {
    return new StatementPlanner(
        operators, reader(catalog, searchPath), factory, hoisting, TableSizes.UNKNOWN);
  }

  /** The reader of the newest catalog is kept: most statements find it unchanged. */
  @SuppressWarnings("ReferenceEquality") // An equal catalog costs more to find out than to read.
  private SchemaReader reader(Catalog catalog, List<String> searchPath) {
    SchemaReader last = lastReader.get();
    if (last != null && last.catalog() == catalog) {
      return last.withSearchPath(searchPath);
    }
    SchemaReader reader = new SchemaReader(catalog, database, searchPath, systemTables, factory);
    lastReader.set(reader);
    return reader;
  }

  private static int parameterCount(SqlNode node) {
    int[] count = {0};
    node.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlDynamicParam parameter) {
            count[0] = Math.max(count[0], parameter.getIndex() + 1);
            return null;
          }
        });
    return count[0];
  }
}
