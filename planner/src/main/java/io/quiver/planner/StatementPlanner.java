package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.rule.Optimizer;
import io.quiver.planner.rule.TableSizes;
import io.quiver.planner.translate.ExpressionTranslator;
import io.quiver.planner.translate.PlanTranslator;
import io.quiver.planner.translate.Projections;
import io.quiver.planner.translate.Types;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.core.Join;
import org.apache.calcite.rel.core.Project;
import org.apache.calcite.rel.core.TableScan;
import org.apache.calcite.rel.hint.HintStrategyTable;
import org.apache.calcite.rel.metadata.RelMetadataQuery;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.rex.RexUtil;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql2rel.SqlToRelConverter;
import org.jspecify.annotations.Nullable;

/** Takes one prepared tree through validation, conversion, optimisation and translation. */
final class StatementPlanner {
  private static final SqlToRelConverter.Config CONVERSION =
      SqlToRelConverter.config()
          .withExpand(false)
          .withTrimUnusedFields(false)
          .withInSubQueryThreshold(Integer.MAX_VALUE)
          .withRelBuilderConfigTransform(config -> config.withBloat(Optimizer.NO_MERGING))
          .withHintStrategyTable(HintStrategyTable.EMPTY);

  private final OperatorTable operators;
  private final SchemaReader reader;
  private final QuiverTypeFactory factory;
  private final Hoisting hoisting;
  private final TableSizes sizes;
  private final ParameterTypes parameterTypes;
  private final Map<Integer, SqlType> typedParameters = new HashMap<>();

  /** A query's plan, and its columns under the names that the user knows. */
  record PlannedQuery(PlanNode plan, Schema result, List<TableId> reads) {}

  StatementPlanner(
      OperatorTable operators,
      SchemaReader reader,
      QuiverTypeFactory factory,
      Hoisting hoisting,
      TableSizes sizes) {
    this.operators = operators;
    this.reader = reader;
    this.factory = factory;
    this.hoisting = hoisting;
    this.sizes = sizes;
    this.parameterTypes = new ParameterTypes(hoisting.parameterCount());
  }

  OperatorTable operators() {
    return operators;
  }

  SchemaReader reader() {
    return reader;
  }

  Hoisting hoisting() {
    return hoisting;
  }

  ParameterTypes parameterTypes() {
    return parameterTypes;
  }

  /** Types of parameters that stand alone, where no operator can say what they are. */
  Map<Integer, SqlType> typedParameters() {
    return typedParameters;
  }

  /** A copy of the tree that the validator may change. */
  SqlNode prepare(SqlNode node) {
    return new Preparation(hoisting, operators.pluginNames()).prepare(node);
  }

  /** The plan of a prepared query. */
  PlannedQuery query(SqlNode prepared) {
    Validator validator = new Validator(operators, reader, factory, this::knownType);
    SqlNode validated = validator.validate(prepared);
    parameterTypes.collect(validated, validator);
    RelOptCluster cluster = cluster();
    RelRoot root = converter(validator, reader, cluster).convertQuery(validated, false, true);
    RelNode optimized = Optimizer.optimize(root.project(), sizes);
    PlanNode plan = new PlanTranslator(cluster.getRexBuilder()).translate(optimized);
    Schema result = result(plan, OutputNames.of(validated, plan.schema().size()), root);
    return new PlannedQuery(
        Projections.renamed(plan, result), result, Views.reads(validated, validator));
  }

  /** What stands in the place of a view: its query, under the names that were there at its time. */
  private RelRoot expandView(RelDataType rowType, List<String> name, RelOptCluster cluster) {
    ViewDefinition view = Objects.requireNonNull(reader.catalog().view(name.get(0), name.get(1)));
    SchemaReader own = reader.withSearchPath(view.searchPath());
    // Its literals are those of another text.
    Preparation preparation = new Preparation(Hoisting.none(0), operators.pluginNames());
    Validator validator = new Validator(operators, own, factory, parameter -> null);
    SqlNode validated = validator.validate(preparation.prepare(Views.query(view)));
    RelRoot root = converter(validator, own, cluster).convertQuery(validated, false, true);
    int count = root.validatedRowType.getFieldCount();
    return Views.columns(root, OutputNames.of(validated, count), view, rowType);
  }

