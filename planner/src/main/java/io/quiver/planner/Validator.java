package io.quiver.planner;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.Types;
import io.quiver.sql.CastRules;
import io.quiver.sql.OtherSqlType;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorOperators;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
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
      resolveOverArrays(scope, call);
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

  /** Names what {@code ||} means beside an array. */
  private void resolveOverArrays(SqlValidatorScope scope, SqlBasicCall call) {
    if (!call.getOperator().equals(SqlStdOperatorTable.CONCAT)) {
      return;
    }
    boolean left = isArray(scope, call.operand(0));
    boolean right = isArray(scope, call.operand(1));
    if (left || right) {
      String name =
          right || isUntyped(call.operand(1))
              ? left || isUntyped(call.operand(0)) ? "array_cat" : "array_prepend"
              : "array_append";
      call.setOperator(Objects.requireNonNull(BuiltinFunctions.named(name)));
    }
  }

  private boolean isArray(SqlValidatorScope scope, SqlNode node) {
    return deriveType(scope, node) instanceof OtherSqlType other
        && other.type() instanceof SqlType.Array;
  }

  /** What PostgreSQL takes for whatever is wanted: here, for another array. */
  private static boolean isUntyped(SqlNode node) {
    return node instanceof SqlCharStringLiteral
        || node instanceof SqlDynamicParam
        || SqlUtil.isNullLiteral(node, false);
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
