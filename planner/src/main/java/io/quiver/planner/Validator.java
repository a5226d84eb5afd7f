package io.quiver.planner;

import io.quiver.planner.translate.Types;
import io.quiver.sql.CastRules;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorOperators;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import java.util.Map;
import java.util.function.Function;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.type.SqlTypeCoercionRule;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.validate.ParameterScope;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.jspecify.annotations.Nullable;

/** Resolves names and types; knows vectors, and parameters that were literals. */
final class Validator extends SqlValidatorImpl {
  private static final SqlTypeCoercionRule COERCIONS = CastRules.INSTANCE;
  private static final Config CONFIG =
      Config.DEFAULT
          .withConformance(new Conformance())
          .withDefaultNullCollation(NullCollation.LAST)
          .withIdentifierExpansion(true)
          .withTypeCoercionFactory(VectorCoercion::new)
          .withTypeCoercionRules(COERCIONS);

  private final QuiverTypeFactory factory;
  private final Function<SqlDynamicParam, @Nullable SqlType> known;

  /**
   * For one statement.
   *
   * @param known the type of a parameter that is known before its place is looked at
   */
  Validator(
      OperatorTable operators,
      SchemaReader reader,
      QuiverTypeFactory factory,
      Function<SqlDynamicParam, @Nullable SqlType> known) {
    super(operators, reader, factory, CONFIG);
    this.factory = factory;
    this.known = known;
  }

  @Override
  public SqlTypeMappingRule getTypeMappingRule() {
    return COERCIONS;
  }

  @Override
  public RelDataType deriveType(SqlValidatorScope scope, SqlNode expression) {
    if (expression instanceof SqlDynamicParam parameter) {
      SqlType type = known.apply(parameter);
      if (type != null && getValidatedNodeTypeIfKnown(parameter) == null) {
        setValidatedNodeType(parameter, Types.toCalcite(factory, type, false));
      }
    }
    if (expression instanceof SqlBasicCall call) {
      resolveOverVectors(scope, call);
    }
    return super.deriveType(scope, expression);
  }

  /** Names what {@code + - * || sum avg} mean over vectors, which Calcite's own refuse. */
  private void resolveOverVectors(SqlValidatorScope scope, SqlBasicCall call) {
    SqlFunction function = VectorOperators.overVectors(call.getOperator());
    if (function == null || call.operandCount() != function.getOperandCountRange().getMin()) {
      return;
    }
    for (SqlNode operand : call.getOperandList()) {
      if (deriveType(scope, operand) instanceof VectorSqlType) {
        call.setOperator(function);
        return;
      }
    }
  }

  @Override
  protected void inferUnknownTypes(
      RelDataType inferred, SqlValidatorScope scope, SqlNode expression) {
    if (expression instanceof SqlDynamicParam parameter) {
      if (known.apply(parameter) != null) {
        deriveType(scope, parameter);
        return;
      }
      if (inferred.equals(unknownType)) {
        // Nothing says what it is: text, as in PostgreSQL.
        if (getValidatedNodeTypeIfKnown(parameter) == null) {
          setValidatedNodeType(parameter, Types.toCalcite(factory, SqlType.TEXT, true));
        }
        return;
      }
    }
    super.inferUnknownTypes(inferred, scope, expression);
  }

  /** An expression that reads no column; a {@code ?} in it gets a type as in a query. */
  SqlNode validateExpression(SqlNode expression) {
    SqlNode rewritten = performUnconditionalRewrites(expression, false);
    if (rewritten == null) {
      throw new IllegalStateException("an expression was rewritten to nothing");
    }
    SqlValidatorScope scope = new ParameterScope(this, Map.of());
    inferUnknownTypes(unknownType, scope, rewritten);
    rewritten.validateExpr(this, scope);
    return rewritten;
  }
}