  /** The names and types of a query's columns, as its author sees them. */
  private static Schema result(PlanNode plan, List<String> names, RelRoot root) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Field field = plan.schema().field(i);
      boolean nullable = root.validatedRowType.getFieldList().get(i).getType().isNullable();
      fields.add(new Field(names.get(i), field.type(), field.nullable() || nullable));
    }
    return new Schema(fields);
  }

  private @Nullable SqlType knownType(SqlDynamicParam parameter) {
    SqlType hoisted = hoisting.type(parameter);
    return hoisted != null ? hoisted : typedParameters.get(parameter.getIndex());
  }

  /** One prepared expression that reads no column. */
  Expression expression(SqlNode prepared) {
    Validator validator = new Validator(operators, reader, factory, this::knownType);
    SqlNode validated = validator.validateExpression(prepared);
    parameterTypes.collect(validated, validator);
    RelOptCluster cluster = cluster();
    RexNode expression = converter(validator, reader, cluster).convertExpression(validated);
    return new ExpressionTranslator(
            cluster.getRexBuilder(),
            i -> {
              throw new IllegalStateException("no column " + i);
            })
        .translate(expression);
  }

  /** Expressions over a row, and their names and types. */
  record RowExpressions(List<Expression> expressions, Schema schema) {}

  /**
   * The select list of a prepared query over one table, or over two side by side, as expressions
   * over their columns.
   *
   * @param what begins the message, such as RETURNING
   */
  RowExpressions rowExpressions(SqlNode prepared, String what) {
    Validator validator = new Validator(operators, reader, factory, this::knownType);
    SqlNode validated = validator.validate(prepared);
    parameterTypes.collect(validated, validator);
    RelOptCluster cluster = cluster();
    RelRoot root = converter(validator, reader, cluster).convertQuery(validated, false, true);
    if (!(root.project() instanceof Project project) || !isRow(project.getInput())) {
      throw new QuiverException(
          ErrorCode.GROUPING_ERROR, what + " takes no aggregate functions and no window functions");
    }
    if (RexUtil.SubQueryFinder.containsSubQuery(project)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED, "a subquery in " + what + " is not supported yet");
    }
    List<RelDataTypeField> row = project.getInput().getRowType().getFieldList();
    ExpressionTranslator translator =
        new ExpressionTranslator(
            cluster.getRexBuilder(), i -> Types.fromCalcite(row.get(i).getType()));
    List<Expression> expressions = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    List<String> names = OutputNames.of(validated, project.getProjects().size());
    for (int i = 0; i < names.size(); i++) {
      Expression expression = translator.translate(project.getProjects().get(i));
      expressions.add(expression);
      boolean nullable = root.validatedRowType.getFieldList().get(i).getType().isNullable();
      fields.add(new Field(names.get(i), expression.type(), nullable));
    }
    return new RowExpressions(expressions, new Schema(fields));
  }

  private static boolean isRow(RelNode node) {
    return node instanceof TableScan
        || (node instanceof Join join
            && join.getLeft() instanceof TableScan
            && join.getRight() instanceof TableScan);
  }

  private SqlToRelConverter converter(
      Validator validator, SchemaReader names, RelOptCluster cluster) {
    return new SqlToRelConverter(
        (rowType, sql, path, name) -> expandView(rowType, Objects.requireNonNull(name), cluster),
        validator,
        names,
        cluster,
        new VectorConvertlets(),
        CONVERSION);
  }

  private RelOptCluster cluster() {
    HepPlanner planner = new HepPlanner(HepProgram.builder().build());
    planner.setExecutor(Optimizer.NO_FOLDING);
    RelOptCluster cluster = RelOptCluster.create(planner, new RexBuilder(factory));
    cluster.setMetadataQuerySupplier(RelMetadataQuery::instance);
    return cluster;
  }
}
